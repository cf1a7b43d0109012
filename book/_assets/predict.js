// Results are covered until the reader has predicted: the switch, the buttons, and links that lead to what is covered.
// What covers what is written into the page by _extensions/predict.py; predict.css hides it.

const page = document.documentElement;
const choice = document.querySelector(".predict-switch input");

function cover(isOn) {
  page.dataset.predict = isOn ? "cover" : "show";
  try {
    localStorage.predict = page.dataset.predict;
  } catch {} // a browser that keeps nothing: then it is for this page
  document.querySelectorAll(".predict-shown").forEach((part) => part.classList.remove("predict-shown"));
}

// Show what the prediction `name` covers, and return its first part.
function show(name) {
  document.querySelector(`[data-shows="${name}"]`).parentElement.classList.add("predict-shown");
  const parts = document.querySelectorAll(`.${name}-result`);
  parts.forEach((part) => part.classList.add("predict-shown"));
  return parts[0];
}

// The button is gone then: what appeared in its place takes the focus, so that a screen reader goes on there.
function showAndFocus(name) {
  const first = show(name);
  const words = { role: "group", "aria-label": "The result", tabindex: "-1" };
  Object.entries(words).forEach(([attribute, value]) => first.setAttribute(attribute, value));
  first.focus({ preventScroll: true });
}

// A link to a covered figure asks for it.
function followLink() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const covered = target?.closest(".predict-result:not(.predict-shown)");
  if (!covered || page.dataset.predict !== "cover") return;
  show(covered.className.match(/(predict-\d+)-result/)[1]);
  target.scrollIntoView();
}

choice.checked = page.dataset.predict === "cover";
choice.addEventListener("change", () => cover(choice.checked));
document.querySelectorAll(".predict-cover button").forEach((button) => {
  button.addEventListener("click", () => showAndFocus(button.dataset.shows));
});
window.addEventListener("hashchange", followLink);
followLink();
