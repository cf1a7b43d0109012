// The Playground's panels, buttons and words in the page, and what fills them: one view of a lab.
//
// Offers: addPoint, build, canAdd, draw
// Uses: make, makeButton (../../page/elements.js)
// Uses: range (../engine/network.js)
// Uses: lossOf, validationLossOf (../engine/training.js)
// Uses: count, pythonOf, score (../engine/words.js)
// Uses: MOST_POINTS, addressOf, isPublished (address.js)
// Uses: drawHidden, drawLoss, drawNetwork (drawing.js)
// Uses: drawLines, lineHandles, placeHandles, pointHandles, tidy (handles.js)
// Uses: FRAME_TIME, GRID, drawPlane, fillPlane, paletteOf (plane.js)
// Uses: backToStart, changeOptions, changePoints, changeStart, newStart, ownPoints, pause, play, say, step (lab.js)

const SPEEDS = [[1, "1 epoch a second"], [10, "10 epochs a second"], [100, "100 epochs a second"], [1000, "1,000 epochs a second"], [10000, "10,000 epochs a second"], [0, "as fast as it can"]]; // prettier-ignore
const LEVELS = [[1 / 4, "1/4"], [1 / 6, "1/6"], [1 / 8, "1/8"]]; // prettier-ignore
const TITLES = { boundary: "Output over the plane", loss: "Loss over epochs", hidden: "Hidden layer", network: "Network" };

const LEGENDS = {
  boundary: "<span><b class='pg-0'>●</b> is to be 0</span><span><b class='pg-1'>■</b> is to be 1</span><span>line: output 1/2</span>",
  network: "<span>solid: positive</span><span>dashed: negative</span>",
}; // prettier-ignore

// ---- panels and buttons

function build(lab, el) {
  const { model } = lab;
  const shown = model.get("show");
  const view = { lab, el, seen: true, canvases: {}, options: [] };
  const panels = shown.filter((kind) => kind in TITLES).map((kind) => makePanel(view, kind));
  view.status = make("p", { className: "pg-status", hidden: !shown.includes("status") });
  view.news = make("p", { className: "pg-aside", role: "status" });
  el.classList.add("pg");
  el.append(makeToolbar(view), view.status);
  if (view.layer) el.append(makePointTools(view));
  el.append(make("div", { className: "pg-panels" }, ...panels), view.news, makeShare(view));
  view.draw = () => draw(view);
  view.showOptions = () => view.options.forEach((showOption) => showOption());
  view.say = (text) => (view.news.textContent = text);
  return view;
}

function makePanel(view, kind) {
  const racers = view.lab.model.get("race");
  const copies = kind === "boundary" && racers.length ? racers : [{}];
  const figures = copies.map((racer, k) => {
    const canvas = make("canvas", { className: "pg-canvas", role: "img", "aria-label": TITLES[kind] });
    (view.canvases[kind] ??= []).push(canvas);
    const stage = make("div", { className: "pg-stage" }, canvas);
    if (kind === "boundary") stage.append((view.layer ??= make("div", { className: "pg-layer" })));
    const title = racer.label ? makeKey(racer.label, k) : TITLES[kind];
    const caption = make("figcaption", {}, title, ...(kind === "loss" ? [makeLogSwitch(view)] : []));
    const figure = make("figure", { className: `pg-panel pg-${kind}` }, caption, stage);
    if (kind === "loss") figure.append((view.keys = make("div", { className: "pg-keys" })));
    if (kind in LEGENDS && !racer.label) figure.append(make("div", { className: "pg-keys", innerHTML: LEGENDS[kind] }));
    return figure;
  });
  return figures.length === 1 ? figures[0] : make("div", { className: "pg-race" }, ...figures);
}

// A name with the stroke of its curve before it.
function makeKey(text, k, dashed = false) {
  const stroke = make("span", { className: "pg-stroke" });
  stroke.style.borderTop = `3px ${dashed ? "dashed" : "solid"} var(--pg-line-${k % 5})`;
  return make("span", { className: "pg-key" }, stroke, text);
}

function makeLogSwitch({ lab, options }) {
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => changeOptions(lab, { log_loss: box.checked }));
  options.push(() => (box.checked = lab.model.get("log_loss")));
  return make("label", { className: "pg-switch" }, box, " log axis");
}

function makeToolbar({ lab, options }) {
  const playButton = makeButton("Play", "Train, or stop training", () => (lab.playing ? pause(lab) : play(lab)));
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
    { className: "pg-toolbar", role: "group", "aria-label": "Training" },
    playButton,
    makeButton("Step", "Train one epoch", () => step(lab)),
    makeButton("Back to start", "The state it had at first, from the same start", () => backToStart(lab)),
    makeButton("New start", "Other random weights: the next seed", () => newStart(lab)),
    speed,
  );
}

function makePointTools(view) {
  const { lab, options } = view;
  const group = `pg-class-${Math.random()}`; // each view has radio buttons of its own
  const radios = [0, 1].map((label) => {
    const radio = make("input", { type: "radio", name: group, value: label });
    radio.addEventListener("change", () => changeClass(lab, label));
    return radio;
  });
  const kinds = radios.map((radio, label) => {
    const sign = make("b", { className: `pg-${label}`, "aria-hidden": "true" }, "●■"[label]);
    return make("label", { className: "pg-switch" }, radio, ` class ${label} `, sign);
  });
  const addInTheMiddle = ({ left, bottom, side }) => addPoint(view, left + side / 2, bottom + side / 2);
  const add = makeButton("Add a point", "Put a point into the middle of the plane", () => addInTheMiddle(lab.box));
  const help = "Click the plane to add a point. Drag a point to move it, click it to change its class, double click to remove it. By keys: arrows, Enter, Delete."; // prettier-ignore
  const tools = make("fieldset", { className: "pg-points" }, make("legend", {}, "New points are"), ...kinds, add, make("p", {}, help));
  options.push(() => {
    radios[lab.label].checked = true;
    tools.hidden = !canAdd(lab);
  });
  return tools;
}

