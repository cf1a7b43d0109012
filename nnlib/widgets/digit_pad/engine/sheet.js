// What is on the pad and what was done there, so that the last thing done can be undone: a stroke, Clear, Fit, an example.
//
// A sheet is {base, marks, label, past, stroke}: the ink that was there, the marks upon it, which example it is (or null),
// the sheets before, and the stroke that is being drawn.
//
// Offers: makeSheet, inkOn, perform, undo, endStroke
// Uses: inkOf (pen.js)

function makeSheet(base, label) {
  return { base, marks: [], label, past: [], stroke: null };
}

// The ink of 64 cells, with the stroke that is being drawn.
function inkOn({ base, marks, stroke }) {
  return inkOf(base, stroke ? [...marks, stroke] : marks);
}

// Do something to the sheet; return whether that changed its ink. What changes nothing is not kept to be undone.
function perform(sheet, change) {
  const before = { base: sheet.base, marks: sheet.marks, label: sheet.label };
  const ink = inkOn(before);
  if (inkOn({ ...before, ...change }).every((value, k) => value === ink[k])) return false;
  sheet.past.push(before);
  Object.assign(sheet, change);
  return true;
}

// Take back the last thing done; return whether there was one.
function undo(sheet) {
  const before = sheet.past.pop();
  Object.assign(sheet, before);
  return before !== undefined;
}

// The stroke becomes a mark; return whether that changed the ink.
function endStroke(sheet) {
  const { stroke, marks } = sheet;
  sheet.stroke = null;
  return stroke !== null && perform(sheet, { marks: [...marks, stroke], label: null });
}
