// The Playground in the page: its rows, its pictures and what fills them; one view of a lab.
//
// Offers: build, draw
// Uses: make, makeButton (../../page/elements.js)
// Uses: backToStart, changeOptions, changePoints, changeStart, lookBack, newStart (changes.js)
// Uses: playOrPause, step (clock.js)
// Uses: makeControls (controls.js)
// Uses: makeKey, makeLogSwitch, makeLossKeys, showLoss (curves.js)
// Uses: drawHidden, drawNetwork (drawing.js)
// Uses: drawLines, lineHandles, placeHandles, pointHandles (handles.js)
// Uses: inviteBy (invitation.js)
// Uses: ownPoints (lab.js)
// Uses: FRAME_TIME, GRID, areaIn, drawPlane, fillPlane, paletteOf (plane.js)
// Uses: TITLES, describe, listenForValues, readPlane (readout.js)
// Uses: makeShare (share.js)
// Uses: canAdd, makeTools (tools.js)

const SPEEDS = [[1, "1 epoch a second"], [10, "10 epochs a second"], [100, "100 epochs a second"], [1000, "1,000 epochs a second"], [10000, "10,000 epochs a second"], [0, "as fast as it can"]]; // prettier-ignore

const LEGENDS = {
  boundary: "<span><b class='pg-0'>●</b> to be 0</span><span><b class='pg-1'>■</b> to be 1</span><span>output 0 <i class='pg-shades'></i> 1</span><span>line: 1/2</span>",
  hidden: "<span>the same points, as the output unit finds them</span>",
  network: "<span>solid: +</span><span>dashed: −</span><span>thick: large</span>",
}; // prettier-ignore

// ---- rows

function build(lab, el) {
  const { model } = lab;
  const shown = model.get("show");
  const pictures = shown.filter((kind) => kind in TITLES);
  const racers = model.get("race");
  const view = { lab, el, seen: true, canvases: {}, options: [], weights: [], showSettings() {} };
  const [first, second, ...rest] = pictures.map((kind) => makePanel(view, kind));
  view.status = make("p", { className: "pg-status", hidden: !shown.includes("status") });
  view.invitation = make("p", { className: "pg-invitation", hidden: !model.get("autoplay") });
  view.news = make("p", { className: "pg-aside", role: "status" });
  view.lead = first ?? view.status;
  const side = make("div", { className: "pg-side" }, makeControls(view), ...(second ? [second] : []));
  const races = racers.length && pictures[0] === "boundary";
  const main = make("div", { className: `pg-main${races ? " pg-racing" : ""}` }, ...(first ? [first] : []), side);
  const rows = pairs(rest).map((pair) => make("div", { className: "pg-rest" }, ...pair));
  const parts = [makeToolbar(view), makeScrubber(view), view.status, view.invitation, main, makeTools(view), ...rows, view.news, makeShare(view)];
  const body = make("div", { className: `pg-lab${pictures.length > 2 ? "" : " pg-roomy"}` }, ...parts.filter(Boolean));
  body.style.setProperty("--pg-racers", racers.length);
  el.classList.add("pg", "playground");
  el.append(body);
  view.draw = () => draw(view);
  view.showOptions = () => view.options.forEach((showOption) => showOption());
  view.say = (text) => (view.news.textContent = text);
  return view;
}

const pairs = (list) => list.flatMap((item, k) => (k % 2 ? [] : [list.slice(k, k + 2)]));

function makeToolbar({ lab, options }) {
  const playButton = makeButton("Play", "Train, or stop training", () => playOrPause(lab));
  playButton.classList.add("pg-primary");
  const speed = make("select", { className: "pg-speed", "aria-label": "Speed" });
  speed.append(...SPEEDS.map(([value, text]) => new Option(text, value)));
  speed.addEventListener("change", () => changeOptions(lab, { speed: Number(speed.value) }));
  options.push(() => {
    playButton.textContent = lab.playing ? "Pause" : "Play";
    speed.value = lab.model.get("speed");
  });
  return make(
    "div",
    { className: "pg-bar", role: "group", "aria-label": "Training" },
    playButton,
    makeButton("Step", "Train one epoch", () => step(lab)),
    speed,
    makeButton("Back to start", "The state it had at first, from the same start", () => backToStart(lab)),
    makeButton("New start", "Other random weights: the next seed", () => newStart(lab)),
  );
}

// A slider over the moments on record, and the switch that lets a run stop by itself.
function makeScrubber(view) {
  const { lab, options } = view;
  const slider = make("input", { type: "range", min: 0, step: 1, className: "pg-slider", "aria-label": "epoch" });
  const marks = () => {
    const { record, end, epoch } = lab.runs[0];
    const last = (end ?? { epoch }).epoch;
    return record.epoch.at(-1) === last ? record.epoch : [...record.epoch, last];
  };
  slider.addEventListener("input", () => lookBack(lab, marks()[slider.value]));
  view.showMoment = () => {
    const all = marks();
    const { epoch } = lab.runs[0];
    slider.max = all.length - 1;
    slider.value = all.findLastIndex((mark) => mark <= epoch);
    slider.setAttribute("aria-valuetext", `epoch ${epoch.toLocaleString("en")} of ${all.at(-1).toLocaleString("en")}`);
  };
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => changeOptions(lab, { until_solved: box.checked }));
  options.push(() => (box.checked = lab.model.get("until_solved")));
  const stop = make("label", { className: "pg-switch" }, box, "stop when solved");
  return make("div", { className: "pg-scrub" }, make("span", { "aria-hidden": "true" }, "epoch"), slider, stop);
}

