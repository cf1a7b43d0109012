// What a reader, or the page's address, changes in a lab: settings, points, lines, the moment that is looked at.
//
// Offers: begin, followAddress, backToStart, newStart, lookBack
// Offers: changeSetting, changeOptions, changePoints, changeStart, changeWeight, undo
// Uses: goTo (../engine/training.js)
// Uses: applyFragment, isPublished (address.js)
// Uses: pause, reach (clock.js)
// Uses: keep, report, restart, say, show, showOptions, write (lab.js)
// Uses: choiceOf, choose (settings.js)

const MOST_UNDONE = 100;

// With its first view a lab gets its runs; the author's start is kept to come back to.
function begin(lab) {
  const { model } = lab;
  lab.home = model.get("start");
  if (followAddress(lab)) return;
  restart(lab);
  reach(lab, model.get("epochs"));
  lab.waiting = model.get("autoplay");
}

// Go where the page's address points, if it speaks of this Playground, and bring that and its settings into view.
function followAddress(lab) {
  const { model } = lab;
  const folded = model.get("controls").slice(model.get("in_front"));
  const before = folded.map((name) => choiceOf(model, name));
  lab.writing = true;
  const epoch = isPublished() ? applyFragment(model, location.hash) : null;
  lab.writing = false;
  if (epoch === null) return false;
  if (lab.playing) pause(lab);
  restart(lab);
  reach(lab, epoch);
  const [first] = lab.views;
  if (folded.some((name, k) => choiceOf(model, name) !== before[k])) first?.showSettings();
  first?.el.scrollIntoView({ block: "start" });
  return true;
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

// Look at the runs as they were at an epoch on record.
function lookBack(lab, epoch) {
  if (lab.playing) pause(lab);
  for (const run of lab.runs) goTo(run, epoch);
  lab.due = 0;
  report(lab);
  show(lab);
  keep(lab);
  say(lab, lab.status);
}

// The lab hears of it from its model, as it hears of what Python sets.
function changeSetting(lab, name, value) {
  choose(lab.model, name, value);
  lab.model.save_changes();
}

function changeOptions(lab, values) {
  write(lab, values);
  showOptions(lab);
  show(lab);
}

// ---- what can be undone

function changePoints(lab, points, gesture) {
  change(lab, { data: "own", points }, gesture);
}

function changeStart(lab, theta, gesture) {
  change(lab, { start: Array.from(theta) }, gesture);
}

function changeWeight(lab, k, value) {
  changeStart(lab, Array.from(lab.runs[0].theta).with(k, value), `weight ${k}`);
}

// Changes of one gesture, such as a drag, are undone together.
function change(lab, values, gesture = null) {
  const before = Object.fromEntries(["data", "points", "start"].map((name) => [name, lab.model.get(name)]));
  if (gesture === null || gesture !== lab.gesture) lab.done = [...lab.done, before].slice(-MOST_UNDONE);
  lab.gesture = gesture;
  write(lab, values);
  restart(lab);
  keep(lab);
}

function undo(lab) {
  const before = lab.done.pop();
  if (!before) return;
  lab.gesture = null;
  write(lab, before);
  restart(lab);
  keep(lab);
}
