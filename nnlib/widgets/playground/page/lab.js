// The one training of a Playground, however many views show it: it reads the model's settings, trains between two frames,
// and tells the model and the views how the runs stand.
//
// A view is {el, seen, draw(), showOptions(), say(text)}.
//
// Offers: openLab, show, showOptions, restart, begin, followAddress, keep
// Offers: play, pause, step, backToStart, newStart, changeOptions, changePoints, changeStart, takeWeights
// Offers: say, ownPoints
// Uses: advance, lossOf, startRun, validationLossOf (../engine/training.js)
// Uses: sentenceOf, verdictOf (../engine/words.js)
// Uses: applyFragment, isPublished, keepAddress (address.js)
// Uses: boxAround (plane.js)
// Uses: readData, readSettings (settings.js)

const TRAINING_TIME = 8; // milliseconds of a frame that the training may take
const REPORT_EVERY = 500; // milliseconds between two reports to Python while it trains
const CALM = 1000; // milliseconds between two drawings for a reader who asked for less motion

function openLab(model) {
  return { model, views: new Set(), runs: null, planes: [], memory: [], due: 0, playing: false, label: 1 };
}

// With its first view a lab gets its runs; the author's start is kept to come back to.
function begin(lab) {
  lab.home = lab.model.get("start");
  if (followAddress(lab)) return;
  restart(lab);
  reach(lab, lab.model.get("epochs"));
}

// Go where the page's address points, if it speaks of this Playground.
function followAddress(lab) {
  lab.writing = true;
  const epoch = isPublished() ? applyFragment(lab.model, location.hash) : null;
  lab.writing = false;
  if (epoch === null) return false;
  if (lab.playing) pause(lab);
  restart(lab);
  reach(lab, epoch);
  const [first] = lab.views;
  first?.el.scrollIntoView({ block: "center" });
  return true;
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
  const line = (run, k) => `${racers[k]?.label ? `${racers[k].label}: ` : ""}${sentenceOf(run)}`;
  lab.status = lab.runs.map(line).join("\n");
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
  const { epoch, loss, validation_loss } = run.record;
  const weights = lab.model.get("weights").map((k) => [`theta_${k}`, run.theta[k]]);
  const now = { loss: lossOf(run), validation_loss: validationLossOf(run, run.theta) };
  const upTo = (values, last) => (epoch.at(-1) === run.epoch ? values.slice() : [...values, last]);
  const past = { epoch: upTo(epoch, run.epoch), loss: upTo(loss, now.loss) };
  if (run.validation) past.validation_loss = upTo(validation_loss, now.validation_loss);
  lab.past = past;
  write(lab, {
    ...Object.fromEntries(weights),
    epoch: run.epoch,
    loss: now.loss,
    theta: Array.from(run.theta),
    history: past,
    diverged: run.diverged,
    message: lab.runs.map(sentenceOf).join("\n"),
    noise_unused: ["xor", "own"].includes(run.settings.data),
  });
}

// ---- what a reader changes

function changeOptions(lab, values) {
  write(lab, values);
  showOptions(lab);
  show(lab);
}

const ownPoints = (lab) => lab.runs[0].settings.data === "own";

function changePoints(lab, points) {
  write(lab, { points });
  restart(lab);
  keep(lab);
}

function changeStart(lab, theta) {
  write(lab, { start: Array.from(theta) });
  restart(lab);
  keep(lab);
}

function takeWeights(lab) {
  const theta = Array.from(lab.runs[0].theta);
  for (const k of lab.model.get("weights")) theta[k] = lab.model.get(`theta_${k}`);
  changeStart(lab, theta);
}

// ---- the run

function restart(lab) {
  const all = readSettings(lab.model);
  const [data, validation] = readData(all[0]);
  lab.runs = all.map((settings) => startRun(settings, data, validation));
  lab.box = ownPoints(lab) ? { left: -0.5, bottom: -0.5, side: 2 } : boxAround(data);
  lab.due = 0;
  lab.chunk = 1; // what fitted into a frame before may be seconds of work now
  report(lab);
  showOptions(lab);
  show(lab);
  if (lab.news !== undefined && !lab.playing) say(lab, lab.status);
}

