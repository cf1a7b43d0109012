// What nnlib.train does, in the page: the same network, loss, gradient and steps on one flat vector `theta`.
//
// Functions of numbers, with no page in sight; a test in a real browser holds `theta` equal to Python's. Arrays are
// Float64Arrays, row by row. Chapter 6 has the mathematics, with the names used here.
//
// Offers: range, makeNetwork, startTheta, compile, penalize
// Uses: defaultRng (generator.js)

// ---- formulas, as text: `value` sets `a` from `z`, both of them locals; `slope` is f'(z), read from the output `a`

const ACTIVATIONS = {
  identity: { value: "a = z;", slope: () => "1" },
  tanh: { value: tanhOf("z"), slope: (a) => `(1 - ${a} * ${a})` },
  sigmoid: { value: `${tanhOf("0.5 * z")} a = 0.5 * (1 + a);`, slope: (a) => `(1 - ${a}) * ${a}` },
  relu: { value: "a = Math.max(z, 0);", slope: (a) => `(${a} > 0 ? 1 : 0)` },
  softplus: { value: "a = softplus(z);", slope: (a) => `-Math.expm1(-${a})` },
};

// tanh without a call out of the page's code, to the last digit or two. With y = s + h, where s is the nearest 256th,
// tanh(y) = (tanh(s) + tanh(h)) / (1 + tanh(s) tanh(h)); a table holds tanh(s), and its series gives tanh(h). It has no
// branch for the sign, which would be guessed wrong half the time; beyond 20, where tanh is 1 or -1, a run seldom goes.
const TANH = Float64Array.from({ length: 2 * 5120 + 1 }, (_, k) => Math.tanh((k - 5120) / 256));

function tanhOf(z) {
  return `const v = ${z}, y = v > 20 ? 20 : v < -20 ? -20 : v, k = (256 * y + 5120.5) | 0, s = TANH[k];
    const h = y - (k - 5120) / 256, q = h * h, t = h * (1 - q * (1 / 3 - q * (2 / 15)));
    a = (s + t) / (1 + s * t);`;
}

