/* What scrolls sideways can be scrolled from the keyboard: it takes the focus, as long as it scrolls. The theme does this
   for code when the window changes its size, but not for code of a solution that is opened later. */
{
  const SCROLLS = "pre, .cell_output > .output, .katex-display, .pst-scrollable-table-container";
  const all = [...document.querySelectorAll(SCROLLS)];
  // All are measured before any is marked, or each mark would have the page laid out again.
  const mark = (elements) => {
    const scrolls = elements.map((element) => element.scrollWidth > element.clientWidth + 1);
    elements.forEach((element, place) => {
      if (scrolls[place]) element.tabIndex = 0;
      else if (element.tabIndex === 0) element.removeAttribute("tabindex");
    });
  };
  const watcher = new ResizeObserver((entries) => mark(entries.map(({ target }) => target)));
  all.forEach((element) => watcher.observe(element));
  document.fonts.ready.then(() => mark(all)); // wider than the faces that stood in for them
}