// The state in which the author gives it to the reader: lines and weights moved by hand are as they were.
function backToStart(lab) {
  write(lab, { start: lab.home });
  restart(lab);
  reach(lab, lab.model.get("epochs"));
  keep(lab);
}

function newStart(lab) {
  write(lab, { seed: (lab.model.get("seed") + 1) % 10000, start: null });
  restart(lab);
  keep(lab);
}

const over = (lab) => lab.runs.every((run) => run.diverged);

function play(lab) {
  if (over(lab)) restart(lab);
  lab.playing = true;
  lab.last = lab.drawn = lab.reported = performance.now();
  lab.said = lab.verdict = null;
  say(lab, "");
  write(lab, { playing: true });
  showOptions(lab);
  cancelAnimationFrame(lab.frame);
  lab.frame = requestAnimationFrame((now) => tick(lab, now));
}

function pause(lab) {
  cancelAnimationFrame(lab.frame);
  const was = lab.playing;
  lab.playing = false;
  write(lab, { playing: false });
  report(lab);
  showOptions(lab);
  show(lab);
  if (!was) return;
  keep(lab);
  say(lab, lab.status);
}

function step(lab) {
  if (lab.playing) pause(lab);
  for (const run of lab.runs) advance(run, 1);
  report(lab);
  show(lab);
  keep(lab);
  say(lab, lab.status);
}

// Train to an epoch that an address or Python asks for, a piece at a time so that the page stays awake.
function reach(lab, epoch) {
  const begun = lab.runs;
  const go = () => {
    if (lab.runs !== begun || lab.playing) return;
    const end = performance.now() + 2 * TRAINING_TIME;
    while (begun[0].epoch < epoch && !over(lab) && performance.now() < end) {
      const piece = Math.min(100, epoch - begun[0].epoch);
      for (const run of begun) advance(run, piece);
    }
    report(lab);
    show(lab);
    if (begun[0].epoch < epoch && !over(lab)) requestAnimationFrame(go);
  };
  go();
}

// A frame: as many epochs as are due and fit, then the drawing.
function tick(lab, now) {
  if (!lab.playing) return;
  lab.frame = requestAnimationFrame((later) => tick(lab, later));
  const passed = Math.min(100, now - lab.last);
  lab.last = now;
  if (document.hidden || ![...lab.views].some((view) => view.seen)) return;
  const speed = lab.model.get("speed") || Infinity;
  lab.due = Math.min(lab.due + (speed * passed) / 1000, 1e9);
  train(lab);
  lab.due = Math.min(lab.due, Math.max(1, speed / 10)); // what did not fit is not made up for
  if (over(lab)) return pause(lab);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (calm && now - lab.drawn < CALM) return;
  lab.drawn = now;
  if (now - lab.reported > REPORT_EVERY) {
    lab.reported = now;
    report(lab);
    sayNews(lab);
  }
  show(lab);
}

// The epochs that are due, in pieces, as many as fit into the frame.
function train(lab) {
  const end = performance.now() + TRAINING_TIME;
  while (lab.due >= 1 && !over(lab)) {
    const began = performance.now();
    if (began >= end) break;
    const piece = Math.min(lab.chunk, Math.floor(lab.due));
    for (const run of lab.runs) advance(run, piece);
    lab.due -= piece;
    const took = performance.now() - began;
    lab.chunk = took < 1 ? Math.min(lab.chunk * 2, 1e6) : took > 3 ? Math.max(1, lab.chunk >> 1) : lab.chunk;
  }
}

// While it trains, say what to make of the first run when that has changed and has stood since the last report.
function sayNews(lab) {
  const [verdict] = verdictOf(lab.runs[0]).split(":");
  if (verdict && verdict === lab.verdict && verdict !== lab.said) say(lab, `${verdict} at epoch ${lab.runs[0].epoch}`);
  if (verdict === lab.verdict) lab.said = verdict;
  lab.verdict = verdict;
}
