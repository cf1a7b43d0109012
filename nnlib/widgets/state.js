// The Playground's settings: read from its model, written into a page's address, and found there again.

const INDEXED = [
  "data", "noise", "learning_rate", "hidden_size", "second_layer", "activation", "loss", "optimizer", "l2", "batch_size",
]; // prettier-ignore
const MOST_POINTS = 400;
const MOST_EPOCHS = 1e7;

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

// The part of an address behind #: the Playground's name, then every setting by value, and the epoch.
function writeFragment(model, epoch) {
  const choices = model.get("choices");
  const words = new URLSearchParams();
  for (const name of INDEXED) words.set(name, choices[name][model.get(`${name}_index`)]);
  words.set("seed", model.get("seed"));
  if (choices.data[model.get("data_index")] === "own") words.set("points", model.get("points").flat().join("_"));
  if (model.get("start")) words.set("start", model.get("start").join("_"));
  words.set("epoch", epoch);
  return `#${model.get("name")}:${words}`;
}

// Bring the model to what an address says, as far as that makes sense; return the epoch to train to, or null if the
// address is not about this Playground.
function applyFragment(model, fragment) {
  const prefix = `#${model.get("name")}:`;
  if (!fragment.startsWith(prefix)) return null;
  const words = new URLSearchParams(fragment.slice(prefix.length));
  const choices = model.get("choices");
  for (const name of INDEXED) {
    const place = choices[name].map(String).indexOf(words.get(name));
    if (place >= 0) model.set(`${name}_index`, place);
  }
  const seed = wholeNumber(words.get("seed"), 9999);
  if (seed !== null) model.set("seed", seed);
  const entries = finiteNumbers(words.get("points"));
  if (entries && entries.length % 3 === 0 && entries.length <= 3 * MOST_POINTS) {
    const points = range(entries.length / 3).map((k) => entries.slice(3 * k, 3 * k + 3));
    if (points.every(([, , label]) => label === 0 || label === 1)) model.set("points", points);
  }
  model.set("start", finiteNumbers(words.get("start")));
  model.save_changes();
  return wholeNumber(words.get("epoch"), MOST_EPOCHS) ?? 0;
}

function wholeNumber(text, most) {
  return /^\d+$/.test(text ?? "") && Number(text) <= most ? Number(text) : null;
}

function finiteNumbers(text) {
  const numbers = (text ?? "").split("_").map((part) => (part === "" ? NaN : Number(part)));
  return numbers.every(Number.isFinite) ? numbers : null;
}
