// The pad in the page: 64 cells to draw on, ten bars, one sentence, in as many views as it has.
//
// Offers: default
// Uses: make, makeButton (../../page/elements.js)
// Uses: FULL, SIDE, fitMarks, inkFromText (../engine/pen.js)
// Uses: percent (../engine/reader.js)
// Uses: perform, undo (../engine/sheet.js)
// Uses: act, liftStroke, openPad, show, takePixels (pad.js)
// Uses: savePicture (picture.js)
// Uses: cellAt, listenToKeys, listenToPointer (hand.js)

function build(pad, el) {
  const view = { pad, cursor: [3, 3], penIsNear: false };
  view.verdict = make("p", { className: "dp-verdict", "aria-live": "polite" });
  el.classList.add("pg", "dp");
  const body = make("div", { className: "dp-body" }, makeGrid(view), makeBars(view));
  el.append(body, view.verdict, makeTools(view), ...makeExamples(pad));
  view.show = (...now) => showIn(view, ...now);
  return view;
}

// ---- the pad and what is read

function makeGrid(view) {
  view.cells = Array.from({ length: SIDE * SIDE }, () => make("div", { role: "gridcell", tabIndex: -1, className: "dp-cell" }));
  const rows = Array.from({ length: SIDE }, (_, i) => make("div", { role: "row" }, ...view.cells.slice(SIDE * i, SIDE * (i + 1))));
  const help = "Drawing pad. Arrow keys move, with Shift they draw; Space inks a cell, Delete erases it.";
  view.grid = make("div", { className: "dp-pad", role: "grid", "aria-label": help }, ...rows);
  view.cells[cellAt(view.cursor)].tabIndex = 0;
  listenToPointer(view);
  listenToKeys(view);
  return view.grid;
}

function makeBars(view) {
  view.bars = Array.from({ length: 10 }, (_, digit) => {
    const bar = make("span", { className: "dp-bar" });
    const text = make("span", { className: "dp-percent" });
    const name = make("span", { className: "dp-digit" }, String(digit));
    return { bar, text, row: make("li", {}, name, make("span", { className: "dp-track" }, bar), text) };
  });
  return make("ul", { className: "dp-bars", role: "list", "aria-label": "Probability of each digit" }, ...view.bars.map(({ row }) => row));
}

function showIn(view, ink, probabilities, words) {
  const { sheet } = view.pad;
  const best = probabilities.indexOf(Math.max(...probabilities));
  view.shown = { ink, probabilities, words };
  ink.forEach((value, k) => showCell(view.cells[k], k, value));
  probabilities.forEach((p, k) => {
    const { row, bar, text } = view.bars[k];
    row.classList.toggle("dp-best", k === best);
    bar.style.width = `${100 * p}%`;
    text.textContent = percent(p);
  });
  sayVerdict(view, words);
  view.undo.disabled = !sheet.past.length && !sheet.stroke;
  view.fit.disabled = !sheet.marks.some(({ points }) => points);
}

function showCell(cell, k, value) {
  if (cell.ink === value) return;
  cell.ink = value;
  cell.style.setProperty("--dp-ink", value / FULL);
  cell.setAttribute("aria-label", `row ${Math.floor(k / SIDE) + 1}, column ${(k % SIDE) + 1}, ink ${Math.round(value)} of ${FULL}`);
}

// It is heard when the pen is lifted, not at every turn.
function sayVerdict({ pad, verdict }, words) {
  const live = pad.sheet.stroke ? "off" : "polite";
  if (verdict.getAttribute("aria-live") !== live) {
    verdict.setAttribute("aria-live", live);
    verdict.textContent = "";
  }
  if (verdict.textContent !== words) verdict.textContent = words;
}

// ---- buttons

function makeTools(view) {
  const { pad } = view;
  const empty = { base: Array(SIDE * SIDE).fill(0), marks: [], label: null };
  const clear = (sheet) => perform(sheet, empty);
  const fit = (sheet) => perform(sheet, { marks: fitMarks(sheet.marks) });
  view.undo = makeButton("Undo", "Take back the last thing done", () => act(pad, undo));
  view.fit = makeButton("Fit", "Make your strokes as large as the data's digits, in the middle", () => act(pad, fit));
  const save = makeButton("Save picture", "Save what is drawn and read as an image", () => savePicture(view.shown));
  const buttons = [makeButton("Clear", "Empty the pad", () => act(pad, clear)), view.undo, view.fit, save];
  return make("div", { className: "pg-toolbar dp-tools", role: "group", "aria-label": "Drawing" }, ...buttons);
}

// A button for each digit, which shows the next example of it that is read right, and one for what is misread.
function makeExamples(pad) {
  const examples = pad.model.get("examples");
  const groups = Array.from({ length: 10 }, (_, digit) => examples.filter(([, label, right]) => right && label === digit));
  const mistakes = examples.filter(([, , right]) => !right);
  const button = (text, title, group) => makeButton(text, title, () => act(pad, (sheet) => showNext(pad, sheet, text, group)));
  const buttons = groups.flatMap((group, digit) => (group.length ? [button(String(digit), `An example of ${digit}`, group)] : []));
  if (mistakes.length) {
    buttons.push(button("Mistakes", "A picture that the network misreads", mistakes));
    buttons.at(-1).classList.add("dp-mistakes");
  }
  const words = make("span", { className: "dp-words" }, "Examples:");
  return buttons.length ? [make("div", { className: "pg-toolbar dp-examples", role: "group", "aria-label": "Examples" }, words, ...buttons)] : [];
}

// Each button goes round its group, from whatever view it is pressed.
function showNext(pad, sheet, name, group) {
  const turn = pad.turns.get(name) ?? 0;
  pad.turns.set(name, turn + 1);
  const [pixels, label] = group[turn % group.length];
  return perform(sheet, { base: inkFromText(pixels), marks: [], label });
}

export default () => {
  let pad;
  return {
    initialize({ model }) {
      pad = openPad(model);
      model.on("change:pixels", () => pad.writing || takePixels(pad));
    },
    render({ el }) {
      const view = build(pad, el);
      pad.views.add(view);
      show(pad);
      return () => {
        pad.views.delete(view);
        liftStroke(pad);
      };
    },
  };
};