function softplus(z) {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

// What each sample adds to the sum over samples, and its gradient: by the output `a`, or by `z` where `a` is its sigmoid.
const LOSSES = {
  mse: { term: "(a - y) * (a - y)", gradient: (slope) => `2 * (a - y) * ${slope}` },
  binary_cross_entropy: { term: "softplus(z) - y * z", gradient: () => "(a - y)" },
};

// ---- the network: `theta` holds W then b, layer by layer; a layer knows where its own begin

function makeNetwork({ sizes, hidden }) {
  const layers = [];
  let [end, nUnits] = [0, 0];
  for (let l = 1; l < sizes.length; l++) {
    const [nIn, nOut] = [sizes[l - 1], sizes[l]];
    layers.push({ nIn, nOut, W: end, b: end + nIn * nOut, activation: l < sizes.length - 1 ? hidden : "sigmoid" });
    end += (nIn + 1) * nOut;
    nUnits += nOut;
  }
  return { sizes, layers, nParams: end, nUnits };
}

// Draw the start as NeuralNetwork(*sizes, init=init, rng=seed) does.
function startTheta(network, init, seed) {
  const rng = defaultRng(seed);
  const theta = new Float64Array(network.nParams);
  for (const { nIn, nOut, W, b } of network.layers) {
    const limit = Math.sqrt(6 / (nIn + nOut));
    const draw = {
      glorot: () => rng.uniform(-limit, limit),
      normal: rng.normal,
      he: () => Math.sqrt(2 / nIn) * rng.normal(),
      zeros: () => 0,
    }[init];
    for (let k = W; k < b; k++) theta[k] = draw();
    if (init === "normal") for (let k = b; k < b + nOut; k++) theta[k] = draw();
  }
  return theta;
}

// ---- the two passes, written out for one network as straight lines of arithmetic: no loop over units and no array between
// layers, which is three times as fast as loops. Of sample s in a block, unit k of layer l is `a<l>_<k>_<s>`, and the
// gradient by its z is `d<l>_<k>_<s>`; `w<l>_<j>_<k>` is the weight between unit j of layer l and unit k of the next.

// Samples that the gradient takes abreast: their sums do not wait for each other, and each weight is read once for all.
// Four are half as fast again as one by one on XOR. A larger network's lines would be too many for the browser to optimize.
const blockOf = ({ nParams }) => (nParams <= 45 ? 4 : 1);

const range = (n) => Array.from({ length: n }, (_, k) => k);
const lines = (n, line) => range(n).map(line).join("\n");
const sum = (n, term) => range(n).map(term).join(" + ");

function forwardLines({ sizes, layers }, block) {
  const inputs = lines(block, (s) => lines(sizes[0], (j) => `const a0_${j}_${s} = X[(i + ${s}) * ${sizes[0]} + ${j}];`));
  const units = layers.map(({ nIn, nOut, W, b, activation }, l) =>
    lines(nOut, (k) => {
      const bias = `const b${l}_${k} = theta[${b + k}];`;
      const weights = lines(nIn, (j) => `const w${l}_${j}_${k} = theta[${W + j * nOut + k}];`);
      const outputs = lines(block, (s) => {
        const unit = `${l + 1}_${k}_${s}`;
        return `const z${unit} = b${l}_${k} + ${sum(nIn, (j) => `w${l}_${j}_${k} * a${l}_${j}_${s}`)}; let a${unit};
          { const z = z${unit}; let a; ${ACTIVATIONS[activation].value} a${unit} = a; }`;
      });
      return [bias, weights, outputs].join("\n");
    }),
  );
  return [inputs, ...units].join("\n");
}

// Each output's part of the loss and its gradient by z.
function lossLines({ layers }, loss, block) {
  const last = layers.length;
  const { term, gradient } = LOSSES[loss];
  const slope = ACTIVATIONS[layers[last - 1].activation].slope("a");
  return lines(
    block,
    (s) => `let d${last}_0_${s}; { const a = a${last}_0_${s}, z = z${last}_0_${s}, y = Y[i + ${s}];
      total += ${term}; d${last}_0_${s} = ${gradient(slope)} * share; }`,
  );
}

function backwardLines({ layers }, block) {
  const lineOf = ({ nIn, nOut, W, b }, l) => {
    const dZ = (k, s) => `d${l + 1}_${k}_${s}`;
    const biases = lines(nOut, (k) => `dtheta[${b + k}] += ${sum(block, (s) => dZ(k, s))};`);
    const slope = ACTIVATIONS[layers[l - 1]?.activation]?.slope; // the inputs have none
    const weights = lines(nIn, (j) => {
      const products = (k) => sum(block, (s) => `a${l}_${j}_${s} * ${dZ(k, s)}`);
      const before = (s) => `(${sum(nOut, (k) => `w${l}_${j}_${k} * ${dZ(k, s)}`)}) * ${slope(`a${l}_${j}_${s}`)}`;
      return [
        lines(nOut, (k) => `dtheta[${W + j * nOut + k}] += ${products(k)};`),
        slope ? lines(block, (s) => `const d${l}_${j}_${s} = ${before(s)};`) : "",
      ].join("\n");
    });
    return `${biases}\n${weights}`;
  };
  return layers.map(lineOf).reverse().join("\n");
}

// Return the functions that do the work of `network`:
//   outputs(theta, X, n, out): every unit's output for n rows of X, a row of nUnits each
//   lossOf(theta, X, Y, n): the mean loss over n rows
//   gradient(theta, X, Y, n, dtheta): the same, and its gradient
function compile(network, loss) {
  const { layers, nUnits, nParams } = network;
  const forward = forwardLines(network, 1);
  const names = layers.flatMap(({ nOut }, l) => range(nOut).map((k) => `a${l + 1}_${k}_0`));
  const store = names.map((name, k) => `out[i * ${nUnits} + ${k}] = ${name};`).join("\n");
  const block = blockOf(network);
  const passes = (block) => forwardLines(network, block) + lossLines(network, loss, block) + backwardLines(network, block);
  return new Function("TANH", "softplus", `return {
    outputs(theta, X, n, out) {
      for (let i = 0; i < n; i++) { ${forward} ${store} }
    },
    lossOf(theta, X, Y, n) {
      const share = 1 / n;
      let total = 0;
      for (let i = 0; i < n; i++) { ${forward} ${lossLines(network, loss, 1)} }
      return total / n;
    },
    gradient(theta, X, Y, n, dtheta) {
      const share = 1 / n;
      let [total, i] = [0, 0];
      for (let k = 0; k < ${nParams}; k++) dtheta[k] = 0; // faster than fill for this few
      for (; i + ${block} <= n; i += ${block}) { ${passes(block)} }
      ${block > 1 ? `for (; i < n; i++) { ${passes(1)} }` : ""}
      return total / n;
    },
  }`)(TANH, softplus); // prettier-ignore
}

// Weight decay: add l2 W to the gradient, and return what it adds to the loss, l2 / 2 times the sum of W^2.
function penalize({ layers }, theta, l2, dtheta = null) {
  if (l2 === 0) return 0;
  let total = 0;
  for (const { W, b } of layers) {
    for (let k = W; k < b; k++) {
      total += theta[k] * theta[k];
      if (dtheta) dtheta[k] += l2 * theta[k];
    }
  }
  return 0.5 * l2 * total;
}
