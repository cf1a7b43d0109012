// What a reader can take hold of on the plane: own points, and the lines of the first layer's units. Each handle is a
// button over the canvas, so that mouse, finger and keyboard can do the same.
//
// Offers: chooseHandle, chosenOf, placeChosen, placeHandles, placeIn, tidy, pointHandles, lineHandles, drawLines
// Uses: make (../../page/elements.js)
// Uses: range (../engine/network.js)
// Uses: DASHES, areaIn, fromPixels, toPixels (plane.js)

const SHAKE = 3; // pixels that a click may move and still be none
const NUDGE = 0.02; // of the plane's side, for an arrow key; five times as far with Shift

// Put one button for each of `handles` ({x, y, label, class?, pivot?, onMove(x, y, pivot, gesture), onFlip?, onDelete?}) over the
// plane, in the plane's coordinates. One of them may be chosen, to be placed by the next tap on the plane.
function placeHandles(layer, box, handles) {
  if (layer.children.length !== handles.length) layer.chosen = null;
  while (layer.children.length > handles.length) layer.lastElementChild.remove();
  while (layer.children.length < handles.length) layer.append(makeHandle(layer));
  handles.forEach((handle, k) => {
    const button = layer.children[k];
    button.handle = handle;
    button.style.left = `${(100 * (handle.x - box.left)) / box.side}%`;
    button.style.top = `${100 * (1 - (handle.y - box.bottom) / box.side)}%`;
    const words = { "aria-label": handle.label, "aria-pressed": String(layer.chosen === k) };
    for (const [name, value] of Object.entries(words)) if (button.getAttribute(name) !== value) button.setAttribute(name, value);
  });
  layer.box = box;
}

function makeHandle(layer) {
  const button = make("button", { type: "button", className: "pg-handle" });
  const number = () => [...layer.children].indexOf(button);
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    button.pivot = button.handle.pivot; // it stays for the whole drag
    button.gesture = Symbol("drag");
    button.from = [event.clientX, event.clientY];
    button.dragged = false;
    button.focus();
    event.preventDefault();
  });
  button.addEventListener("pointermove", (event) => {
    if (!button.hasPointerCapture(event.pointerId)) return;
    button.dragged ||= distance(button.from, [event.clientX, event.clientY]) > SHAKE;
    if (button.dragged) button.handle.onMove(...placeIn(layer, event), button.pivot, button.gesture);
  });
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    if (event.detail > 0 && !button.dragged) tap(layer, number()); // a key's click has no detail
  });
  button.addEventListener("keydown", (event) => {
    const step = NUDGE * layer.box.side * (event.shiftKey ? 5 : 1);
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    const { x, y, pivot, onMove, onDelete, onFlip } = button.handle;
    if (dx || dy) onMove(x + dx * step, y + dy * step, pivot);
    else if ((event.key === "Delete" || event.key === "Backspace") && onDelete) onDelete();
    else if (event.key === "Enter" && onFlip) onFlip();
    else return;
    event.preventDefault();
  });
  return button;
}

// Where in the plane an event is, kept inside of it.
function placeIn(layer, { clientX, clientY }) {
  const area = layer.getBoundingClientRect();
  const inside = (value, end) => Math.min(Math.max(value, 0), end);
  return fromPixels(layer.box, area.width, inside(clientX - area.left, area.width), inside(clientY - area.top, area.height));
}

// The first tap on a handle chooses it; one more changes the class of a point, and lets go of a line.
function tap(layer, k) {
  const { onFlip } = layer.children[k].handle;
  if (layer.chosen !== k) return chooseHandle(layer, k);
  if (onFlip) onFlip();
  else chooseHandle(layer, null);
}

function chooseHandle(layer, k) {
  layer.chosen = k;
  [...layer.children].forEach((button, place) => button.setAttribute("aria-pressed", String(place === k)));
  layer.dispatchEvent(new Event("choose"));
}

const chosenOf = (layer) => layer.children[layer.chosen ?? -1]?.handle ?? null;

// Put the chosen handle where the plane was tapped; return whether there was one.
function placeChosen(layer, event) {
  const handle = chosenOf(layer);
  if (!handle) return false;
  chooseHandle(layer, null);
  handle.onMove(...placeIn(layer, event), handle.pivot);
  return true;
}

// ---- own points

const tidy = (value) => Number(value.toFixed(3)); // as many digits as an address is to carry

