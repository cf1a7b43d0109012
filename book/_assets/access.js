/* What scrolls sideways can be scrolled from the keyboard: it takes the focus, as long as it scrolls. */

const SCROLLS = ".katex-display, .bd-article .table-wrapper, .pst-scrollable-table-container";

const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll(SCROLLS).forEach((element) => watcher.observe(element));
