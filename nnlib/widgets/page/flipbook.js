// A flipbook in the page: pictures that were drawn before, one frame for each place of its controls. A book is a model
// with one clock, however many views show it.
//
// Offers: default
// Uses: make, makeButton (elements.js)

const indexOf = ({ model }, { name }) => model.get(`${name}_index`);

// The frames stand in the order of a loop over the first control's values, in it one over the second's, and so on.
function frameAt(book, places) {
  const { model } = book;
  const number = model.get("controls").reduce((sum, { words }, k) => sum * words.length + places[k], 0);
  return model.get("frames")[number].map(([picture, alt]) => ({ src: model.get("pictures")[picture], alt }));
}

const placesOf = (book) => book.model.get("controls").map((control) => indexOf(book, control));

// ---- what a reader does

function turn(book, { name }, index) {
  write(book, { [`${name}_index`]: index });
}

function write({ model }, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

function togglePlaying(book) {
  write(book, { playing: !book.model.get("playing") });
}

// ---- the clock

function runOrStand(book) {
  if (!book.model.get("playing") || !book.views.size) return stand(book);
  if (book.clock) return;
  const control = playedBy(book);
  if (indexOf(book, control) === control.words.length - 1) turn(book, control, 0);
  else move(book);
  book.clock = setInterval(() => move(book), book.model.get("interval"));
}

function move(book) {
  const control = playedBy(book);
  const next = indexOf(book, control) + 1;
  if (next < control.words.length) turn(book, control, next);
  else write(book, { playing: false });
}

function stand(book) {
  clearInterval(book.clock);
  book.clock = null;
}

const playedBy = ({ model }) => model.get("controls").find(({ name }) => name === model.get("played"));

// ---- a view

function build(book, el) {
  const { model } = book;
  const view = { book, rows: model.get("controls").map((control) => makeRow(book, control)), wanted: 0 };
  view.images = model.get("panels").map(([width, height]) => make("img", { width, height, style: panelStyle(width), decoding: "sync" }));
  view.words = make("p", { className: "fb-words", role: "status" });
  const controls = make("div", { className: "fb-controls" }, ...view.rows.map(({ row }) => row));
  el.classList.add("pg", "flipbook");
  el.append(make("div", { className: "fb-frame" }, ...view.images), controls, view.words);
  const touched = () => fetchNeighbors(view);
  for (const event of ["pointerenter", "focusin"]) el.addEventListener(event, touched, { once: true });
  return view;
}

// Panels stand side by side where there is room for seven tenths of each.
const panelStyle = (width) => `flex:${width} 1 ${Math.round(0.7 * width)}px;max-width:${width}px`;

let rows = 0; // each needs a name of its own in the page

function makeRow(book, control) {
  const id = `fb-${(rows += 1)}`;
  const label = make("label", { htmlFor: id }, control.label);
  const { input, show } = { switch: makeSwitch, list: makeList, range: makeRange }[control.kind](book, control);
  input.id = id;
  const readout = make("span", { className: "fb-readout", "aria-hidden": "true" });
  const play = control.name === book.model.get("played") ? [makePlay(book)] : [];
  const row = make("div", { className: `fb-row fb-${control.kind}` }, label, ...play.map(({ button }) => button), input, readout);
  return {
    row,
    show() {
      const words = control.words[indexOf(book, control)];
      show(indexOf(book, control), words);
      readout.textContent = control.kind === "list" ? "" : words;
      play.forEach((one) => one.show());
    },
  };
}

function makeRange(book, control) {
  const input = make("input", { type: "range", min: 0, max: control.words.length - 1, step: 1 });
  input.addEventListener("input", () => turn(book, control, input.valueAsNumber));
  const show = (index, words) => {
    input.value = index;
    input.setAttribute("aria-valuetext", words);
    input.style.setProperty("--fb-done", `${(100 * index) / Math.max(1, control.words.length - 1)}%`);
  };
  return { input, show };
}

function makeList(book, control) {
  const input = make("select", {}, ...control.words.map((words, index) => new Option(words, index)));
  input.addEventListener("change", () => turn(book, control, input.selectedIndex));
  return { input, show: (index) => (input.selectedIndex = index) };
}

function makeSwitch(book, control) {
  const input = make("input", { type: "checkbox", role: "switch" });
  input.addEventListener("change", () => turn(book, control, Number(input.checked)));
  return { input, show: (index) => (input.checked = index === 1) };
}

function makePlay(book) {
  const button = makeButton("", "", () => togglePlaying(book));
  const show = () => {
    const name = book.model.get("playing") ? "Pause" : "Play";
    button.setAttribute("aria-label", name);
    button.title = name;
    button.className = `pg-button fb-${name.toLowerCase()}`;
  };
  return { button, show };
}

function showIn(view) {
  const { book } = view;
  view.rows.forEach((row) => row.show());
  showFrame(view, frameAt(book, placesOf(book)));
}

// The old pictures stand until the new ones are there, and of several that are on their way the last is shown.
async function showFrame(view, frame) {
  const turn = (view.wanted += 1);
  await Promise.all(frame.map(({ src }) => ready(src)));
  if (turn !== view.wanted) return;
  frame.forEach((panel, k) => Object.assign(view.images[k], panel));
  say(view, frame);
  if (view.neighbors) fetchNeighbors(view);
}

// A picture that does not come is left to its alt text.
const ready = (src) => make("img", { src }).decode().catch(() => {});

// Let a screen reader say what the new picture shows, but not picture after picture while it plays.
function say(view, frame) {
  const words = frame.map(({ alt }) => alt).join(" ");
  if (view.book.model.get("playing") || view.said === words) return;
  if (view.said !== undefined) view.words.textContent = words;
  view.said = words;
}

// From the first touch on, the frames one step away are there before they are asked for.
function fetchNeighbors(view) {
  const { book } = view;
  const places = placesOf(book);
  const near = book.model.get("controls").flatMap(({ words }, k) =>
    [-1, 1].map((step) => places.with(k, places[k] + step)).filter((one) => one[k] >= 0 && one[k] < words.length),
  );
  view.neighbors = near.flatMap((one) => frameAt(book, one)).map(({ src }) => make("img", { src }));
}

export default () => {
  const book = { views: new Set(), clock: null };
  return {
    initialize({ model }) {
      book.model = model;
      const show = () => book.views.forEach(showIn);
      for (const { name } of model.get("controls")) model.on(`change:${name}_index`, show);
      model.on("change:playing", () => {
        runOrStand(book);
        show();
      });
      return () => stand(book);
    },
    render({ el }) {
      const view = build(book, el);
      book.views.add(view);
      showIn(view);
      return () => {
        book.views.delete(view);
        if (!book.views.size) write(book, { playing: false });
      };
    },
  };
};
