// What is drawn and read as an image to keep: black on white, whatever the theme, with the sentence below.
//
// Offers: savePicture
// Uses: make (../../page/elements.js)
// Uses: FULL, SIDE (../engine/pen.js)
// Uses: percent (../engine/reader.js)

const CELL = 60; // pixels
const [WIDTH, HEIGHT, EDGE] = [1120, 600, 40];
const [INK, MUTED, BEST] = ["#1c1c1e", "#8a8a92", "#0b57c2"];

function savePicture({ ink, probabilities, words }) {
  const canvas = make("canvas", { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext("2d");
  fill(pen, "#ffffff", 0, 0, WIDTH, HEIGHT);
  drawInk(pen, ink);
  drawBars(pen, probabilities);
  write(pen, words, EDGE, HEIGHT - 32, "600 22px sans-serif");
  make("a", { href: canvas.toDataURL(), download: "digit.png" }).click();
}

function drawInk(pen, ink) {
  ink.forEach((value, k) => {
    pen.globalAlpha = value / FULL;
    fill(pen, INK, EDGE + CELL * (k % SIDE), EDGE + CELL * Math.floor(k / SIDE), CELL, CELL);
  });
  pen.globalAlpha = 1;
  pen.strokeStyle = MUTED;
  pen.strokeRect(EDGE, EDGE, CELL * SIDE, CELL * SIDE);
}

function drawBars(pen, probabilities) {
  const best = Math.max(...probabilities);
  probabilities.forEach((p, digit) => {
    const y = EDGE + 48 * digit;
    const font = `${p === best ? 700 : 400} 22px sans-serif`;
    write(pen, String(digit), 570, y + 32, font);
    fill(pen, p === best ? BEST : MUTED, 600, y + 10, 360 * p, 28);
    write(pen, percent(p), 980, y + 32, font);
  });
}

function fill(pen, color, ...area) {
  pen.fillStyle = color;
  pen.fillRect(...area);
}

function write(pen, text, x, y, font) {
  pen.fillStyle = INK;
  pen.font = font;
  pen.fillText(text, x, y);
}
