// Elements of the page, made with few words.
//
// Offers: make, makeButton

// Make an element with its properties, attributes (those with a dash, and role) and children.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  // JupyterLab has commands of its own on the arrow keys of whatever has the focus.
  if (["input", "select"].includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  element.append(...children);
  return element;
}

function makeButton(text, title, action) {
  const button = make("button", { type: "button", className: "pg-button", title }, text);
  button.addEventListener("click", action);
  return button;
}