function pointHandles(points, change) {
  const name = ([x1, x2, label], k) =>
    `Point ${k + 1} of ${points.length}, class ${label}, at (${x1}, ${x2}). Arrow keys move it, Enter changes its class, Delete removes it; or tap it, then its new place.`;
  return points.map((point, k) => ({
    x: point[0],
    y: point[1],
    class: point[2],
    label: name(point, k),
    onMove: (x, y, pivot, gesture) => change(points.with(k, [tidy(x), tidy(y), point[2]]), gesture),
    onFlip: () => change(points.with(k, [point[0], point[1], 1 - point[2]])),
    onDelete: () => points.length > 1 && change(points.toSpliced(k, 1)),
  }));
}

// ---- lines of the first layer

// Where a unit's z is 0, w1 x1 + w2 x2 + b = 0, as the two ends of the part inside the box; null if it passes outside.
function lineInside([w1, w2, b], { left, bottom, side }) {
  const [right, top] = [left + side, bottom + side];
  const ends = [
    [left, -(b + w1 * left) / w2], [right, -(b + w1 * right) / w2],
    [-(b + w2 * bottom) / w1, bottom], [-(b + w2 * top) / w1, top],
  ].filter(([x, y]) => x >= left - 1e-9 && x <= right + 1e-9 && y >= bottom - 1e-9 && y <= top + 1e-9); // prettier-ignore
  if (ends.length < 2) return null;
  const far = ends.reduce((best, end) => (distance(end, ends[0]) > distance(best, ends[0]) ? end : best));
  if (distance(far, ends[0]) <= 1e-6 * side) return null;
  // The first end is the one on the left of the weight vector, whatever sides of the box the line meets.
  return (ends[0][0] - far[0]) * w2 >= (ends[0][1] - far[1]) * w1 ? [ends[0], far] : [far, ends[0]];
}

const distance = ([a, b], [c, d]) => Math.hypot(a - c, b - d);

// The line through two points, as long a weight vector as before and pointing to the same side.
function lineThrough([x, y], [u, v], [w1, w2]) {
  const length = Math.hypot(w1, w2) / (distance([x, y], [u, v]) || 1);
  const [n1, n2] = [(v - y) * length, (x - u) * length];
  const sign = n1 * w1 + n2 * w2 < 0 ? -1 : 1;
  return [sign * n1, sign * n2, -sign * (n1 * x + n2 * y)];
}

// The first layer's lines: [w1, w2, b] of each unit.
function firstLines({ network, theta }) {
  const { nOut, W, b } = network.layers[0];
  return range(nOut).map((k) => [theta[W + k], theta[W + nOut + k], theta[b + k]]);
}

// Two handles on each line that can be seen; moving one turns the line about the other.
function lineHandles(run, box, change) {
  const { nOut, W, b } = run.network.layers[0];
  return firstLines(run).flatMap((line, k) => {
    const ends = lineInside(line, box);
    if (!ends) return [];
    const at = (t) => [0, 1].map((c) => ends[0][c] + t * (ends[1][c] - ends[0][c]));
    const grips = [at(0.2), at(0.8)];
    return grips.map((grip, g) => ({
      x: grip[0],
      y: grip[1],
      label: `Line of unit ${k + 1}, ${["first", "second"][g]} grip, at (${grip.map((v) => v.toFixed(2)).join(", ")}). Arrow keys turn the line; or tap it, then its new place.`,
      pivot: grips[1 - g],
      onMove: (x, y, pivot, gesture) => {
        const theta = Array.from(run.theta);
        [theta[W + k], theta[W + nOut + k], theta[b + k]] = lineThrough([x, y], pivot, line);
        change(theta, gesture);
      },
    }));
  });
}

// Each line with the number of its unit beside its first grip.
function drawLines(canvas, run, box, palette) {
  const pen = canvas.getContext("2d");
  const { left, top, side } = areaIn(canvas);
  const at = (ends, t) => toPixels(box, side, ...[0, 1].map((c) => ends[0][c] + t * (ends[1][c] - ends[0][c])));
  pen.save();
  pen.translate(left, top);
  firstLines(run).forEach((line, k) => {
    const ends = lineInside(line, box);
    if (!ends) return;
    pen.beginPath();
    for (const t of [0, 1]) pen.lineTo(...at(ends, t));
    Object.assign(pen, { lineWidth: 2.5, strokeStyle: palette[`line-${k % 5}`], textAlign: "center" });
    pen.setLineDash(DASHES[1 + (k % 4)]);
    pen.stroke();
    pen.setLineDash([]);
    for (const t of [0.2, 0.8]) {
      pen.beginPath();
      pen.arc(...at(ends, t), 9, 0, 2 * Math.PI);
      pen.fillStyle = palette.paper;
      pen.fill();
      pen.stroke();
      pen.fillStyle = palette.ink;
      pen.fillText(String(k + 1), ...at(ends, t));
    }
  });
  pen.restore();
}
