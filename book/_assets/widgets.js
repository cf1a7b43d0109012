/* Small repairs for pages that hold widgets. Loaded after require.js and html-manager, before they draw. */

// html-manager draws its labels by MathJax 2, which had a queue; MathJax 3 has none, and the labels hold no formulas.
document.addEventListener("DOMContentLoaded", () => {
  if (window.MathJax) window.MathJax.Hub = { Queue() {} };
});

// Where require.js finds the loader of the Playground, whatever folder the book is published in.
window.require.config({ paths: { anywidget: new URL("vendor/anywidget/index", document.currentScript.src).href } });

// Say in words what a slider is and where it stands: its own numbers are places in a list.
function nameSlider(slider) {
  const handle = slider.querySelector('[role="slider"]');
  const label = slider.querySelector(".widget-label");
  const readout = slider.querySelector(".widget-readout");
  if (!handle || !label || !readout) return;
  // A list's readout would take any text and not what it says.
  if (!slider.classList.contains("pg-weight") && readout.isContentEditable) readout.contentEditable = "false";
  const words = { "aria-label": label.textContent, "aria-valuetext": readout.textContent };
  for (const [name, value] of Object.entries(words)) {
    // Only where it differs: the observer below sees what is written here.
    if (handle.getAttribute(name) !== value) handle.setAttribute(name, value);
  }
}

// Let a screen reader say what the new picture shows, but not picture after picture while it plays.
function announceFrames(flipbook) {
  flipbook.lastElementChild.setAttribute("aria-live", flipbook.querySelector(".fa-pause") ? "off" : "polite");
}

function nameControls() {
  document.querySelectorAll(".widget-hslider").forEach(nameSlider);
  document.querySelectorAll(".flipbook").forEach(announceFrames);
}

window.addEventListener("load", () => {
  const attributes = ["aria-valuetext", "class"]; // a place in the list, and Play turning into Pause
  const changes = { subtree: true, childList: true, characterData: true, attributeFilter: attributes };
  for (const output of document.querySelectorAll(".cell_output")) {
    new MutationObserver(nameControls).observe(output, changes);
  }
});
