// The training loop of the page, as nnlib.train runs it: optimizers, batches, epochs, and a record that fits a plot.
//
// Offers: startRun, advance, curveOf, goTo, lossOf, validationLossOf
// Uses: defaultRng (generator.js)
// Uses: makeNetwork, startTheta, compile, penalize (network.js)

// ---- optimizers: each returns the function that takes step t = 1, 2, ... on `theta`; what it remembers is in `moments`

const MU = 0.9; // Momentum and Nesterov
const RHO = 0.9; // RMSProp
const [BETA1, BETA2] = [0.9, 0.999]; // Adam
const EPS = 1e-8;

const OPTIMIZERS = {
  gd(theta, rate) {
    return (g) => {
      for (let k = 0; k < theta.length; k++) theta[k] -= rate * g[k];
    };
  },
  momentum(theta, rate, [v]) {
    return (g, t) => {
      for (let k = 0; k < theta.length; k++) theta[k] += v[k] = MU * v[k] - rate * g[k];
      flush(v, t);
    };
  },
  nesterov(theta, rate, [v]) {
    return (g, t) => {
      for (let k = 0; k < theta.length; k++) {
        v[k] = MU * v[k] - rate * g[k];
        theta[k] += MU * v[k] - rate * g[k];
      }
      flush(v, t);
    };
  },
  rmsprop(theta, rate, [s]) {
    return (g, t) => {
      for (let k = 0; k < theta.length; k++) {
        s[k] = RHO * s[k] + (1 - RHO) * g[k] * g[k];
        theta[k] -= (rate * g[k]) / (Math.sqrt(s[k]) + EPS);
      }
      flush(s, t);
    };
  },
  adam(theta, rate, [m, v]) {
    return (g, t) => {
      const correction = Math.sqrt(1 - BETA2 ** t);
      const step = (rate * correction) / (1 - BETA1 ** t);
      for (let k = 0; k < theta.length; k++) {
        m[k] = BETA1 * m[k] + (1 - BETA1) * g[k];
        v[k] = BETA2 * v[k] + (1 - BETA2) * g[k] * g[k];
        theta[k] -= (step * m[k]) / (Math.sqrt(v[k]) + EPS * correction);
      }
      flush(m, t);
      flush(v, t);
    };
  },
};

// Moments that nothing feeds decay into the denormals, where each operation is many times slower.
function flush(moments, t) {
  if (t % 100) return;
  for (let k = 0; k < moments.length; k++) if (Math.abs(moments[k]) < 1e-300) moments[k] = 0;
}

// ---- a run: one training from one start

const RECORDS = 1000; // entries of the record before every second one is dropped

// A training that has not begun. `settings`: sizes, hidden, init, seed, loss, optimizer, learning_rate, l2, batch_size (0 for
// all samples) and, where it is not to be drawn, theta. `data` and `validation`: {X, Y, n}, or null.
function startRun(settings, data, validation = null) {
  const network = makeNetwork(settings);
  const theta = settings.theta ? Float64Array.from(settings.theta) : startTheta(network, settings.init, settings.seed);
  const size = Math.min(settings.batch_size || data.n, data.n);
  const moments = [0, 1].map(() => new Float64Array(theta.length));
  return {
    settings, network, theta, moments, data, validation, size, // prettier-ignore
    passes: compile(network, settings.loss),
    whole: theta.slice(), // the last theta that had a finite loss
    dtheta: new Float64Array(theta.length),
    step: OPTIMIZERS[settings.optimizer](theta, settings.learning_rate, moments),
    rng: defaultRng(settings.seed),
    batch: { X: new Float64Array(size * settings.sizes[0]), Y: new Float64Array(size) },
    epoch: 0,
    nSteps: 0,
    diverged: false,
    record: { stride: 1, epoch: [], loss: [], validation_loss: [], moment: [] },
    end: null, // the moment to which it has been trained, where it has gone back from there
  };
}

// One step on the first `n` rows of X and Y. Returns the loss before it; where that is not finite, `theta` is back where
// it was before the step that led there.
function takeStep(run, X, Y, n) {
  const { network, passes, theta, dtheta, whole, settings } = run;
  const value = passes.gradient(theta, X, Y, n, dtheta) + penalize(network, theta, settings.l2, dtheta);
  if (Number.isFinite(value)) {
    for (let k = 0; k < theta.length; k++) whole[k] = theta[k];
    run.nSteps += 1;
    run.step(dtheta, run.nSteps);
  } else {
    theta.set(whole);
    run.diverged = true;
  }
  return value;
}

