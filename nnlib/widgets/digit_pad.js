// The pad in the page: 64 cells to draw on, ten bars, one sentence.

// Make an element with its properties, attributes (those with a dash, and role) and children.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

function render({ model, el }) {
  const lab = { model, base: [], marks: [], label: null, cursor: [3, 3], shown: {} };
  el.classList.add("pg", "dp");
  lab.verdict = make("p", { className: "dp-verdict", "aria-live": "polite" });
  const body = make("div", { className: "dp-body" }, makePad(lab), makeBars(lab));
  el.append(body, lab.verdict, makeTools(lab), ...makeExamples(lab));
  const takeNetwork = () => {
    lab.network = { sizes: model.get("sizes"), hidden: model.get("hidden"), theta: decodeTheta(model.get("theta")) };
  };
  const takePixels = () => lab.writing || start(lab, model.get("pixels"), labelOf(model));
  takeNetwork();
  takePixels();
  model.on("change:pixels", takePixels);
  return () => model.off("change:pixels", takePixels);
}

// What the pixels are, if they are one of the examples; null if not.
function labelOf(model) {
  const text = model.get("pixels").map((value) => Math.round(value).toString(FULL + 1)).join("");
  return model.get("examples").find(([pixels]) => pixels === text)?.[1] ?? null;
}

// ---- what is on the pad

function start(lab, ink, label) {
  Object.assign(lab, { base: ink, marks: [], label });
  show(lab);
}

function change(lab, marks) {
  lab.marks = marks;
  show(lab);
  report(lab);
}

function show(lab) {
  const ink = inkOf(lab.base, lab.marks);
  const probabilities = readInk(lab.network, ink);
  const best = probabilities.indexOf(Math.max(...probabilities));
  ink.forEach((value, k) => showCell(lab.cells[k], k, value));
  probabilities.forEach((p, k) => {
    const { row, bar, text } = lab.bars[k];
    row.classList.toggle("dp-best", k === best);
    bar.style.width = `${100 * p}%`;
    text.textContent = percent(p);
  });
  const words = verdictOf(probabilities, ink, lab.marks.length ? null : lab.label);
  if (lab.verdict.textContent !== words) lab.verdict.textContent = words;
  lab.undo.disabled = !lab.marks.length;
  lab.fit.disabled = !lab.marks.some(({ points }) => points);
  lab.ink = ink;
}

function showCell(cell, k, value) {
  if (cell.ink === value) return;
  cell.ink = value;
  cell.style.setProperty("--dp-ink", value / FULL);
  cell.setAttribute("aria-label", `row ${Math.floor(k / SIDE) + 1}, column ${(k % SIDE) + 1}, ink ${Math.round(value)} of ${FULL}`);
}

// Tell the model, and Python where it listens.
function report(lab) {
  lab.writing = true;
  lab.model.set("pixels", lab.ink);
  lab.model.save_changes();
  lab.writing = false;
}

// ---- drawing

function makePad(lab) {
  lab.cells = Array.from({ length: SIDE * SIDE }, () => make("div", { role: "gridcell", tabIndex: -1, className: "dp-cell" }));
  const rows = Array.from({ length: SIDE }, (_, i) => make("div", { role: "row" }, ...lab.cells.slice(SIDE * i, SIDE * (i + 1))));
  const help = "Drawing pad. Arrow keys move, with Shift they draw; Space inks a cell, Delete erases it.";
  const pad = make("div", { className: "dp-pad", role: "grid", "aria-label": help }, ...rows);
  lab.cells[cellAt(lab.cursor)].tabIndex = 0;
  listenToPointer(lab, pad);
  pad.addEventListener("keydown", (event) => pressKey(lab, event));
  return pad;
}

const cellAt = ([x, y]) => SIDE * y + x;
const middleOf = ([x, y]) => [x + 0.5, y + 0.5];
const inside = (value, most) => Math.min(Math.max(value, 0), most);

function moveCursor(lab, [x, y]) {
  lab.cells[cellAt(lab.cursor)].tabIndex = -1;
  lab.cursor = [inside(x, SIDE - 1), inside(y, SIDE - 1)];
  lab.cells[cellAt(lab.cursor)].tabIndex = 0;
  lab.cells[cellAt(lab.cursor)].focus({ preventScroll: true });
}

