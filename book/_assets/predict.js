// Results are covered until the reader has predicted: the switch, the buttons, and links that lead to what is covered.
// What covers what is written into the page by _extensions/predict.py; predict.css hides it.

const page = document.documentElement;
const switches = document.querySelectorAll(".predict-switch input"); // one choice for all

function cover(isOn) {
  page.dataset.predict = isOn ? "cover" : "show";
  try {
    localStorage.predict = page.dataset.predict;
  } catch {} // a browser that keeps nothing: then it is for this page
  document.querySelectorAll(".predict-shown").forEach((part) => part.classList.remove("predict-shown"));
  switches.forEach((one) => (one.checked = isOn));
}

// What is above a switch gets shorter or longer with it: the switch stays where it was touched.
function coverFrom(one) {
  const place = one.getBoundingClientRect().top;
  cover(one.checked);
  window.scrollBy({ top: one.getBoundingClientRect().top - place, behavior: "instant" });
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

for (const one of switches) {
  one.checked = page.dataset.predict === "cover";
  one.addEventListener("change", () => coverFrom(one));
}
document.querySelectorAll(".predict-cover button").forEach((button) => {
  button.addEventListener("click", () => showAndFocus(button.dataset.shows));
});
window.addEventListener("hashchange", followLink);
followLink();
