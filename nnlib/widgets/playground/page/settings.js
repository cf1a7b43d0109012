// The Playground's settings, read from its model.
//
// Offers: SETTINGS, TRAITS, choiceOf, choose, isDrawn, readSettings, readData
// Uses: CORNERS, TARGETS, makeSet, drawSet (../engine/datasets.js)
// Uses: makeNetwork (../engine/network.js)

const SETTINGS = [
  "data", "noise", "learning_rate", "hidden_size", "second_layer", "activation", "loss", "optimizer", "l2", "batch_size",
]; // prettier-ignore

// Two settings are kept in one of the model's traits, and `loss` is there the value of the loss.
const TRAIT = { second_layer: "hidden_size", loss: "loss_name" };
const traitOf = (name) => TRAIT[name] ?? name;
const TRAITS = [...new Set(SETTINGS.map(traitOf)), "seed"];

const layersOf = (model) => [model.get("hidden_size"), 0].flat();

// A setting as it stands among its choices: 0 is for a layer that is not there, and for a batch of all samples.
function choiceOf(model, name) {
  if (name === "hidden_size") return layersOf(model)[0];
  if (name === "second_layer") return layersOf(model)[1];
  return model.get(traitOf(name)) ?? 0;
}

function choose(model, name, value) {
  const [first, second] = layersOf(model);
  const sizes = (units, more) => (units && more ? [units, more] : units);
  const kept = { hidden_size: () => sizes(value, second), second_layer: () => sizes(first, value), batch_size: () => value || null };
  model.set(traitOf(name), kept[name] ? kept[name]() : value);
}

const isDrawn = (data) => data !== "xor" && data !== "own"; // with noise, from a seed

// The settings of the runs, one for each racer.
function readSettings(model) {
  const shared = Object.fromEntries(SETTINGS.map((name) => [name, choiceOf(model, name)]));
  for (const name of ["seed", "init", "n_samples", "points"]) shared[name] = model.get(name);
  const racers = model.get("race");
  return (racers.length ? racers : [{}]).map((racer) => {
    const settings = { ...shared, ...racer };
    const { hidden_size, second_layer } = settings;
    settings.sizes = [2, ...(hidden_size ? [hidden_size] : []), ...(hidden_size && second_layer ? [second_layer] : []), 1];
    settings.hidden = settings.activation;
    const start = model.get("start");
    settings.theta = start && start.length === makeNetwork(settings).nParams ? start : null;
    return settings;
  });
}

// The points to learn, and fresh ones of the same kind to validate on where there can be any.
function readData({ data, noise, n_samples, points }) {
  if (data === "xor") return [makeSet(CORNERS, TARGETS), null];
  if (data !== "own") return [drawSet(data, n_samples, noise, 0), drawSet(data, n_samples, noise, 1)];
  const places = points.map(([x1, x2]) => [x1, x2]);
  const labels = points.map(([, , label]) => label);
  return [makeSet(places, labels), null];
}
