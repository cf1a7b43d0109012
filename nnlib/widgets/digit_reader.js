// What the pad knows without a page: how a pen inks 8 x 8 cells, and how a network reads them.

const SIDE = 8; // cells
const FULL = 16; // ink of a full cell: the data count the inked ones among its 4 x 4 pixels
const PEN = 1.5; // width of the pen in cells; the data's strokes are 1.2 to 2 wide

// ---- the network

const ACTIVATIONS = {
  tanh: Math.tanh,
  sigmoid: (z) => 0.5 * (1 + Math.tanh(0.5 * z)),
  relu: (z) => Math.max(z, 0),
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  identity: (z) => z,
};

// The numbers of `theta`, sent as base64 of float32, least byte first.
function decodeTheta(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 4 }, (_, k) => view.getFloat32(4 * k, true));
}

// A W + b for one sample; the layer's W and b begin at `at` in theta.
function weightedSums(A, theta, at, nOut) {
  const Z = Array.from(theta.subarray(at + A.length * nOut, at + (A.length + 1) * nOut));
  A.forEach((a, j) => {
    if (a !== 0) for (let k = 0; k < nOut; k++) Z[k] += a * theta[at + j * nOut + k];
  });
  return Z;
}

function softmax(Z) {
  const most = Math.max(...Z);
  const powers = Z.map((z) => Math.exp(z - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

// The network's ten probabilities for the ink of 64 cells, 0 to 16 each.
function readInk({ sizes, hidden, theta }, ink) {
  let [A, at] = [ink.map((value) => value / FULL), 0];
  for (let layer = 1; layer < sizes.length; layer++) {
    const Z = weightedSums(A, theta, at, sizes[layer]);
    at += (A.length + 1) * sizes[layer];
    A = layer === sizes.length - 1 ? softmax(Z) : Z.map(ACTIVATIONS[hidden]);
  }
  return A;
}

// ---- the pen: a mark is {points: [[x, y], ...]}, in cells from the top left corner, or {erased: k}

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

// ---- words

const inkFromText = (text) => Array.from(text, (letter) => parseInt(letter, FULL + 1));

function percent(p) {
  if (p > 0.9995) return "> 99.9 %";
  return p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`;
}

// What the network says of the pad; `label` is what an example is, or null.
function verdictOf(probabilities, ink, label) {
  const [first, second] = probabilities.map((p, k) => [p, k]).sort(([p], [q]) => q - p);
  if (ink.every((value) => value === 0)) {
    return `The pad is empty. The network still says ${first[1]} (${percent(first[0])}): it has no answer for nothing.`;
  }
  const doubt = second[0] >= 0.05 ? `, or perhaps ${second[1]} (${percent(second[0])})` : "";
  const truth = label === null ? "" : label === first[1] ? ` Right: it is ${label}.` : ` Wrong: it is ${label}.`;
  return `The network reads ${first[1]} (${percent(first[0])})${doubt}.${truth}`;
}
