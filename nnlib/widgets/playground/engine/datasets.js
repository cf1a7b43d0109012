// The data of nnlib.datasets, drawn in the page: the same points as in Python from the same seed.
// A set is {X, Y, n}: X holds n rows of two numbers, Y one 0 or 1 for each.
//
// Offers: CORNERS, TARGETS, makeSet, drawSet
// Uses: defaultRng (generator.js)

const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]; // prettier-ignore
const TARGETS = [0, 1, 1, 0];

function makeSet(points, labels) {
  return { X: Float64Array.from(points.flat()), Y: Float64Array.from(labels), n: labels.length };
}

// Each curve leads from t = 0 to t = 1, in two copies, one for each label.
const CURVES = {
  moons(t, label) {
    const [sign, angle] = [1 - 2 * label, Math.PI * t];
    return [label + sign * Math.cos(angle), label / 2 + sign * Math.sin(angle)];
  },
  circles(t, label) {
    const [radius, angle] = [1 - label / 2, 2 * Math.PI * t];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  spirals(t, label) {
    const [sign, angle] = [1 - 2 * label, Math.PI * (0.5 + 2.5 * t)];
    return [((sign * angle) / Math.PI) * Math.cos(angle), ((sign * angle) / Math.PI) * Math.sin(angle)];
  },
};

// nnlib.datasets.noisy_xor, moons, circles or spirals, with n_samples = n and rng = seed.
function drawSet(name, n, noise, seed) {
  const rng = defaultRng(seed);
  let points, labels;
  if (name === "noisy_xor") {
    const corners = rng.permutation(n, (k) => k % 4);
    points = corners.map((corner) => CORNERS[corner]);
    labels = corners.map((corner) => TARGETS[corner]);
  } else {
    const order = rng.permutation(n);
    labels = order.map((k) => k % 2);
    points = order.map((k) => CURVES[name]((Math.floor(k / 2) + 0.5) / Math.floor((n + 1) / 2), k % 2));
  }
  return makeSet(points.map((point) => point.map((value) => value + noise * rng.normal())), labels); // prettier-ignore
}
