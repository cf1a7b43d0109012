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
