/* What scrolls sideways can be scrolled from the keyboard: it takes the focus, as long as it scrolls. */
{
  const SCROLLS = ".katex-display, .pst-scrollable-table-container";
  const all = [...document.querySelectorAll(SCROLLS)];
  const mark = (element) => {
    if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  };
  const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  all.forEach((element) => watcher.observe(element));
  document.fonts.ready.then(() => all.forEach(mark)); // wider than the faces that stood in for them
}
