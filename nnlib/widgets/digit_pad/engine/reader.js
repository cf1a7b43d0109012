// How a network reads 8 x 8 cells of ink, and what it says of them.
//
// Offers: decodeTheta, readInk, percent, verdictOf
// Uses: FULL (pen.js)

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

// ---- words

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
