// The Playground itself: one lab for a model, and a view of it wherever it is shown.
//
// Offers: default
// Uses: fromPixels (plane.js)
// Uses: INDEXED (settings.js)
// Uses: begin, followAddress, keep, openLab, pause, play, restart, show, showOptions, takeWeights (lab.js)
// Uses: addPoint, build, canAdd, draw (panels.js)

// ---- a lab listens to its model and to the page

function listen(lab) {
  const { model } = lab;
  const heard = (action) => () => lab.runs && !lab.writing && action();
  const changed = heard(() => {
    if (lab.asked) return;
    lab.asked = true;
    queueMicrotask(() => {
      lab.asked = false;
      restart(lab);
      keep(lab);
    });
  });
  const repaint = heard(() => {
    showOptions(lab);
    show(lab);
  });
  for (const name of [...INDEXED.map((n) => `${n}_index`), "seed", "points", "start"]) model.on(`change:${name}`, changed);
  for (const k of model.get("weights")) model.on(`change:theta_${k}`, heard(() => takeWeights(lab))); // prettier-ignore
  for (const name of ["log_loss", "speed"]) model.on(`change:${name}`, repaint);
  model.on("change:playing", heard(() => (model.get("playing") && lab.views.size ? play(lab) : pause(lab)))); // prettier-ignore
  return joined([
    on(document, "visibilitychange", () => (lab.last = performance.now())),
    on(window, "hashchange", heard(() => followAddress(lab))), // prettier-ignore
  ]);
}

// Each of these returns what ends it.
function on(target, event, action) {
  target.addEventListener(event, action);
  return () => target.removeEventListener(event, action);
}

function watch(observer, ...targets) {
  for (const [target, options] of targets) observer.observe(target, options);
  return () => observer.disconnect();
}

const joined = (ends) => () => ends.forEach((end) => end());

// ---- a view listens to its place in the page

function listenIn(view) {
  const { el, layer } = view;
  const theme = { attributeFilter: ["data-theme", "data-jp-theme-light", "class"] };
  const repaint = () =>
    requestAnimationFrame(() => {
      view.palette = null;
      draw(view);
    });
  const look = ([entry]) => {
    view.seen = entry.isIntersecting;
    if (view.seen) draw(view);
  };
  layer?.addEventListener("click", (event) => addAt(view, event));
  layer?.addEventListener("dblclick", (event) => event.target.handle?.onDelete?.());
  return joined([
    watch(new MutationObserver(repaint), [document.documentElement, theme], [document.body, theme]),
    watch(new ResizeObserver(repaint), [el]),
    watch(new IntersectionObserver(look), [el]),
  ]);
}

function addAt(view, event) {
  const { lab, layer } = view;
  if (event.target !== layer || !canAdd(lab)) return;
  const area = layer.getBoundingClientRect();
  addPoint(view, ...fromPixels(lab.box, area.width, event.clientX - area.left, event.clientY - area.top));
}

export default () => {
  let lab;
  return {
    initialize({ model }) {
      lab = openLab(model);
      return listen(lab);
    },
    render({ el }) {
      const view = build(lab, el);
      lab.views.add(view);
      const leave = listenIn(view);
      if (lab.runs) view.showOptions();
      if (lab.runs) draw(view);
      else begin(lab);
      return () => {
        leave();
        lab.views.delete(view);
        if (!lab.views.size) pause(lab);
      };
    },
  };
};
