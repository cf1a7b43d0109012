// The Playground itself: one view of one model. It reads the settings, trains between two frames, draws, and listens.

const TRAINING_TIME = 8; // milliseconds of a frame that the training may take
const REPORT_EVERY = 500; // milliseconds between two reports to Python while it trains
const CALM = 1000; // milliseconds between two drawings for a reader who asked for less motion

function render({ model, el }) {
  const home = model.get("start"); // the author's, to come back to
  const lab = { model, el, home, planes: [], memory: [], due: 0, playing: false, seen: true, canvases: {} };
  build(lab);
  const stop = listen(lab);
  if (!followAddress(lab)) {
    restart(lab);
    reach(lab, model.get("epochs"));
  }
  return () => {
    pause(lab);
    stop();
  };
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
  lab.el.scrollIntoView({ block: "center" });
  return true;
}

// ---- listening

function listen(lab) {
  const { model, el } = lab;
  const cleanups = [];
  const on = (target, event, action) => {
    target.addEventListener(event, action);
    cleanups.push(() => target.removeEventListener(event, action));
  };
  let asked = false;
  const changed = () => {
    if (asked || lab.writing) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      restart(lab);
      if (!lab.playing) keepAddress(lab);
    });
  };
  const weights = model.get("weights").map((k) => `theta_${k}`);
  for (const name of [...INDEXED.map((n) => `${n}_index`), "seed", "points", "start"]) model.on(`change:${name}`, changed);
  for (const name of weights) model.on(`change:${name}`, () => lab.writing || takeWeights(lab));
  model.on("change:playing", () => lab.writing || (model.get("playing") ? play(lab) : pause(lab)));
  for (const name of ["log_loss", "speed"]) model.on(`change:${name}`, () => showOptions(lab));
  if (lab.layer) on(lab.layer, "click", (event) => addAt(lab, event));
  if (lab.layer) on(lab.layer, "dblclick", (event) => event.target.handle?.onDelete?.());
  on(document, "visibilitychange", () => (lab.last = performance.now()));
  on(window, "hashchange", () => followAddress(lab));
  const watch = (Observer, action, ...targets) => {
    const observer = new Observer(action);
    for (const [target, options] of targets) observer.observe(target, options);
    cleanups.push(() => observer.disconnect());
  };
  const theme = { attributeFilter: ["data-theme", "data-jp-theme-light", "class"] };
  const repaint = () => requestAnimationFrame(() => {
    lab.palette = null;
    if (lab.runs) draw(lab);
  });
  watch(MutationObserver, repaint, [document.documentElement, theme], [document.body, theme]);
  watch(ResizeObserver, repaint, [el]);
  watch(IntersectionObserver, ([entry]) => (lab.seen = entry.isIntersecting), [el]);
  return () => cleanups.forEach((cleanup) => cleanup());
}

function write(lab, values) {
  lab.writing = true;
  for (const [name, value] of Object.entries(values)) lab.model.set(name, value);
  lab.model.save_changes();
  lab.writing = false;
  showOptions(lab);
}

function showOptions(lab) {
  if (lab.logBox) lab.logBox.checked = lab.model.get("log_loss");
  lab.speedBox.value = lab.model.get("speed") || Infinity;
  if (lab.runs) draw(lab);
}

// ---- own points and weights

function addAt(lab, event) {
  if (event.target !== lab.layer || !canAdd(lab)) return;
  const area = lab.layer.getBoundingClientRect();
  addPoint(lab, ...fromPixels(lab.box, area.width, event.clientX - area.left, event.clientY - area.top));
}

const ownPoints = (lab) => lab.runs[0].settings.data === "own";
const canAdd = (lab) => ownPoints(lab) && lab.model.get("adding");

function addPoint(lab, x, y) {
  const points = lab.model.get("points");
  if (points.length >= MOST_POINTS) return say(lab, `There are ${MOST_POINTS} points: no more fit.`);
  changePoints(lab, [...points, [tidy(x), tidy(y), lab.labelOf()]]);
  lab.layer.lastElementChild.focus();
}

function changePoints(lab, points) {
  write(lab, { points });
  restart(lab);
  if (!lab.playing) keepAddress(lab);
}

function changeStart(lab, theta) {
  write(lab, { start: Array.from(theta) });
  restart(lab);
  if (!lab.playing) keepAddress(lab);
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
  if (lab.pointTools) lab.pointTools.hidden = !canAdd(lab);
  report(lab);
  draw(lab);
  if (lab.heard && !lab.playing) say(lab, lab.status.textContent);
}

// The state in which the author gives it to the reader: lines and weights moved by hand are as they were.
function backToStart(lab) {
  write(lab, { start: lab.home });
  restart(lab);
  reach(lab, lab.model.get("epochs"));
  if (!lab.playing) keepAddress(lab);
}

function newStart(lab) {
  write(lab, { seed: (lab.model.get("seed") + 1) % 10000, start: null });
  restart(lab);
  if (!lab.playing) keepAddress(lab);
}

const over = (lab) => lab.runs.every((run) => run.diverged);

function play(lab) {
  if (over(lab)) restart(lab);
  lab.playing = true;
  lab.last = lab.drawn = lab.reported = performance.now();
  lab.playButton.textContent = "Pause";
  lab.said = lab.verdict = null;
  say(lab, "");
  write(lab, { playing: true });
  cancelAnimationFrame(lab.frame);
  lab.frame = requestAnimationFrame((now) => tick(lab, now));
}

function pause(lab) {
  cancelAnimationFrame(lab.frame);
  const was = lab.playing;
  lab.playing = false;
  lab.playButton.textContent = "Play";
  write(lab, { playing: false });
  report(lab);
  draw(lab);
  if (was) keepAddress(lab);
  if (was) say(lab, lab.status.textContent);
}

function step(lab) {
  if (lab.playing) pause(lab);
  for (const run of lab.runs) advance(run, 1);
  report(lab);
  draw(lab);
  keepAddress(lab);
  say(lab, lab.status.textContent);
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
    draw(lab);
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
  if (!lab.seen || document.hidden) return;
  const speed = lab.model.get("speed") || Infinity;
  lab.due = Math.min(lab.due + (speed * passed) / 1000, 1e9);
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
  draw(lab);
}

// While it trains, say what to make of the first run when that has changed and has stood since the last report.
function sayNews(lab) {
  const [verdict] = verdictOf(lab.runs[0]).split(":");
  if (verdict && verdict === lab.verdict && verdict !== lab.said) say(lab, `${verdict} at epoch ${lab.runs[0].epoch}`);
  if (verdict === lab.verdict) lab.said = verdict;
  lab.verdict = verdict;
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

function say(lab, text) {
  lab.heard = true;
  lab.news.textContent = text;
}

export default { render };
