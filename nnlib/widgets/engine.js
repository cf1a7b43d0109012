// What nnlib.train does, in the page: the same network, loss, gradient and steps on one flat vector `theta`.
//
// Functions of numbers, with no page in sight; a test in a real browser holds `theta` equal to Python's. Arrays are
// Float64Arrays, row by row. Chapter 6 has the mathematics, with the names used here.

// ---- formulas, as text: `value` sets `a` from `z`, both of them locals; `slope` is f'(z), read from the output `a`

const ACTIVATIONS = {
  identity: { value: "a = z;", slope: () => "1" },
  tanh: { value: tanhOf("z"), slope: (a) => `(1 - ${a} * ${a})` },
  sigmoid: { value: `${tanhOf("0.5 * z")} a = 0.5 * (1 + a);`, slope: (a) => `(1 - ${a}) * ${a}` },
  relu: { value: "a = Math.max(z, 0);", slope: (a) => `(${a} > 0 ? 1 : 0)` },
  softplus: { value: "a = softplus(z);", slope: (a) => `-Math.expm1(-${a})` },
};

// tanh without a call out of the page's code, to the last digit or two. With y = s + h, where s is the nearest 256th,
// tanh(y) = (tanh(s) + tanh(h)) / (1 + tanh(s) tanh(h)); a table holds tanh(s), and its series gives tanh(h). It has no
// branch for the sign, which would be guessed wrong half the time. Beyond 20, tanh is 1 or -1.
const TANH = Float64Array.from({ length: 2 * 5120 + 1 }, (_, k) => Math.tanh((k - 5120) / 256));

function tanhOf(z) {
  return `const y = Math.max(-20, Math.min(${z}, 20)), k = (256 * y + 5120.5) | 0, s = TANH[k];
    const h = y - (k - 5120) / 256, q = h * h, t = h * (1 - q * (1 / 3 - q * (2 / 15)));
    a = (s + t) / (1 + s * t);`;
}

function softplus(z) {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

// What each sample adds to the sum over samples, and its gradient: by the output `a`, or by `z` where `a` is its sigmoid.
const LOSSES = {
  mse: { term: "(a - y) * (a - y)", gradient: (slope) => `2 * (a - y) * ${slope}` },
  binary_cross_entropy: { term: "softplus(z) - y * z", gradient: () => "(a - y)" },
};

// ---- the network: `theta` holds W then b, layer by layer; a layer knows where its own begin

function makeNetwork({ sizes, hidden }) {
  const layers = [];
  let [end, nUnits] = [0, 0];
  for (let l = 1; l < sizes.length; l++) {
    const [nIn, nOut] = [sizes[l - 1], sizes[l]];
    layers.push({ nIn, nOut, W: end, b: end + nIn * nOut, activation: l < sizes.length - 1 ? hidden : "sigmoid" });
    end += (nIn + 1) * nOut;
    nUnits += nOut;
  }
  return { sizes, layers, nParams: end, nUnits };
}

// Draw the start as NeuralNetwork(*sizes, init=init, rng=seed) does.
function startTheta(network, init, seed) {
  const rng = defaultRng(seed);
  const theta = new Float64Array(network.nParams);
  for (const { nIn, nOut, W, b } of network.layers) {
    const limit = Math.sqrt(6 / (nIn + nOut));
    const draw = {
      glorot: () => rng.uniform(-limit, limit),
      normal: rng.normal,
      he: () => Math.sqrt(2 / nIn) * rng.normal(),
      zeros: () => 0,
    }[init];
    for (let k = W; k < b; k++) theta[k] = draw();
    if (init === "normal") for (let k = b; k < b + nOut; k++) theta[k] = draw();
  }
  return theta;
}

// ---- the two passes, written out for one network as straight lines of arithmetic: no loop over units and no array between
// layers, which is three times as fast as loops. Unit k of layer l is `a<l>_<k>`; the gradient by its z is `d<l>_<k>`.

const range = (n) => Array.from({ length: n }, (_, k) => k);
const lines = (n, line) => range(n).map(line).join("\n");

function forwardLines({ sizes, layers }) {
  const inputs = lines(sizes[0], (j) => `const a0_${j} = X[i * ${sizes[0]} + ${j}];`);
  const units = layers.map(({ nIn, nOut, W, b, activation }, l) =>
    lines(nOut, (k) => {
      const sum = range(nIn).map((j) => ` + theta[${W + j * nOut + k}] * a${l}_${j}`);
      return `let a${l + 1}_${k}; const z${l + 1}_${k} = theta[${b + k}]${sum.join("")};
        { const z = z${l + 1}_${k}; let a; ${ACTIVATIONS[activation].value} a${l + 1}_${k} = a; }`;
    }),
  );
  return [inputs, ...units].join("\n");
}

function backwardLines(layers) {
  const lineOf = ({ nIn, nOut, W, b }, l) => {
    const biases = lines(nOut, (k) => `dtheta[${b + k}] += d${l + 1}_${k};`);
    const weights = lines(nIn, (j) => {
      const products = lines(nOut, (k) => `dtheta[${W + j * nOut + k}] += a${l}_${j} * d${l + 1}_${k};`);
      if (l === 0) return products;
      const dA = range(nOut).map((k) => `theta[${W + j * nOut + k}] * d${l + 1}_${k}`);
      const slope = ACTIVATIONS[layers[l - 1].activation].slope(`a${l}_${j}`);
      return `${products} const d${l}_${j} = (${dA.join(" + ")}) * ${slope};`;
    });
    return `${biases}\n${weights}`;
  };
  return layers.map(lineOf).reverse().join("\n");
}

// Return the functions that do the work of `network`:
//   outputs(theta, X, n, out): every unit's output for n rows of X, a row of nUnits each
//   lossOf(theta, X, Y, n): the mean loss over n rows
//   gradient(theta, X, Y, n, dtheta): the same, and its gradient
function compile(network, loss) {
  const { layers, nUnits } = network;
  const last = layers.length;
  const { term, gradient } = LOSSES[loss];
  const forward = forwardLines(network);
  const sample = `${forward} const a = a${last}_0, z = z${last}_0, y = Y[i]; total += ${term};`;
  const slope = ACTIVATIONS[layers[last - 1].activation].slope("a");
  const names = layers.flatMap(({ nOut }, l) => range(nOut).map((k) => `a${l + 1}_${k}`));
  const store = names.map((name, k) => `out[i * ${nUnits} + ${k}] = ${name};`).join("\n");
  return new Function("TANH", "softplus", `return {
    outputs(theta, X, n, out) {
      for (let i = 0; i < n; i++) { ${forward} ${store} }
    },
    lossOf(theta, X, Y, n) {
      let total = 0;
      for (let i = 0; i < n; i++) { ${sample} }
      return total / n;
    },
    gradient(theta, X, Y, n, dtheta) {
      const share = 1 / n;
      let total = 0;
      dtheta.fill(0);
      for (let i = 0; i < n; i++) { ${sample} const d${last}_0 = ${gradient(slope)} * share; ${backwardLines(layers)} }
      return total / n;
    },
  }`)(TANH, softplus); // prettier-ignore
}

// Weight decay: add l2 W to the gradient, and return what it adds to the loss, l2 / 2 times the sum of W^2.
function penalize({ layers }, theta, l2, dtheta = null) {
  if (l2 === 0) return 0;
  let total = 0;
  for (const { W, b } of layers) {
    for (let k = W; k < b; k++) {
      total += theta[k] * theta[k];
      if (dtheta) dtheta[k] += l2 * theta[k];
    }
  }
  return 0.5 * l2 * total;
}
