// The Playground's panels, buttons and words in the page, and what fills them.

const SPEEDS = [[1, "1 epoch a second"], [10, "10 epochs a second"], [100, "100 epochs a second"], [1000, "1,000 epochs a second"], [10000, "10,000 epochs a second"], [Infinity, "as fast as it can"]]; // prettier-ignore
const LEVELS = [[1 / 4, "1/4"], [1 / 6, "1/6"], [1 / 8, "1/8"]]; // prettier-ignore
const TITLES = { boundary: "Output over the plane", loss: "Loss over epochs", hidden: "Hidden layer", network: "Network" };

const LEGENDS = {
  boundary: "<span><b class='pg-0'>●</b> is to be 0</span><span><b class='pg-1'>■</b> is to be 1</span><span>line: output 1/2</span>",
  network: "<span>solid: positive</span><span>dashed: negative</span>",
}; // prettier-ignore

// Make an element with its properties, attributes (those with a dash) and children.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

// ---- the page's part: panels and buttons

function build(lab) {
  const { model, el } = lab;
  const show = model.get("show");
  el.classList.add("pg");
  const panels = show.filter((view) => view in TITLES).map((view) => makePanel(lab, view));
  lab.status = make("p", { className: "pg-status" });
  lab.news = make("p", { className: "pg-aside", role: "status" });
  el.append(makeToolbar(lab), lab.status);
  if (lab.layer) el.append(makePointTools(lab));
  el.append(make("div", { className: "pg-panels" }, ...panels), lab.news);
  lab.status.hidden = !show.includes("status");
  el.append(makeShare(lab));
}

