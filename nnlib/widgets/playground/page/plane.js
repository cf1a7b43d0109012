// Drawing on canvas: colors, and the plane with what a network says at each place. Nothing here trains or listens.
//
// Offers: DASHES, FRAME_TIME, GRID, paletteOf, prepare, areaIn, boxAround, fillPlane, pictureOf, traceBoundary, drawMarker
// Offers: drawFrame, drawPlane, fromPixels, radiusFor, ticksBetween, toPixels

const GRID = 96; // points along each side of the drawn plane; a network that is too slow for it gets fewer
const FRAME_TIME = 4; // milliseconds that the plane may take while the network trains
const DASHES = [[], [9, 4], [3, 3], [10, 3, 3, 3], [5, 2]]; // beside the color of a line

// The theme's colors, as the style sheet has them for light and dark; numbers for the shades, text for the lines.
function paletteOf(element) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(`--pg-${name}`).trim();
  const rgb = (name) => color(name).match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16)); // prettier-ignore
  const [low, middle, high] = ["shade-0", "shade-half", "shade-1"].map(rgb);
  const shades = new Uint32Array(256);
  for (let k = 0; k < 256; k++) {
    const [from, to, t] = k < 128 ? [low, middle, k / 127.5] : [middle, high, (k - 127.5) / 127.5];
    const [red, green, blue] = from.map((value, c) => Math.round(value + t * (to[c] - value)));
    shades[k] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  const names = ["ink", "muted", "paper", "class-0", "class-1", "line-0", "line-1", "line-2", "line-3", "line-4"];
  return { shades, face: style.fontFamily, ...Object.fromEntries(names.map((name) => [name, color(name)])) };
}

// Make the canvas as fine as the screen and return a context in CSS pixels, cleared.
function prepare(canvas, palette) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = palette.paper;
  pen.fillRect(0, 0, width, height);
  pen.font = `12px ${palette.face}`;
  pen.textBaseline = "middle";
  return { pen, width, height };
}

// ---- the plane

// The square of a canvas in which a plane is drawn: its ticks stand on the left and below.
function areaIn({ clientWidth, clientHeight }) {
  const [left, top] = [34, 6];
  return { left, top, side: Math.max(20, Math.min(clientWidth - left - 6, clientHeight - top - 24)) };
}

// Round numbers between two ends, at most about `most`.
function ticksBetween(low, high, most = 5) {
  const rough = (high - low) / (most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((k) => k * power >= rough * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(Number((k * step).toPrecision(6)));
  return ticks;
}

// A frame around the area with ticks, and the names of its two axes.
function drawFrame(pen, { left, top, side }, box, names, palette) {
  Object.assign(pen, { strokeStyle: palette.muted, fillStyle: palette.ink, lineWidth: 1, textAlign: "center" });
  pen.strokeRect(left - 0.5, top - 0.5, side + 1, side + 1);
  const most = side < 200 ? 4 : 5;
  const spots = (from) => ticksBetween(from, from + box.side, most).map((value) => [value, (value - from) / box.side]);
  for (const [value, share] of spots(box.left).filter(([, share]) => share > 0.03 && share < 0.9)) {
    pen.fillText(signed(value), left + share * side, top + side + 13);
    pen.fillRect(left + share * side - 0.5, top + side, 1, 4);
  }
  pen.fillText(names[0], left + side - 7, top + side + 13);
  pen.textAlign = "right";
  for (const [value, share] of spots(box.bottom).filter(([, share]) => share > 0.03 && share < 0.9)) {
    pen.fillText(signed(value), left - 7, top + (1 - share) * side);
    pen.fillRect(left - 4, top + (1 - share) * side - 0.5, 4, 1);
  }
  pen.fillText(names[1], left - 7, top + 7);
}

const signed = (value) => String(value).replace("-", "−");

// The square around the points, with a margin of a quarter.
function boxAround({ X, n }) {
  const xs = Array.from({ length: n }, (_, i) => X[2 * i]);
  const ys = Array.from({ length: n }, (_, i) => X[2 * i + 1]);
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const half = 0.75 * Math.max(right - left, top - bottom, 0.5);
  return { left: (left + right) / 2 - half, bottom: (bottom + top) / 2 - half, side: 2 * half };
}

// Every unit's output on a grid over the box, row by row from the top. The arrays are kept in `plane` from frame to frame.
function fillPlane(plane, run, box, n) {
  const { nUnits } = run.network;
  const key = [n, nUnits, box.left, box.bottom, box.side].join();
  if (plane.key !== key) {
    const X = new Float64Array(2 * n * n);
    for (let i = 0; i < n * n; i++) {
      X[2 * i] = box.left + (box.side * ((i % n) + 0.5)) / n;
      X[2 * i + 1] = box.bottom + box.side * (1 - (Math.floor(i / n) + 0.5) / n);
    }
    Object.assign(plane, { key, n, nUnits, X, units: new Float64Array(n * n * nUnits) });
  }
  run.passes.outputs(run.theta, plane.X, n * n, plane.units);
}

// A small picture of one unit's outputs, `low` in the first shade and `high` in the last.
function pictureOf(plane, unit, low, high, palette, every = 1) {
  const { n, nUnits, units } = plane;
  const m = Math.floor(n / every);
  const picture = new OffscreenCanvas(m, m);
  const image = new ImageData(m, m);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const value = units[(i * n + j) * every * nUnits + unit];
      pixels[i * m + j] = palette.shades[Math.max(0, Math.min(255, Math.round((255 * (value - low)) / (high - low))))];
    }
  }
  picture.getContext("2d").putImageData(image, 0, 0);
  return picture;
}

