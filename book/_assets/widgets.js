/* The host of the book's widgets: models without a kernel, and code that comes when a reader does.

   A widget stands in the page as `figure.nn-widget`, asleep: its still, at its full size. It wakes when it comes near the
   window, or is pointed at, touched or focused: its code (`data-code`, one file for all widgets of a kind) and the page's
   models (`data-state`) are loaded, and the code gets its `model` and `el` as in JupyterLab. Then it has `data-alive`. */

window.nnWidgets = (() => {
  // ---- models: what anywidget's are, as far as a page without Python goes

  const models = new Map();

  class Model {
    #state;
    #heard = new Map();
    constructor(state) {
      this.#state = state;
    }
    get(name) {
      return this.#state[name];
    }
    set(name, value) {
      if (same(this.#state[name], value)) return;
      this.#state[name] = value;
      this.#tell(`change:${name}`, value);
      this.#tell("change");
    }
    save_changes() {} // to a kernel, where there is one
    on(event, action) {
      this.#heard.set(event, [...this.#actions(event), action]);
    }
    off(event, action) {
      this.#heard.set(event, action ? this.#actions(event).filter((one) => one !== action) : []);
    }
    #actions(event) {
      return this.#heard.get(event) ?? [];
    }
    #tell(event, ...news) {
      for (const action of this.#actions(event)) action(this, ...news);
    }
  }

  const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

  // The page's models, and which traits of theirs follow each other: [model, trait, model, trait, both ways].
  function know({ states, links }) {
    for (const [id, state] of Object.entries(states)) models.set(id, new Model(state));
    for (const [source, trait, target, other, bothWays] of links) {
      follow(models.get(source), trait, models.get(target), other);
      if (bothWays) follow(models.get(target), other, models.get(source), trait);
    }
  }

  function follow(source, trait, target, other) {
    const take = () => target.set(other, source.get(trait));
    source.on(`change:${trait}`, take);
    take();
  }

  // ---- code: files that call define() or know(), each loaded once

  const kinds = new Map();
  const files = new Map();

  function define(kind, css, make) {
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
    kinds.set(kind, make());
  }

  function load(address) {
    if (!files.has(address)) files.set(address, fetchScript(address));
    return files.get(address);
  }

  function fetchScript(address) {
    return new Promise((resolve, reject) => {
      const failed = () => {
        files.delete(address); // the next touch tries again
        reject(Error(`${address} did not load`));
      };
      const script = Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: failed });
      document.head.append(script);
    });
  }

  // ---- waking

  const widgets = new Map(); // model's name to its widget
  const waking = new Map(); // figure to what it waits for

  // One widget for a model, however many views it has.
  function widgetOf(id, kind) {
    if (!widgets.has(id)) widgets.set(id, begin(models.get(id), kinds.get(kind)));
    return widgets.get(id);
  }

  async function begin(model, made) {
    const widget = typeof made === "function" ? await made() : made;
    await widget.initialize?.({ model });
    return widget;
  }

  function wake(figure) {
    if (!waking.has(figure)) waking.set(figure, bring(figure));
    return waking.get(figure);
  }

  async function bring(figure) {
    const { code, state, kind, model } = figure.dataset;
    figure.ariaBusy = "true";
    try {
      await Promise.all([load(code), load(state)]);
      show(figure, await widgetOf(model, kind), models.get(model));
    } catch (error) {
      waking.delete(figure);
      throw error;
    } finally {
      figure.ariaBusy = null;
    }
  }

  // The still goes and the widget comes between two frames.
  function show(figure, widget, model) {
    const el = Object.assign(document.createElement("div"), { className: "nn-view" });
    const focused = document.activeElement === figure;
    figure.append(el);
    figure.dataset.alive = "";
    figure.ariaLabel = "Interactive figure";
    figure.removeAttribute("tabindex");
    widget.render({ model, el });
    if (!focused) return;
    el.querySelector("button, input, select, [tabindex='0']")?.focus();
    news.textContent = "The figure is ready.";
  }

  // ---- the page

  const news = Object.assign(document.createElement("div"), { className: "nn-news", role: "status" });
  const idle = window.requestIdleCallback ?? setTimeout;

  function start() {
    const figures = [...document.querySelectorAll("figure.nn-widget")];
    const near = new IntersectionObserver(
      (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => idle(() => wake(target))),
      { rootMargin: "75% 0px" },
    );
    document.body.append(news);
    for (const figure of figures) {
      figure.tabIndex = 0;
      near.observe(figure);
      for (const event of ["pointerenter", "pointerdown", "focusin"]) figure.addEventListener(event, () => wake(figure), { once: true }); // prettier-ignore
    }
    // An address that holds a run, as #playground:seed=3, is for a widget to read, wherever it stands.
    const read = () => /^#[\w-]+:/.test(location.hash) && figures.forEach(wake);
    window.addEventListener("hashchange", read);
    read();
  }

  start();
  return { define, know };
})();