function listenToPointer(lab, pad) {
  const placeOf = (event) => {
    const area = pad.getBoundingClientRect();
    const place = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
    return place.map((part) => inside(part, 1) * SIDE);
  };
  let stroke = null;
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || stroke) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    lab.verdict.setAttribute("aria-live", "off"); // it is said when the pen is lifted, not at every turn
    stroke = { id: event.pointerId, points: [placeOf(event)] };
    moveCursor(lab, stroke.points[0].map(Math.floor));
    lab.marks = [...lab.marks, stroke];
    show(lab);
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== stroke?.id) return;
    stroke.points.push(placeOf(event));
    show(lab);
  });
  const lift = (event) => {
    if (event.pointerId !== stroke?.id) return;
    stroke = null;
    lab.verdict.setAttribute("aria-live", "polite");
    lab.verdict.textContent = "";
    change(lab, lab.marks);
  };
  for (const name of ["pointerup", "pointercancel"]) pad.addEventListener(name, lift);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function pressKey(lab, event) {
  const arrow = ARROWS[event.key];
  const from = lab.cursor;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (arrow) {
    moveCursor(lab, from.map((c, axis) => c + arrow[axis]));
    if (event.shiftKey) change(lab, [...lab.marks, { points: [middleOf(from), middleOf(lab.cursor)] }]);
  } else if (event.key === " " || event.key === "Enter") change(lab, [...lab.marks, { points: [middleOf(from)] }]);
  else if (event.key === "Delete" || event.key === "Backspace") change(lab, [...lab.marks, { erased: cellAt(from) }]);
  else return;
  event.preventDefault();
}

// ---- bars and buttons

function makeBars(lab) {
  lab.bars = Array.from({ length: 10 }, (_, digit) => {
    const bar = make("span", { className: "dp-bar" });
    const text = make("span", { className: "dp-percent" });
    const name = make("span", { className: "dp-digit" }, String(digit));
    return { bar, text, row: make("li", {}, name, make("span", { className: "dp-track" }, bar), text) };
  });
  return make("ul", { className: "dp-bars", role: "list", "aria-label": "Probability of each digit" }, ...lab.bars.map(({ row }) => row));
}

function makeButton(text, title, action) {
  const button = make("button", { type: "button", className: "pg-button", title }, text);
  button.addEventListener("click", action);
  return button;
}

function makeTools(lab) {
  const clear = () => {
    start(lab, Array(SIDE * SIDE).fill(0), null);
    report(lab);
  };
  lab.undo = makeButton("Undo", "Take back the last stroke", () => change(lab, lab.marks.slice(0, -1)));
  lab.fit = makeButton("Fit", "Make your strokes as large as the data's digits, in the middle", () => change(lab, fitMarks(lab.marks)));
  const buttons = [makeButton("Clear", "Empty the pad", clear), lab.undo, lab.fit];
  return make("div", { className: "pg-toolbar", role: "group", "aria-label": "Drawing" }, ...buttons);
}

// A button for each digit, which shows the next example of it that is read right, and one for what is misread.
function makeExamples(lab) {
  const examples = lab.model.get("examples");
  const groups = Array.from({ length: 10 }, (_, digit) => examples.filter(([, label, right]) => right && label === digit));
  const mistakes = examples.filter(([, , right]) => !right);
  const button = (text, title, group) => {
    let next = 0;
    return makeButton(text, title, () => {
      const [pixels, label] = group[next++ % group.length];
      start(lab, inkFromText(pixels), label);
      report(lab);
    });
  };
  const buttons = groups.flatMap((group, digit) => (group.length ? [button(String(digit), `An example of ${digit}`, group)] : []));
  if (mistakes.length) buttons.push(button("Mistakes", "A picture that the network misreads", mistakes));
  const words = make("span", { className: "dp-words" }, "Examples:");
  return buttons.length ? [make("div", { className: "pg-toolbar dp-examples", role: "group", "aria-label": "Examples" }, words, ...buttons)] : [];
}

export default { render };
