// Tools for what a reader sets on the plane: own points one by one, from a table or by a formula, and Undo.
//
// Offers: addPoint, canAdd, makeTools
// Uses: make, makeButton (../../page/elements.js)
// Uses: drawByCondition, readTable (../engine/table.js)
// Uses: MOST_POINTS (address.js)
// Uses: changeOptions, changePoints, undo (changes.js)
// Uses: chooseHandle, chosenOf, tidy (handles.js)
// Uses: ownPoints, say (lab.js)
// Uses: makeSheet (sheet.js)

const canAdd = (lab) => ownPoints(lab) && maySet(lab.model);
const maySet = (model) => ["data", "points"].some((name) => model.get("controls").includes(name));

// Null where nothing can be set.
function makeTools(view) {
  const { lab } = view;
  const lines = lab.model.get("controls").includes("lines");
  if (!view.layer || (!maySet(lab.model) && !lines)) return null;
  const own = maySet(lab.model) ? makeOwnData(view) : null;
  const points = own ? makePointButtons(view) : [];
  const undoButton = makeButton("Undo", "Undo the last change of points or lines", () => undo(lab));
  view.options.push(() => (undoButton.disabled = !lab.done.length));
  view.layer.addEventListener("keydown", (event) => {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    undo(lab);
  });
  const hint = make("span", { className: "pg-hint" }, own ? "Set points of your own: by hand, from a table, by a formula." : "Drag a grip, or tap it and then its new place.");
  view.options.push(() => (hint.hidden = canAdd(lab)));
  const tools = make("div", { className: "pg-tools", role: "group", "aria-label": "Tools for the plane" });
  tools.append(...(own ? [own.button] : []), undoButton, hint, ...points, ...(own ? [own.sheet] : []));
  return tools;
}

function makePointButtons(view) {
  const { lab, layer, options } = view;
  const group = `pg-class-${Math.random()}`; // each view has radio buttons of its own
  const radios = [0, 1].map((label) => {
    const radio = make("input", { type: "radio", name: group, value: label });
    radio.addEventListener("change", () => changeClass(view, label));
    return radio;
  });
  const kinds = radios.map((radio, label) => {
    const sign = make("b", { className: `pg-${label}`, "aria-hidden": "true" }, "●■"[label]);
    return make("label", { className: "pg-switch" }, radio, `class ${label} `, sign);
  });
  const add = makeButton("Add a point", "Put a point into the middle of the plane", () => {
    const { left, bottom, side } = lab.box;
    addPoint(view, left + side / 2, bottom + side / 2);
  });
  const remove = makeButton("Remove", "Remove the chosen point", () => chosenOf(layer)?.onDelete?.());
  const classes = make("fieldset", { className: "pg-classes" }, make("legend", { className: "pg-aside" }, "Class of points"), ...kinds);
  const all = [add, remove, classes];
  const showTools = () => {
    const label = chosenOf(layer)?.class ?? lab.label;
    radios[label].checked = true;
    remove.disabled = !chosenOf(layer)?.onDelete;
    for (const one of all) one.hidden = !canAdd(lab);
  };
  options.push(showTools);
  layer.addEventListener("choose", showTools);
  return all;
}

// The class of the chosen point, or else of new points: one for all views.
function changeClass({ lab, layer }, label) {
  const chosen = chosenOf(layer);
  lab.label = label;
  if (chosen && chosen.class !== label) chosen.onFlip?.();
  else changeOptions(lab, {});
}

function addPoint({ lab, layer }, x, y) {
  const points = lab.model.get("points");
  if (points.length >= MOST_POINTS) return say(lab, `There are ${MOST_POINTS} points: no more fit.`);
  changePoints(lab, [...points, [tidy(x), tidy(y), lab.label]]);
  layer.lastElementChild.focus();
}

// A sheet for data that a reader brings.
function makeOwnData({ lab, layer }) {
  const table = make("textarea", { className: "pg-text", rows: 4, spellcheck: false, "aria-label": "Points, one a line: two numbers and a class", placeholder: "0.5, 1.2, 0\n−1, 0.3, 1".replace("−", "-") });
  const formula = make("input", { className: "pg-text", maxLength: 200, spellcheck: false, "aria-label": "A formula: class 1 where it is true", value: "y > sin(3*x)" });
  const fault = make("p", { className: "pg-fault", role: "alert" });
  const take = ({ points, fault: words }) => {
    fault.textContent = words ?? "";
    if (words) return;
    chooseHandle(layer, null);
    lab.ownBox = null;
    changePoints(lab, points.map(([x1, x2, label]) => [tidy(x1), tidy(x2), label]));
    say(lab, `${points.length} points. ${lab.status}`);
    own.close();
  };
  const useFormula = () => take(drawByCondition(formula.value, lab.model.get("seed")));
  formula.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // the sheet closes, and the button that gets the focus is not to hear of it
    useFormula();
  });
  const help = "On the plane of own points: tap to add a point; drag one, or tap it and then its new place; tap it twice to change its class."; // prettier-ignore
  const own = makeSheet("Own data…", "Own data", [
    make("p", {}, "Paste a table: two columns of numbers and a class."),
    make("div", { className: "pg-line" }, table, makeButton("Use table", "Learn the points of the table", () => take(readTable(table.value, MOST_POINTS)))),
    make("p", {}, "Or write where the class is 1:"),
    make("div", { className: "pg-line" }, formula, makeButton("Use formula", "Draw 200 points and class them by the formula", useFormula)),
    fault,
    make("p", {}, help),
    makeButton("Set points by hand", "Learn own points, XOR's corners at first", () => take({ points: lab.model.get("points") })),
  ]); // prettier-ignore
  return own;
}
