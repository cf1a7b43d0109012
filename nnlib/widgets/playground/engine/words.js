// What the page says: the state of a run in words, as nnlib.diagnose says it.
//
// Offers: count, isSolved, score, verdictOf, sentenceOf, shortSentenceOf, pythonOf
// Uses: CORNERS, TARGETS (datasets.js)
// Uses: range (network.js)
// Uses: lossOf, validationLossOf (training.js)

const SURE = 0.4; // an output this near its target counts as learned (Fahlman, 1988)
const NEAR = 0.05; // an output this near a value of a plateau is on the plateau
const PLATEAUS = [[4, "1/4", 1 / 4], [3, "1/6", 1 / 6], [2, "1/8", 1 / 8]]; // prettier-ignore

// nnlib.diagnose for the outputs at XOR's four corners: its sentence.
function diagnose(outputs) {
  const errors = TARGETS.map((target, k) => Math.abs(outputs[k] - target));
  if (errors.every((error) => error < SURE)) {
    return `solved: each of the four outputs is within ${roundedUp(Math.max(...errors))} of its target`;
  }
  for (const [size, name] of PLATEAUS) {
    for (const shared of subsets(size)) {
      const value = shared.reduce((sum, k) => sum + TARGETS[k], 0) / size;
      const near = (a, k) => Math.abs(a - (shared.includes(k) ? value : TARGETS[k])) < NEAR;
      if (value > 0 && value < 1 && outputs.every(near)) {
        return `on the ${name} plateau: ${corners(shared)} share the output ${value.toFixed(2)}`;
      }
    }
  }
  if (outputs.every((a) => Math.min(Math.abs(a), Math.abs(a - 1)) < 2 * NEAR)) {
    return `saturated: sure and wrong at ${corners([0, 1, 2, 3].filter((k) => errors[k] > 0.5))}`;
  }
  const nRight = outputs.filter((a, k) => a > 0.5 === TARGETS[k] > 0.5).length;
  const loss = errors.reduce((sum, error) => sum + error * error, 0) / 4;
  return `on its way: ${nRight} of 4 right, loss ${loss.toFixed(3)}`;
}

// Two digits, and never less than the number.
const roundedUp = (error) => (Math.ceil(100 * error) / 100).toFixed(2);

// The subsets of [0, 1, 2, 3] of one size, in Python's order.
function subsets(size, from = 0) {
  if (size === 0) return [[]];
  const firsts = [0, 1, 2, 3].filter((k) => k >= from);
  return firsts.flatMap((first) => subsets(size - 1, first + 1).map((rest) => [first, ...rest]));
}

function corners(indices) {
  const names = indices.map((k) => `(${CORNERS[k].join(", ")})`);
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

// How many of the run's points lie on their side of 1/2, and the error of the worst of them.
function score(run) {
  const { X, Y, n } = run.data;
  const { nUnits } = run.network;
  const out = new Float64Array(n * nUnits);
  run.passes.outputs(run.theta, X, n, out);
  const outputs = range(n).map((i) => out[i * nUnits + nUnits - 1]);
  const nRight = outputs.filter((a, i) => a > 0.5 === Y[i] > 0.5).length;
  return { outputs, nRight, worst: Math.max(...outputs.map((a, i) => Math.abs(a - Y[i]))) };
}

// What to make of a run that has not diverged; "" where there is nothing to say.
function verdictOf(run, { outputs, worst } = score(run)) {
  if (run.settings.data === "xor") return diagnose(outputs).replace(/^on its way.*/, run.epoch ? "on its way" : "not trained yet");
  return worst < SURE ? `solved: every output is within ${roundedUp(worst)} of its target` : "";
}

// A run's line of text: epoch, loss, how many right, and what to make of it.
function sentenceOf(run) {
  const { settings, data, validation } = run;
  if (run.diverged) {
    const rate = `the learning rate ${settings.learning_rate} is too large`;
    return `Diverged: the loss became infinite at epoch ${run.epoch}: ${rate}. What you see is the last whole state.`;
  }
  const scored = score(run);
  const verdict = verdictOf(run, scored);
  const losses = [`loss ${lossOf(run).toPrecision(3)}`];
  if (validation) losses.push(`validation ${validationLossOf(run, run.theta).toPrecision(3)}`);
  const facts = [`epoch ${run.epoch.toLocaleString("en")}`, ...losses, `${scored.nRight} of ${data.n} right`];
  return `${facts.join(" · ")}${verdict ? ` · ${verdict}` : ""}`;
}

const isSolved = (run) => score(run).worst < SURE;

// The same in so few words that several stand one below the other.
function shortSentenceOf(run) {
  if (run.diverged) return `diverged at epoch ${run.epoch.toLocaleString("en")}`;
  const scored = score(run);
  const [verdict] = verdictOf(run, scored).split(":");
  const facts = [`epoch ${run.epoch.toLocaleString("en")}`, `loss ${lossOf(run).toPrecision(3)}`, `${scored.nRight} of ${run.data.n} right`];
  return [...facts, ...(verdict ? [verdict] : [])].join(" · ");
}

// ---- the run as Python

const CLASSES = { gd: "GradientDescent", momentum: "Momentum", nesterov: "Nesterov", rmsprop: "RMSProp", adam: "Adam" };
const listOf = (values) => `[${Array.from(values).join(", ")}]`;

function dataLines({ data, noise, n_samples, points }) {
  if (data === "xor") return ["X, Y = nnlib.datasets.xor()"];
  if (data === "own") {
    const X = points.map(([x1, x2]) => listOf([x1, x2]));
    return [`X = ${listOf(X)}`, `Y = ${listOf(points.map(([, , y]) => listOf([y])))}`];
  }
  const draw = (n, seed) => `nnlib.datasets.${data}(${n}, noise=${noise}, rng=${seed})`;
  return [`X, Y = ${draw(n_samples, 0)}`, `validation = ${draw(n_samples, 1)}`];
}

// The lines of Python that repeat these runs with nnlib, to the last epoch.
function pythonOf(runs) {
  const blocks = runs.map((run) => {
    const { sizes, hidden, init, seed, loss, optimizer, learning_rate, l2, batch_size, data } = run.settings;
    const start = init === "glorot" ? "" : `, init="${init}"`;
    const options = [`loss="${loss}"`, "optimizer=optimizer", `epochs=${run.epoch}`];
    if (batch_size) options.push(`batch_size=${batch_size}`, `rng=${seed}`);
    if (l2) options.push(`l2=${l2}`);
    if (data !== "xor" && data !== "own") options.push("validation=validation");
    return [
      `net = nnlib.NeuralNetwork(${sizes.join(", ")}, hidden="${hidden}"${start}, rng=${seed})`,
      ...(run.settings.theta ? [`net.theta = ${listOf(run.settings.theta)}`] : []),
      `optimizer = nnlib.${CLASSES[optimizer]}(${learning_rate})`,
      `history = nnlib.train(net, X, Y, ${options.join(", ")})`,
      "print(history)",
    ].join("\n");
  });
  return ["import nnlib", dataLines(runs[0].settings).join("\n"), ...blocks].join("\n\n") + "\n";
}
