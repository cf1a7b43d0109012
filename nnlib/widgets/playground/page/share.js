// What takes a run elsewhere: as Python, as an address, as a picture; and the whole screen for it.
//
// Offers: makeShare
// Uses: make, makeButton (../../page/elements.js)
// Uses: pythonOf (../engine/words.js)
// Uses: addressOf, isPublished (address.js)
// Uses: say (lab.js)
// Uses: makeSheet (sheet.js)

const MARGIN = 16; // around the parts of a saved picture

function makeShare(view) {
  const { lab, el } = view;
  const python = makeCopy(view, "Copy as Python", "Lines that repeat this run", "The Python", () => pythonOf(lab.runs));
  const link = () => makeCopy(view, "Copy link", "An address that leads to this run", "The link", () => addressOf(lab.model, lab.runs[0].epoch));
  const copies = isPublished() ? [python, link()] : [python];
  const buttons = [...copies.map(({ button }) => button), makeButton("Save picture", "Save what is shown as a PNG file", () => savePicture(view))];
  if (document.fullscreenEnabled) buttons.push(makeScreenButton(el));
  const share = make("div", { className: "pg-share", role: "group", "aria-label": "Take this run elsewhere" }, ...buttons, ...copies.map(({ sheet }) => sheet));
  return share;
}

// A button that copies a text and shows it in a sheet, for where nothing can be copied.
function makeCopy({ lab }, name, title, what, textOf) {
  const shown = make("pre", { className: "pg-code", tabIndex: 0, "aria-label": "The copied text" });
  const told = make("p", {});
  const copied = makeSheet(name, title, [told, shown], async () => {
    shown.textContent = textOf();
    shown.tabIndex = 0; // so that keys can scroll it; the page's theme may have seen it hidden and set -1
    const done = await copy(shown.textContent);
    told.textContent = done ? `${what} is copied.` : `${what} stands here: select it and copy it.`;
    say(lab, told.textContent);
  });
  return copied;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or a page without https
  }
}

function makeScreenButton(el) {
  const button = makeButton("Full screen", "Give it the whole screen, or leave it", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else el.requestFullscreen();
  });
  el.addEventListener("fullscreenchange", () => (button.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen"));
  return button;
}

// All canvases side by side with their titles, and below them the status.
function savePicture({ el, lab, palette }) {
  const parts = [...el.querySelectorAll(".pg-panel")].map((panel) => ({ title: panel.querySelector(".pg-title").textContent, canvas: panel.querySelector("canvas") }));
  const ratio = parts[0].canvas.width / parts[0].canvas.clientWidth;
  const width = MARGIN + parts.reduce((sum, { canvas }) => sum + canvas.clientWidth + MARGIN, 0);
  const height = Math.max(...parts.map(({ canvas }) => canvas.clientHeight)) + 24 + 3 * MARGIN + 20 * lab.lines.length;
  const sheet = make("canvas", { width: width * ratio, height: height * ratio });
  const pen = sheet.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = palette.paper;
  pen.fillRect(0, 0, width, height);
  Object.assign(pen, { fillStyle: palette.ink, font: `14px ${palette.face}`, textBaseline: "top" });
  let left = MARGIN;
  for (const { title, canvas } of parts) {
    pen.fillText(title, left, MARGIN);
    pen.drawImage(canvas, left, MARGIN + 24, canvas.clientWidth, canvas.clientHeight);
    left += canvas.clientWidth + MARGIN;
  }
  lab.lines.forEach((line, k) => pen.fillText(line, MARGIN, height - MARGIN - 20 * (lab.lines.length - k), width - 2 * MARGIN));
  make("a", { href: sheet.toDataURL(), download: `${lab.model.get("name")}-epoch-${lab.runs[0].epoch}.png` }).click();
}