function makePanel(lab, view) {
  const racers = lab.model.get("race");
  const copies = view === "boundary" && racers.length ? racers : [{}];
  const figures = copies.map((racer, k) => {
    const canvas = make("canvas", { className: "pg-canvas", role: "img", "aria-label": TITLES[view] });
    (lab.canvases[view] ??= []).push(canvas);
    const stage = make("div", { className: "pg-stage" }, canvas);
    if (view === "boundary") stage.append((lab.layer ??= make("div", { className: "pg-layer" })));
    const title = racer.label ? makeKey(racer.label, k) : TITLES[view];
    const caption = make("figcaption", {}, title, ...(view === "loss" ? [makeLogSwitch(lab)] : []));
    const figure = make("figure", { className: `pg-panel pg-${view}` }, caption, stage);
    if (view === "loss") figure.append((lab.keys = make("div", { className: "pg-keys" })));
    if (view in LEGENDS && !racer.label) figure.append(make("div", { className: "pg-keys", innerHTML: LEGENDS[view] }));
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

function makeLogSwitch(lab) {
  const box = make("input", { type: "checkbox", checked: lab.model.get("log_loss") });
  box.addEventListener("change", () => write(lab, { log_loss: box.checked }));
  lab.logBox = box;
  return make("label", { className: "pg-switch" }, box, " log axis");
}

function makeToolbar(lab) {
  const button = (text, action, title) => {
    const made = make("button", { type: "button", className: "pg-button", title }, text);
    made.addEventListener("click", action);
    return made;
  };
  lab.playButton = button("Play", () => (lab.playing ? pause(lab) : play(lab)), "Train, or stop training");
  lab.playButton.classList.add("pg-primary");
  const speed = make("select", { className: "pg-speed", "aria-label": "Speed" });
  speed.append(...SPEEDS.map(([value, text]) => new Option(text, value)));
  speed.value = lab.model.get("speed") || Infinity;
  speed.addEventListener("change", () => write(lab, { speed: Number(speed.value) === Infinity ? 0 : Number(speed.value) }));
  lab.speedBox = speed;
  return make(
    "div",
    { className: "pg-toolbar", role: "group", "aria-label": "Training" },
    lab.playButton,
    button("Step", () => step(lab), "Train one epoch"),
    button("Back to start", () => backToStart(lab), "The state it had at first, from the same start"),
    button("New start", () => newStart(lab), "Other random weights: the next seed"),
    speed,
  );
}

function makePointTools(lab) {
  const kinds = [0, 1].map((label) => {
    const radio = make("input", { type: "radio", name: `${lab.model.get("name")}-class`, value: label, checked: label === 1 });
    return make("label", { className: "pg-switch" }, radio, ` class ${label} `, make("b", { className: `pg-${label}`, "aria-hidden": "true" }, "●■"[label]));
  });
  const add = make("button", { type: "button", className: "pg-button" }, "Add a point");
  add.addEventListener("click", () => addPoint(lab, lab.box.left + lab.box.side / 2, lab.box.bottom + lab.box.side / 2));
  lab.labelOf = () => kinds.findIndex((kind) => kind.firstChild.checked);
  const help = "Click the plane to add a point. Drag a point to move it, click it to change its class, double click to remove it. By keys: arrows, Enter, Delete."; // prettier-ignore
  lab.pointTools = make(
    "fieldset",
    { className: "pg-points" },
    make("legend", {}, "New points are"),
    ...kinds,
    add,
    make("p", {}, help),
  );
  return lab.pointTools;
}

// What takes this very run elsewhere: as Python, and as an address.
function makeShare(lab) {
  const shown = make("pre", { className: "pg-code", hidden: true, "aria-label": "The copied text" });
  const share = (text, what, textOf) => {
    const made = make("button", { type: "button", className: "pg-button pg-quiet" }, text);
    made.addEventListener("click", async () => {
      shown.textContent = textOf();
      shown.hidden = false;
      shown.tabIndex = 0; // so that keys can scroll it; the page's theme saw it hidden and set -1
      const copied = await copy(shown.textContent);
      made.textContent = copied ? "Copied" : text;
      setTimeout(() => (made.textContent = text), 2000);
      say(lab, copied ? `${what} is copied.` : `${what} stands below the buttons: select it and copy it.`);
    });
    return made;
  };
  const row = make("div", { className: "pg-share" }, share("Copy as Python", "The Python", () => pythonOf(lab.runs)));
  if (isPublished()) row.append(share("Copy link", "The link", () => addressOf(lab)));
  return make("div", {}, row, shown);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or a page without https
  }
}

// In JupyterLab and its kin the address belongs to them.
const isPublished = () => !document.getElementById("jupyter-config-data") && /^(http|file)/.test(location.protocol);

function addressOf(lab) {
  return location.href.split("#")[0] + writeFragment(lab.model, lab.runs[0].epoch);
}

function keepAddress(lab) {
  if (!isPublished()) return;
  try {
    history.replaceState(history.state, "", addressOf(lab));
  } catch {
    // a page without an address of its own: nothing to keep
  }
}

// ---- the picture

function draw(lab) {
  if (!lab.el.clientWidth) return; // JupyterLab renders first and puts in place later: the ResizeObserver calls again
  lab.palette ??= paletteOf(lab.el);
  const { runs, canvases, palette, box } = lab;
  const racers = lab.model.get("race");
  const needsPlane = canvases.boundary || canvases.network;
  runs.forEach((run, k) => needsPlane && refillPlane(lab, run, k));
  canvases.boundary?.forEach((canvas, k) => drawPlane(canvas, lab.planes[k], runs[k], box, palette));
  if (lab.layer) drawHandles(lab);
  if (canvases.loss) showKeys(lab);
  if (canvases.loss) drawLoss(canvases.loss[0], curvesOf(lab), levelsOf(lab), lab.model.get("log_loss"), palette);
  if (canvases.hidden) drawHidden(canvases.hidden[0], runs[0], (lab.memory[0] ??= {}), palette);
  if (canvases.network) drawNetwork(canvases.network[0], lab.planes[0], runs[0], palette);
  const line = (run, k) => `${racers[k]?.label ? `${racers[k].label}: ` : ""}${sentenceOf(run)}`;
  lab.status.textContent = runs.map(line).join("\n");
  if (!lab.playing) describe(lab);
}

// The plane's grid gets coarser where it takes too long while the network trains, and is fine again at rest.
function refillPlane(lab, run, k) {
  const plane = (lab.planes[k] ??= { fineness: GRID });
  const n = lab.playing ? plane.fineness : GRID;
  const began = performance.now();
  fillPlane(plane, run, lab.box, n);
  const share = FRAME_TIME / lab.runs.length;
  if (lab.playing && performance.now() - began > share) plane.fineness = Math.max(32, n - 16);
}

function drawHandles(lab) {
  const [run] = lab.runs;
  const change = (points) => changePoints(lab, points);
  const lines = lab.model.get("lines") && run.network.layers.length > 0;
  if (lines) drawLines(lab.canvases.boundary[0], run, lab.box, lab.palette);
  const handles = lines ? lineHandles(run, lab.box, (theta) => changeStart(lab, theta)) : [];
  if (ownPoints(lab)) handles.push(...pointHandles(lab.model.get("points"), change));
  placeHandles(lab.layer, lab.box, handles);
  lab.layer.classList.toggle("pg-adding", ownPoints(lab));
}

// The names of the curves, where there is more than one.
function showKeys({ keys, runs, model }) {
  const labels = model.get("race").map(({ label }) => label);
  const names = labels.length ? labels : runs[0].validation ? ["training", "validation"] : [];
  if (keys.dataset.names === names.join()) return;
  keys.dataset.names = names.join();
  keys.replaceChildren(...names.map((name, k) => makeKey(name, k, !labels.length && k === 1)));
}

function curvesOf({ runs, palette, model }) {
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
function describe({ runs, canvases, past, model }) {
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