// ---- pictures

function makePanel(view, kind) {
  const racers = view.lab.model.get("race");
  if (kind !== "boundary" || !racers.length) return makeFigure(view, kind, TITLES[kind]);
  const figures = racers.map(({ label }, k) => makeFigure(view, kind, makeKey(label, k), k));
  const keys = make("div", { className: "pg-keys", innerHTML: LEGENDS.boundary });
  return make("div", { className: "pg-race" }, ...figures, keys);
}

function makeFigure(view, kind, title, racer = null) {
  const canvas = make("canvas", { className: "pg-canvas", role: "img", "aria-label": TITLES[kind] });
  (view.canvases[kind] ??= []).push(canvas);
  const stage = make("div", { className: "pg-stage" }, canvas);
  const caption = make("figcaption", {}, make("span", { className: "pg-title" }, title));
  const figure = make("figure", { className: `pg-panel pg-${kind}` }, caption, stage);
  if (kind === "loss") {
    caption.append(makeLogSwitch(view));
    figure.append(makeLossKeys(view, canvas));
  } else if (racer === null) {
    figure.append(make("div", { className: "pg-keys", innerHTML: LEGENDS[kind] }));
  }
  if (kind === "boundary" && !racer) {
    view.layer = make("div", { className: "pg-layer" });
    stage.append(view.layer);
  }
  if (kind === "boundary" && racer === null) {
    view.readout = make("span", { className: "pg-readout" });
    caption.append(view.readout);
    listenForValues(view);
  }
  return figure;
}

// ---- the picture

function draw(view) {
  const { lab, el, canvases } = view;
  if (!el.clientWidth) return; // JupyterLab renders first and puts in place later: the ResizeObserver calls again
  if (lab.playing && !view.seen) return;
  view.palette ??= paletteOf(el);
  const { palette } = view;
  const { runs, planes, box } = lab;
  if (canvases.boundary || canvases.network) refillPlanes(lab);
  canvases.boundary?.forEach((canvas, k) => drawPlane(canvas, planes[k], runs[k], box, palette));
  if (view.layer) drawHandles(view);
  if (canvases.loss) showLoss(view);
  if (canvases.hidden) drawHidden(canvases.hidden[0], runs[0], (lab.memory[0] ??= {}), palette);
  if (canvases.network) drawNetwork(canvases.network[0], planes[0], runs[0], palette);
  showWords(view);
  if (!lab.playing) describe(view);
}

function showWords(view) {
  const { lab, el, status, invitation, weights } = view;
  if (status.dataset.text !== lab.status) {
    status.dataset.text = lab.status;
    status.replaceChildren(...(lab.lines.length > 1 ? lab.lines.map((line) => make("span", { className: "pg-racer" }, `${line}\n`)) : lab.lines));
  }
  const byKeys = el.querySelector(".pg-controls .pg-slider:focus-visible") !== null;
  const words = invitation.hidden ? "" : inviteBy(lab, byKeys);
  if (invitation.textContent !== words) invitation.textContent = words;
  view.showMoment();
  readPlane(view);
  for (const showWeight of weights) showWeight(lab.runs[0].theta);
}

// What the runs say all over the plane, once for all views. The grid gets coarser where it takes too long while the
// networks train, and is fine again at rest.
function refillPlanes(lab) {
  if (!lab.oldPlanes) return;
  lab.oldPlanes = false;
  const share = FRAME_TIME / lab.runs.length;
  lab.runs.forEach((run, k) => {
    const plane = (lab.planes[k] ??= { fineness: GRID });
    const n = lab.playing ? plane.fineness : GRID;
    const began = performance.now();
    fillPlane(plane, run, lab.box, n);
    if (lab.playing && performance.now() - began > share) plane.fineness = Math.max(32, n - 16);
  });
}

function drawHandles({ lab, layer, canvases, palette }) {
  const [run] = lab.runs;
  const { left, top, side } = areaIn(canvases.boundary[0]);
  Object.assign(layer.style, { left: `${left}px`, top: `${top}px`, width: `${side}px`, height: `${side}px` });
  const lines = lab.model.get("controls").includes("lines") && run.network.layers.length > 0;
  if (lines) drawLines(canvases.boundary[0], run, lab.box, palette);
  const handles = lines ? lineHandles(run, lab.box, (theta, gesture) => changeStart(lab, theta, gesture)) : [];
  if (ownPoints(lab)) handles.push(...pointHandles(lab.model.get("points"), (points, gesture) => changePoints(lab, points, gesture)));
  placeHandles(layer, lab.box, handles);
  layer.classList.toggle("pg-adding", canAdd(lab));
}