// The line along which the last unit's output is 1/2, by linear interpolation in each cell of the grid.
function traceBoundary(pen, { n, nUnits, units }, size) {
  const value = (i, j) => units[(i * n + j) * nUnits + nUnits - 1] - 0.5;
  const at = (k) => ((k + 0.5) * size) / n;
  pen.beginPath();
  for (let i = 0; i < n - 1; i++) {
    for (let j = 0; j < n - 1; j++) {
      const corners = [value(i, j), value(i, j + 1), value(i + 1, j + 1), value(i + 1, j)];
      if (corners.every((a) => a > 0) || corners.every((a) => a <= 0)) continue;
      const cuts = [];
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corners[k], corners[(k + 1) % 4]];
        if (a > 0 === b > 0) continue;
        const t = a / (a - b);
        const [di, dj] = [[0, t], [t, 1], [1, 1 - t], [1 - t, 0]][k]; // prettier-ignore
        cuts.push([at(j + dj), at(i + di)]);
      }
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        pen.moveTo(...cuts[k]);
        pen.lineTo(...cuts[k + 1]);
      }
    }
  }
}

// A point of class 0 is a disk, one of class 1 a square: shape beside color.
function drawMarker(pen, x, y, label, radius, palette) {
  pen.beginPath();
  if (label > 0.5) pen.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
  else pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = palette[label > 0.5 ? "class-1" : "class-0"];
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = "#ffffff";
  pen.stroke();
}

const radiusFor = (n) => (n <= 12 ? 7 : 4);

function drawPlane(canvas, plane, run, box, palette) {
  const { pen } = prepare(canvas, palette);
  const area = areaIn(canvas);
  drawFrame(pen, area, box, ["x₁", "x₂"], palette);
  pen.save();
  pen.translate(area.left, area.top);
  pen.beginPath();
  pen.rect(0, 0, area.side, area.side);
  pen.clip();
  pen.imageSmoothingEnabled = true;
  pen.drawImage(pictureOf(plane, plane.nUnits - 1, 0, 1, palette), 0, 0, area.side, area.side);
  traceBoundary(pen, plane, area.side);
  Object.assign(pen, { lineWidth: 2.5, strokeStyle: palette.ink });
  pen.stroke();
  const { X, Y, n } = run.data;
  for (let i = 0; i < n; i++) {
    const [x, y] = toPixels(box, area.side, X[2 * i], X[2 * i + 1]);
    drawMarker(pen, x, y, Y[i], radiusFor(n), palette);
  }
  pen.restore();
}

function toPixels({ left, bottom, side }, width, x1, x2) {
  return [((x1 - left) / side) * width, (1 - (x2 - bottom) / side) * width];
}

function fromPixels({ left, bottom, side }, width, x, y) {
  return [left + (x / width) * side, bottom + (1 - y / width) * side];
}
