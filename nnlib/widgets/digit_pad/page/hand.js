// The hand on the pad: mouse, pen, finger and keys. A pen wins over fingers, for the palm that holds it rests there, too.
//
// Offers: cellAt, listenToPointer, listenToKeys
// Uses: SIDE (../engine/pen.js)
// Uses: perform, undo (../engine/sheet.js)
// Uses: act, beginStroke, dropStroke, extendStroke, liftStroke (pad.js)

const OUTSIDE = 1; // cells that a stroke is followed beyond the edge: far enough to leave no ink

const cellAt = ([x, y]) => SIDE * y + x;
const within = (value, low, high) => Math.min(Math.max(value, low), high);

function moveCursor(view, [x, y]) {
  view.cells[cellAt(view.cursor)].tabIndex = -1;
  view.cursor = [within(x, 0, SIDE - 1), within(y, 0, SIDE - 1)];
  view.cells[cellAt(view.cursor)].tabIndex = 0;
  view.cells[cellAt(view.cursor)].focus({ preventScroll: true });
}

// ---- pointers

function placeOf(view, event) {
  const area = view.grid.getBoundingClientRect();
  const place = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  return place.map((part) => within(SIDE * part, -OUTSIDE, SIDE + OUTSIDE));
}

function listenToPointer(view) {
  const { pad, grid } = view;
  const draws = ({ pointerId }) => pad.sheet.stroke?.pointer.id === pointerId;
  const on = (names, action) => names.split(" ").forEach((name) => grid.addEventListener(name, action));
  on("pointerenter pointermove", (event) => event.pointerType === "pen" && meetPen(view));
  on("pointerleave", (event) => event.pointerType === "pen" && (view.penIsNear = false));
  on("pointerdown", (event) => press(view, event));
  on("pointermove", (event) => draws(event) && follow(view, event));
  on("pointerup lostpointercapture", (event) => draws(event) && liftStroke(pad));
  on("pointercancel", (event) => draws(event) && dropStroke(pad)); // the system took it for a palm or a gesture
  on("contextmenu", () => pad.sheet.stroke && dropStroke(pad)); // its menu takes the pointer's end away
}

// A pen is near: what a finger draws now was drawn by the palm.
function meetPen(view) {
  const { pad } = view;
  view.penIsNear = true;
  if (pad.sheet.stroke?.pointer.type === "touch") dropStroke(pad);
}

function press(view, event) {
  const { pad, grid } = view;
  const { pointerId: id, pointerType: type, button } = event;
  if (button !== 0 || (type === "touch" && view.penIsNear)) return;
  if (type === "pen") meetPen(view);
  if (pad.sheet.stroke?.pointer.id === id) liftStroke(pad); // its end was never heard
  if (pad.sheet.stroke) return;
  event.preventDefault();
  grid.setPointerCapture(id);
  const place = placeOf(view, event);
  moveCursor(view, place.map(Math.floor));
  beginStroke(pad, { id, type }, place);
}

function follow(view, event) {
  if (event.buttons & 1) extendStroke(view.pad, placeOf(view, event));
  else liftStroke(view.pad); // another button is still down, so that no pointerup comes
}

// ---- keys

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const middleOf = ([x, y]) => [x + 0.5, y + 0.5];

function listenToKeys(view) {
  view.grid.addEventListener("keydown", (event) => {
    if (pressKey(view, event)) event.preventDefault();
  });
}

// Do what a key means; return whether it means anything here.
function pressKey(view, { key, shiftKey, ctrlKey, altKey, metaKey }) {
  const from = view.cursor;
  const arrow = ARROWS[key];
  if (altKey) return false;
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() !== "z" || shiftKey) return false;
    act(view.pad, undo);
  } else if (arrow) {
    moveCursor(view, from.map((c, axis) => c + arrow[axis])); // prettier-ignore
    if (shiftKey) addMark(view, { points: [middleOf(from), middleOf(view.cursor)] });
  } else if (key === " " || key === "Enter") addMark(view, { points: [middleOf(from)] });
  else if (key === "Delete" || key === "Backspace") addMark(view, { erased: cellAt(from) });
  else return false;
  return true;
}

function addMark({ pad }, mark) {
  act(pad, (sheet) => perform(sheet, { marks: [...sheet.marks, mark], label: null }));
}
