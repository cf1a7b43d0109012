// The Playground's settings, read from its model.
//
// Offers: INDEXED, readSettings, readData
// Uses: CORNERS, TARGETS, makeSet, drawSet (../engine/datasets.js)
// Uses: makeNetwork (../engine/network.js)

const INDEXED = [
  "data", "noise", "learning_rate", "hidden_size", "second_layer", "activation", "loss", "optimizer", "l2", "batch_size",
]; // prettier-ignore

// The settings of the runs, one for each racer; each setting with choices is kept as its place among them.
function readSettings(model) {
  const choices = model.get("choices");
  const shared = Object.fromEntries(INDEXED.map((name) => [name, choices[name][model.get(`${name}_index`)]]));
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
