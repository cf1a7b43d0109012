// How a pen inks 8 x 8 cells. A mark is {points: [[x, y], ...]}, in cells from the top left corner, or {erased: k}.
//
// Offers: SIDE, FULL, inkOf, fitMarks, inkFromText

const SIDE = 8; // cells
const FULL = 16; // ink of a full cell: the data count the inked ones among its 4 x 4 pixels
const PEN = 1.5; // width of the pen in cells; the data's strokes are 1.2 to 2 wide

// The ink of 64 cells: what was there, then one mark after the other.
function inkOf(base, marks) {
  const ink = Array.from(base);
  for (const { points, erased } of marks) {
    if (erased !== undefined) ink[erased] = 0;
    else ink.forEach((value, k) => (ink[k] = Math.max(value, inkOfStroke(points, (k % SIDE) + 0.5, Math.floor(k / SIDE) + 0.5))));
  }
  return ink;
}

// How many of a cell's 16 pixels a stroke covers, by how far it passes from the cell's middle.
function inkOfStroke(points, x, y) {
  const far = Math.min(...points.map((point, k) => distanceToPiece(x, y, points[Math.max(k - 1, 0)], point)));
  return Math.round(FULL * Math.min(Math.max((PEN + 1) / 2 - far, 0), 1));
}

function distanceToPiece(x, y, [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const t = Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

// The strokes moved to the middle and made as large as the data's digits: as high as the pad, or 6 cells wide.
function fitMarks(marks) {
  const strokes = marks.filter(({ points }) => points);
  const all = strokes.flatMap(({ points }) => points);
  if (!all.length) return marks;
  const ends = [0, 1].map((axis) => all.map((point) => point[axis])).map((c) => [Math.min(...c), Math.max(...c)]);
  const [width, height] = ends.map(([low, high]) => high - low);
  const scale = Math.min((SIDE - PEN) / (height || 1), (6 - PEN) / (width || 1), 4);
  const move = (point) => point.map((c, axis) => SIDE / 2 + scale * (c - (ends[axis][0] + ends[axis][1]) / 2));
  return strokes.map(({ points }) => ({ points: points.map(move) }));
}

// Ink as text, a letter of base 17 for each cell.
const inkFromText = (text) => Array.from(text, (letter) => parseInt(letter, FULL + 1));
