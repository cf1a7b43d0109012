// The settings' controls: native sliders, lists and fields, each with its name, its value in words and its keys.
//
// Offers: makeControls
// Uses: make (../../page/elements.js)
// Uses: changeSetting, changeWeight (changes.js)
// Uses: playOrPause (clock.js)
// Uses: SETTINGS, choiceOf, isDrawn (settings.js)
// Uses: makeSheet (sheet.js)

const LISTS = ["data", "activation", "loss", "optimizer"]; // the other settings are sliders over their choices
const MOST_SEEDS = 9999;

// The controls in front, and the others behind a button.
function makeControls(view) {
  const { model } = view.lab;
  const names = model.get("controls").filter((name) => name === "seed" || SETTINGS.includes(name));
  const rows = [...names.map((name) => makeRow(view, name)), ...model.get("weights").map((name, k) => makeWeightRow(view, name, k))];
  const nFront = model.get("in_front");
  const controls = make("div", { className: "pg-controls", role: "group", "aria-label": "Settings" }, ...rows.slice(0, nFront));
  controls.addEventListener("keydown", ({ key, target }) => {
    if (key === "Enter" && target.type === "range") playOrPause(view.lab); // by keys the way back to Play is long
  });
  const folded = rows.slice(nFront);
  if (!folded.length) return controls;
  const { button, sheet, open } = makeSheet("all settings", "More settings", folded);
  view.showSettings = open;
  controls.append(make("div", { className: "pg-control" }, button), sheet);
  return controls;
}

function makeRow(view, name) {
  if (name === "seed") return makeSeedRow(view);
  return LISTS.includes(name) ? makeListRow(view, name) : makeSliderRow(view, name);
}

// A row's name, control and, for a slider, its value: the name is said of the control alone.
function rowOf(words, control, ...more) {
  control.id = `pg-${Math.random().toString(36).slice(2)}`;
  return make("div", { className: "pg-control" }, make("label", { htmlFor: control.id }, words), control, ...more);
}

const labelOf = ({ lab }, name) => lab.model.get("words").labels[name] ?? name.replaceAll("_", " ");
const wordsFor = ({ lab }, name, value) => lab.model.get("words").choices[name]?.[value] ?? String(value);

function makeSliderRow(view, name) {
  const { lab, options } = view;
  const choices = () => lab.model.get("choices")[name];
  const slider = make("input", { type: "range", min: 0, step: 1, className: "pg-slider" });
  const value = make("span", { className: "pg-value", "aria-hidden": "true" });
  slider.addEventListener("input", () => changeSetting(lab, name, choices()[slider.value]));
  options.push(() => {
    const chosen = choiceOf(lab.model, name);
    const words = wordsFor(view, name, chosen);
    slider.max = choices().length - 1;
    slider.value = choices().indexOf(chosen);
    slider.setAttribute("aria-valuetext", words);
    value.textContent = words;
    slider.disabled = name === "noise" && !isDrawn(choiceOf(lab.model, "data"));
  });
  return rowOf(labelOf(view, name), slider, value);
}

function makeListRow(view, name) {
  const { lab, options } = view;
  const choices = () => lab.model.get("choices")[name];
  const list = make("select", { className: "pg-list" }, ...choices().map((value) => new Option(wordsFor(view, name, value), value)));
  list.addEventListener("change", () => changeSetting(lab, name, list.value));
  options.push(() => (list.value = choiceOf(lab.model, name)));
  return rowOf(labelOf(view, name), list);
}

function makeSeedRow({ lab, options }) {
  const field = make("input", { type: "number", min: 0, max: MOST_SEEDS, step: 1, className: "pg-list" });
  field.addEventListener("change", () => {
    const seed = Math.max(0, Math.min(MOST_SEEDS, Math.round(Number(field.value))));
    field.value = seed;
    changeSetting(lab, "seed", seed);
  });
  options.push(() => (field.value = lab.model.get("seed")));
  return rowOf("seed", field);
}

// A weight by slider, or typed as a number.
function makeWeightRow({ lab, weights }, name, k) {
  const slider = make("input", { type: "range", min: -10, max: 10, step: 0.1, className: "pg-slider" });
  const field = make("input", { type: "number", step: 0.1, className: "pg-value", "aria-label": `${name}, as a number` });
  slider.addEventListener("input", () => changeWeight(lab, k, Number(slider.value)));
  field.addEventListener("change", () => Number.isFinite(field.valueAsNumber) && changeWeight(lab, k, field.valueAsNumber));
  weights.push((theta) => {
    slider.value = theta[k];
    slider.setAttribute("aria-valuetext", theta[k].toFixed(2));
    if (field !== document.activeElement) field.value = Number(theta[k].toFixed(2));
  });
  return rowOf(name, slider, field);
}