// The class of new points: one for all views.
function changeClass(lab, label) {
  lab.label = label;
  changeOptions(lab, {});
}

const canAdd = (lab) => ownPoints(lab) && lab.model.get("adding");

function addPoint({ lab, layer }, x, y) {
  const points = lab.model.get("points");
  if (points.length >= MOST_POINTS) return say(lab, `There are ${MOST_POINTS} points: no more fit.`);
  changePoints(lab, [...points, [tidy(x), tidy(y), lab.label]]);
  layer.lastElementChild.focus();
}

// What takes this very run elsewhere: as Python, and as an address.
function makeShare({ lab }) {
  const shown = make("pre", { className: "pg-code", hidden: true, "aria-label": "The copied text" });
  const share = (text, title, what, textOf) => {
    const made = makeButton(text, title, async () => {
      shown.textContent = textOf();
      shown.hidden = false;
      shown.tabIndex = 0; // so that keys can scroll it; the page's theme saw it hidden and set -1
      const copied = await copy(shown.textContent);
      made.textContent = copied ? "Copied" : text;
      setTimeout(() => (made.textContent = text), 2000);
      say(lab, copied ? `${what} is copied.` : `${what} stands below the buttons: select it and copy it.`);
    });
    made.classList.add("pg-quiet");
    return made;
  };
  const python = share("Copy as Python", "Lines that repeat this run", "The Python", () => pythonOf(lab.runs));
  const link = () => share("Copy link", "An address that leads to this run", "The link", () => addressOf(lab.model, lab.runs[0].epoch));
  return make("div", {}, make("div", { className: "pg-share" }, python, ...(isPublished() ? [link()] : [])), shown);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or a page without https
  }
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
  if (canvases.loss) showKeys(view);
  if (canvases.loss) drawLoss(canvases.loss[0], curvesOf(view), levelsOf(lab), lab.model.get("log_loss"), palette);
  if (canvases.hidden) drawHidden(canvases.hidden[0], runs[0], (lab.memory[0] ??= {}), palette);
  if (canvases.network) drawNetwork(canvases.network[0], planes[0], runs[0], palette);
  view.status.textContent = lab.status;
  if (!lab.playing) describe(view);
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
  const change = (points) => changePoints(lab, points);
  const lines = lab.model.get("lines") && run.network.layers.length > 0;
  if (lines) drawLines(canvases.boundary[0], run, lab.box, palette);
  const handles = lines ? lineHandles(run, lab.box, (theta) => changeStart(lab, theta)) : [];
  if (ownPoints(lab)) handles.push(...pointHandles(lab.model.get("points"), change));
  placeHandles(layer, lab.box, handles);
  layer.classList.toggle("pg-adding", ownPoints(lab));
}

// The names of the curves, where there is more than one.
function showKeys({ lab, keys }) {
  const { runs, model } = lab;
  const labels = model.get("race").map(({ label }) => label);
  const names = labels.length ? labels : runs[0].validation ? ["training", "validation"] : [];
  if (keys.dataset.names === names.join()) return;
  keys.dataset.names = names.join();
  keys.replaceChildren(...names.map((name, k) => makeKey(name, k, !labels.length && k === 1)));
}

function curvesOf({ lab, palette }) {
  const { runs, model } = lab;
  const racers = model.get("race");
  return runs.flatMap((run, k) => {
    const { epoch, loss, validation_loss } = run.record;
    const color = palette[`line-${k % 5}`];
    const last = epoch.at(-1) === run.epoch || run.diverged ? [] : [run.epoch];
    const curves = [{ epoch: [...epoch, ...last], loss: [...loss, ...last.map(() => lossOf(run))], color }];
    if (run.validation && !racers.length) {
      const ends = last.map(() => validationLossOf(run, run.theta));
      curves.push({ epoch: curves[0].epoch, loss: [...validation_loss, ...ends], color: palette["line-1"], dashed: true });
    }
    return curves;
  });
}

function levelsOf({ runs }) {
  const { data, loss } = runs[0].settings;
  return data === "xor" && loss === "mse" ? LEVELS : [];
}

// Each picture in words, for those who do not see it.
function describe({ lab, canvases }) {
  const { runs, past, model } = lab;
  const [run] = runs;
  const racers = model.get("race");
  const words = {
    boundary: (k) => `${racers[k]?.label ?? TITLES.boundary}. ${planeInWords(runs[k])}`,
    loss: () => `${TITLES.loss}. It is ${past.loss[0].toPrecision(3)} at epoch 0 and ${past.loss.at(-1).toPrecision(3)} at epoch ${run.epoch}.`,
    hidden: () => `${count(run.data.n, "point")} as the last hidden layer's ${count(run.network.layers.at(-1).nIn, "unit")} see them.`,
    network: () => `Network of ${run.network.sizes.join("-")} units. Its largest weight is ${Math.max(...run.theta.map(Math.abs)).toFixed(1)}.`,
  }; // prettier-ignore
  for (const [view, list] of Object.entries(canvases)) {
    list.forEach((canvas, k) => canvas.setAttribute("aria-label", words[view](k)));
  }
}

function planeInWords(run) {
  const { outputs, nRight } = score(run);
  const { X, n } = run.data;
  const text = `${nRight} of ${n} points are on the right side.`;
  if (n > 8) return text;
  return `${text} The network says ${range(n).map((i) => `${outputs[i].toFixed(2)} at (${X[2 * i]}, ${X[2 * i + 1]})`).join(", ")}.`; // prettier-ignore
}
