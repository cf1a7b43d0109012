// The pad of one model, however many views show it: its sheet, its network, and what both tell the views.
//
// A view is {show(ink, probabilities, words)}.
//
// Offers: openPad, takePixels, show, act, beginStroke, extendStroke, liftStroke, dropStroke
// Uses: FULL (../engine/pen.js)
// Uses: decodeTheta, readInk, verdictOf (../engine/reader.js)
// Uses: endStroke, inkOn, makeSheet (../engine/sheet.js)

function openPad(model) {
  const network = { sizes: model.get("sizes"), hidden: model.get("hidden"), theta: decodeTheta(model.get("theta")) };
  const pad = { model, network, views: new Set(), turns: new Map() };
  takePixels(pad);
  return pad;
}

// What Python sets is a new sheet.
function takePixels(pad) {
  const ink = pad.model.get("pixels");
  pad.sheet = makeSheet(ink, labelOf(pad.model, ink));
  show(pad);
}

// Which digit the pixels are, if they are one of the examples; null if not.
function labelOf(model, ink) {
  const text = ink.map((value) => Math.round(value).toString(FULL + 1)).join("");
  return model.get("examples").find(([pixels]) => pixels === text)?.[1] ?? null;
}

function show(pad) {
  const { sheet, network } = pad;
  const ink = inkOn(sheet);
  const probabilities = readInk(network, ink);
  const words = verdictOf(probabilities, ink, sheet.stroke ? null : sheet.label);
  for (const view of pad.views) view.show(ink, probabilities, words);
}

// Tell the model, and Python where it listens.
function report(pad) {
  pad.writing = true;
  pad.model.set("pixels", inkOn(pad.sheet));
  pad.model.save_changes();
  pad.writing = false;
}

// Let `action(sheet)` change the sheet; a stroke that is being drawn is done before.
function act(pad, action) {
  const ended = endStroke(pad.sheet);
  const changed = action(pad.sheet);
  show(pad);
  if (ended || changed) report(pad);
}

// ---- strokes: one at a time, of one pointer

function beginStroke(pad, pointer, place) {
  pad.sheet.stroke = { pointer, points: [place] };
  show(pad);
}

function extendStroke(pad, place) {
  pad.sheet.stroke.points.push(place);
  show(pad);
}

function liftStroke(pad) {
  if (pad.sheet.stroke) act(pad, () => false);
}

// A stroke that was not meant leaves nothing.
function dropStroke(pad) {
  pad.sheet.stroke = null;
  show(pad);
}
