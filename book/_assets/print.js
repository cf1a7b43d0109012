/* A page that was just opened prints whole, unfolded, dark on white. */

const root = document.documentElement;
let theme, folded; // as they were before the print

window.addEventListener("beforeprint", () => {
  theme = root.dataset.theme;
  root.dataset.theme = "light";
  folded = [...document.querySelectorAll("details:is(.hide, .solution):not([open])")];
  folded.forEach((part) => (part.open = true));
});

window.addEventListener("afterprint", () => {
  root.dataset.theme = theme;
  folded.forEach((part) => (part.open = false));
});

// A formula is set when its reader comes near, or at a print, and the browser would ask for its fonts only then: too
// late for the print. So a page with formulas asks for all faces that the book's formulas have, before it is loaded.
const FACES = ["MJXTEX", "MJXTEX-I", "MJXTEX-S1", "MJXTEX-S2", "MJXTEX-S3", "MJXTEX-S4", "MJXZERO"];
if (document.querySelector(".math")) {
  window.MathJax.startup.promise.then(() => FACES.forEach((face) => document.fonts.load(`1em ${face}`)));
}
