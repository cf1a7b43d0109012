// The contenders on one problem, side by side in one page. Each has a network of its own, `train(epochs)` and `theta()`.

function makeContenders({ sizes, rate, X, Y, theta }) {
  const settings = {
    sizes, theta, hidden: "tanh", loss: "mse", optimizer: "gd", learning_rate: rate, l2: 0, batch_size: 0, seed: 0, // prettier-ignore
  };
  const run = startRun(settings, makeSet(X, Y));
  const samples = X.map(([x1, x2], i) => ({ x1, x2, label: Y[i] }));
  const makeObjects = (finish) => {
    const layers = buildObjects(sizes, theta);
    const train = (epochs) => {
      for (let k = 0; k < epochs; k++) {
        epochOfObjects(layers, samples, rate);
        finish(layers);
      }
    };
    return { train, theta: () => thetaOfObjects(layers) };
  };
  return {
    engine: { train: (epochs) => advance(run, epochs), theta: () => Array.from(run.theta) },
    objects: makeObjects(() => {}),
    "objects with the loss": makeObjects((layers) => lossOfObjects(layers, samples)),
  };
}

function secondsOf(contender, epochs) {
  const start = performance.now();
  contender.train(epochs);
  return (performance.now() - start) / 1000;
}

// Return the number of epochs that takes about `seconds`.
//
// The shorter of two runs counts: one may be held up, and a count made from that would be far too small; or, where the
// next run is shorter than a tick of the clock, infinite.
function epochsWithin(contender, seconds) {
  for (let n = 1; ; n *= 2) {
    const shorter = Math.min(secondsOf(contender, n), secondsOf(contender, n));
    if (shorter >= seconds) return Math.ceil((n * seconds) / shorter);
  }
}

// Return each contender's theta after `checked` epochs, and its epochs per second in each of the rounds.
//
// A round gives `seconds` to each, and the next one starts with another. Before the first, each has some four times that
// to warm up.
function race(problem, checked, rounds, seconds) {
  const contenders = Object.entries(makeContenders(problem));
  const thetas = {};
  for (const [name, contender] of contenders) {
    contender.train(checked);
    thetas[name] = contender.theta();
  }
  const epochs = Object.fromEntries(contenders.map(([name, contender]) => [name, epochsWithin(contender, seconds)]));
  const speeds = Object.fromEntries(contenders.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, contender] of contenders) speeds[name].push(epochs[name] / secondsOf(contender, epochs[name]));
    contenders.push(contenders.shift());
  }
  return { thetas, speeds };
}
