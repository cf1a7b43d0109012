// The one training of a Playground, however many views show it: its runs, made from the model's settings, and what the model
// and the views are told of them.
//
// A view is {el, seen, draw(), showOptions(), say(text), showSettings()}.
//
// Offers: openLab, restart, report, show, showOptions, say, keep, write
// Offers: keepGhost, over, ownPoints, solved
// Uses: curveOf, lossOf, startRun (../engine/training.js)
// Uses: isSolved, sentenceOf, shortSentenceOf (../engine/words.js)
// Uses: keepAddress (address.js)
// Uses: boxAround (plane.js)
// Uses: readData, readSettings (settings.js)

const OWN_BOX = { left: -0.5, bottom: -0.5, side: 2 };

function openLab(model) {
  return { model, views: new Set(), runs: null, planes: [], memory: [], done: [], due: 0, playing: false, label: 1 };
}

// Begin again at epoch 0 with the settings as they are.
function restart(lab) {
  if (lab.runs) keepGhost(lab);
  const all = readSettings(lab.model);
  const [data, validation] = readData(all[0]);
  lab.runs = all.map((settings) => startRun(settings, data, validation));
  lab.box = boxOf(lab, data);
  lab.due = 0;
  lab.chunk = 1; // what fitted into a frame before may be seconds of work now
  lab.waiting = false;
  report(lab);
  show(lab);
  showOptions(lab); // some of them are about what has just been placed on the plane
  if (lab.news !== undefined && !lab.playing) say(lab, lab.status);
}

// Own points move within a box that stays while they are in it.
function boxOf(lab, data) {
  if (!ownPoints(lab)) return boxAround(data);
  lab.ownBox = [lab.ownBox, OWN_BOX].find((box) => box && holds(box, data)) ?? boxAround(data);
  return lab.ownBox;
}

function holds({ left, bottom, side }, { X }) {
  return X.every((value, k) => value >= [left, bottom][k % 2] - 1e-9 && value <= [left, bottom][k % 2] + side + 1e-9);
}

const ownPoints = (lab) => lab.runs[0].settings.data === "own";
const over = (lab) => lab.runs.every((run) => run.diverged);
const solved = (lab) => !over(lab) && lab.runs.every((run) => run.diverged || isSolved(run));

// The curve of a run that is left stays in the picture of the loss.
function keepGhost(lab) {
  const [run] = lab.runs;
  const curve = curveOf(run);
  if (lab.runs.length === 1 && curve.epoch.at(-1) > 0) lab.ghost = curve;
}

// ---- what the model and the views are told

function write(lab, values) {
  lab.writing = true;
  for (const [name, value] of Object.entries(values)) lab.model.set(name, value);
  lab.model.save_changes();
  lab.writing = false;
}

function show(lab) {
  const racers = lab.model.get("race");
  lab.lines = racers.length ? lab.runs.map((run, k) => `${racers[k].label}: ${shortSentenceOf(run)}`) : [sentenceOf(lab.runs[0])];
  lab.status = lab.lines.join("\n");
  lab.oldPlanes = true;
  for (const view of lab.views) view.draw();
}

function showOptions(lab) {
  for (const view of lab.views) view.showOptions();
}

function say(lab, text) {
  lab.news = text;
  for (const view of lab.views) view.say(text);
}

// The page's address follows the run, but not while it trains.
function keep(lab) {
  if (!lab.playing) keepAddress(lab.model, lab.runs[0].epoch);
}

// Tell the model, and Python where it listens, how the first run stands.
function report(lab) {
  const [run] = lab.runs;
  const curve = curveOf(run);
  const n = curve.epoch.filter((epoch) => epoch <= run.epoch).length;
  const kinds = run.validation ? ["epoch", "loss", "validation_loss"] : ["epoch", "loss"];
  lab.past = Object.fromEntries(kinds.map((kind) => [kind, curve[kind].slice(0, n)]));
  write(lab, {
    epoch: run.epoch,
    loss: lossOf(run),
    theta: Array.from(run.theta),
    history: lab.past,
    diverged: run.diverged,
    message: lab.runs.map(sentenceOf).join("\n"),
  });
}
