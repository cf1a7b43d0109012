// The Playground itself: one lab for a model, and a view of it wherever it is shown.
//
// Offers: default
// Uses: begin, followAddress (changes.js)
// Uses: pause, play (clock.js)
// Uses: placeChosen, placeIn (handles.js)
// Uses: keep, openLab, restart, show, showOptions (lab.js)
// Uses: build, draw (panels.js)
// Uses: TRAITS (settings.js)
// Uses: addPoint, canAdd (tools.js)

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
  for (const name of [...TRAITS, "points", "start"]) model.on(`change:${name}`, changed);
  for (const name of ["log_loss", "speed", "until_solved", "choices"]) model.on(`change:${name}`, repaint);
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
  const { el, layer, lead, lab } = view;
  const theme = { attributeFilter: ["data-theme", "data-jp-theme-light", "class"] };
  const repaint = () =>
    requestAnimationFrame(() => {
      view.palette = null;
      draw(view);
    });
  // What has happened since it last looked comes at once: the last entry is how things stand.
  const look = (entries) => {
    view.seen = entries.at(-1).isIntersecting;
    if (view.seen) draw(view);
  };
  const greet = (entries) => {
    if (!lab.waiting || entries.at(-1).intersectionRatio < 0.5) return;
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play(lab);
  };
  layer?.addEventListener("click", (event) => tapAt(view, event));
  return joined([
    watch(new MutationObserver(repaint), [document.documentElement, theme], [document.body, theme]),
    watch(new ResizeObserver(repaint), [el]),
    watch(new IntersectionObserver(look), [el]),
    watch(new IntersectionObserver(greet, { threshold: 0.5 }), [lead]),
  ]);
}

// A tap on the plane places what has been chosen, or else adds a point.
function tapAt(view, event) {
  const { lab, layer } = view;
  if (event.target !== layer || placeChosen(layer, event) || !canAdd(lab)) return;
  addPoint(view, ...placeIn(layer, event));
}

export default () => {
  let lab;
  let leaveModel;
  const open = (model) => {
    if (lab) return;
    lab = openLab(model);
    leaveModel = listen(lab);
  };
  return {
    initialize({ model }) {
      open(model);
      return leaveModel;
    },
    render({ model, el }) {
      open(model); // a host that does not call initialize
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
