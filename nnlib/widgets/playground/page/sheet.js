// A sheet lies over a part of a Playground and pushes nothing away: a button opens it; Close, Escape, the button and a click
// elsewhere shut it.
//
// Offers: makeSheet
// Uses: make, makeButton (../../page/elements.js)

// Return {button, sheet, open(), close()}; `filled` is called before it opens.
function makeSheet(name, title, content, filled = () => {}) {
  const sheet = make("div", { className: "pg-sheet", role: "group", "aria-label": title, hidden: true, tabIndex: -1 });
  const button = makeButton(name, title, () => (sheet.hidden ? open() : close()));
  button.setAttribute("aria-expanded", "false");
  const elsewhere = ({ target }) => sheet.contains(target) || button.contains(target) || turn(true);
  const turn = (hidden) => {
    sheet.hidden = hidden;
    if (hidden) document.removeEventListener("click", elsewhere, true);
    else document.addEventListener("click", elsewhere, true);
    button.setAttribute("aria-expanded", String(!hidden));
  };
  const open = () => {
    for (const other of sheet.closest(".pg-lab").querySelectorAll(".pg-sheet:not([hidden])")) other.shut();
    filled();
    turn(false);
    sheet.scrollIntoView({ block: "nearest" }); // it may open upwards, beyond the window
  };
  const close = () => {
    const inside = sheet.contains(document.activeElement);
    turn(true);
    if (inside) button.focus();
  };
  sheet.shut = close; // for the one that opens next
  sheet.append(make("div", { className: "pg-sheet-top" }, make("b", {}, title), makeButton("Close", `Close: ${title}`, close)), ...content);
  for (const element of [sheet, button]) {
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || sheet.hidden) return;
      event.stopPropagation();
      close();
    });
  }
  return { button, sheet, open, close };
}
