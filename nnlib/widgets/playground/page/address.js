// A run in the page's address: written there while it rests, and found there again.
//
// Offers: MOST_POINTS, isPublished, addressOf, keepAddress, applyFragment
// Uses: range (../engine/network.js)
// Uses: SETTINGS, choiceOf, choose (settings.js)

const MOST_POINTS = 400;
const MOST_EPOCHS = 1e7;

// In JupyterLab and its kin the address belongs to them.
const isPublished = () => !document.getElementById("jupyter-config-data") && /^(http|file)/.test(location.protocol);

function addressOf(model, epoch) {
  return location.href.split("#")[0] + writeFragment(model, epoch);
}

function keepAddress(model, epoch) {
  if (!isPublished()) return;
  try {
    history.replaceState(history.state, "", addressOf(model, epoch));
  } catch {
    // a page without an address of its own: nothing to keep
  }
}

// The part of an address behind #: the Playground's name, then every setting by value, and the epoch.
function writeFragment(model, epoch) {
  const words = new URLSearchParams();
  for (const name of SETTINGS) words.set(name, choiceOf(model, name));
  words.set("seed", model.get("seed"));
  if (model.get("data") === "own") words.set("points", model.get("points").flat().join("_"));
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
  const sizes = model.get("weights").length ? ["hidden_size", "second_layer"] : []; // each weight has a slider: they stay
  for (const name of SETTINGS.filter((name) => !sizes.includes(name))) {
    const place = choices[name].map(String).indexOf(words.get(name));
    if (place >= 0) choose(model, name, choices[name][place]);
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
