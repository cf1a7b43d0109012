// Buttons that let a number run from 0 to its last value, once: one clock for a model, however many views it has.
//
// Offers: default
// Uses: make (elements.js)

function start(player) {
  if (player.clock) return;
  const { model } = player;
  if (model.get("value") === model.get("last")) write(model, { value: 0 });
  else move(model);
  player.clock = setInterval(() => move(model), model.get("interval"));
}

function move(model) {
  const [value, last] = [model.get("value"), model.get("last")];
  write(model, value < last ? { value: value + 1 } : { playing: false });
}

function stand(player) {
  clearInterval(player.clock);
  player.clock = null;
}

function write(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

// The look is that of the Play of ipywidgets, of which two views stop each other.
function build(model, el) {
  const button = (name, action) => {
    const made = make("button", { type: "button", className: "jupyter-button" }, make("i"));
    made.addEventListener("click", action);
    nameButton(made, name);
    return made;
  };
  el.classList.add("jupyter-widgets", "widget-inline-hbox", "widget-play");
  const play = button("Play", () => write(model, { playing: !model.get("playing") }));
  el.append(play, button("Stop", () => write(model, { playing: false, value: 0 })));
  return () => nameButton(play, model.get("playing") ? "Pause" : "Play");
}

function nameButton(button, name) {
  button.setAttribute("aria-label", name);
  button.firstChild.setAttribute("class", `fa fa-${name.toLowerCase()}`);
}

export default () => {
  const player = { views: new Set(), clock: null };
  return {
    initialize({ model }) {
      player.model = model;
      model.on("change:playing", () => {
        if (model.get("playing") && player.views.size) start(player);
        else stand(player);
        for (const show of player.views) show();
      });
      return () => stand(player);
    },
    render({ el }) {
      const show = build(player.model, el);
      player.views.add(show);
      show();
      return () => {
        player.views.delete(show);
        if (!player.views.size) write(player.model, { playing: false });
      };
    },
  };
};