// One pass over shuffled samples in batches; it may break off inside.
function takeBatches(run) {
  const { data, size, batch } = run;
  const order = run.rng.permutation(data.n);
  const nIn = run.network.sizes[0];
  for (let start = 0; start < data.n && !run.diverged; start += size) {
    const n = Math.min(size, data.n - start);
    for (let i = 0; i < n; i++) {
      const row = order[start + i];
      for (let j = 0; j < nIn; j++) batch.X[i * nIn + j] = data.X[row * nIn + j];
      batch.Y[i] = data.Y[row];
    }
    takeStep(run, batch.X, batch.Y, n);
  }
}

// One epoch. Where its losses are due on record, a step on all samples has the first at hand.
function takeEpoch(run) {
  const { data, size, record, epoch } = run;
  const moment = epoch % record.stride === 0 ? momentOf(run) : null;
  if (size < data.n) {
    if (moment) note(run, lossOf(run), run.theta, moment);
    takeBatches(run);
  } else {
    const value = takeStep(run, data.X, data.Y, data.n);
    if (run.diverged) return;
    if (moment) note(run, value, run.whole, moment);
  }
  run.epoch += 1;
}

// Train up to `epochs` epochs more; stop where the loss is no longer finite, and keep the last theta that was whole.
function advance(run, epochs) {
  forgetAhead(run);
  for (let k = 0; k < epochs && !run.diverged; k++) takeEpoch(run);
  if (run.diverged || Number.isFinite(lossOf(run))) return;
  run.theta.set(run.whole);
  run.diverged = true;
}

// The loss over all the data now.
function lossOf({ network, passes, theta, data, settings }) {
  return passes.lossOf(theta, data.X, data.Y, data.n) + penalize(network, theta, settings.l2);
}

// The loss over the validation data, which takes no penalty; null without them.
function validationLossOf({ passes, validation }, theta) {
  return validation && passes.lossOf(theta, validation.X, validation.Y, validation.n);
}

// Put the losses of `theta` at this epoch on record, if the first is finite; a full record drops every second entry and
// goes on at half the pace.
function note(run, loss, theta, moment) {
  const { record, epoch } = run;
  if (!Number.isFinite(loss)) return; // a step within the last epoch went too far: the next one will find out
  record.epoch.push(epoch);
  record.loss.push(loss);
  record.validation_loss.push(validationLossOf(run, theta));
  record.moment.push(moment);
  if (record.epoch.length < RECORDS) return;
  record.stride *= 2;
  for (const name of RECORDED) record[name] = record[name].filter((_, k) => k % 2 === 0);
}

// ---- back to any moment of a run: all that its next step depends on is kept with its losses

const RECORDED = ["epoch", "loss", "validation_loss", "moment"];

function momentOf({ epoch, nSteps, diverged, theta, whole, moments, rng }) {
  const copies = [theta, whole, ...moments].map((values) => values.slice());
  return { epoch, nSteps, diverged, copies, mark: rng.mark() };
}

// Go to the last moment on record that is not beyond `epoch`, or to where the run has been trained to. What lies ahead
// stays on record until it is trained on from here.
function goTo(run, epoch) {
  run.end ??= { ...momentOf(run), ...lossesOf(run) };
  const moments = [...run.record.moment, run.end];
  const moment = moments.findLast((one) => one.epoch <= epoch);
  [run.theta, run.whole, ...run.moments].forEach((values, k) => values.set(moment.copies[k]));
  run.rng.goTo(moment.mark);
  for (const name of ["epoch", "nSteps", "diverged"]) run[name] = moment[name];
}

const lossesOf = (run) => ({ loss: lossOf(run), validation_loss: validationLossOf(run, run.theta) });

// The losses of a run, as far as it has been trained: {epoch, loss, validation_loss}.
function curveOf(run) {
  const { epoch, loss, validation_loss } = run.record;
  const curve = { epoch, loss, validation_loss };
  const end = run.end ?? { epoch: run.epoch, ...lossesOf(run) };
  if (curve.epoch.at(-1) === end.epoch) return curve;
  return Object.fromEntries(Object.keys(curve).map((name) => [name, [...curve[name], end[name]]]));
}

function forgetAhead(run) {
  if (!run.end) return;
  run.end = null;
  const kept = run.record.epoch.filter((epoch) => epoch < run.epoch).length;
  for (const name of RECORDED) run.record[name].length = kept;
}
