// Drawing on canvas: the hidden layer and the network.
//
// Offers: drawHidden, drawNetwork
// Uses: range (../engine/network.js)
// Uses: areaIn, boxAround, drawFrame, drawMarker, fromPixels, pictureOf, prepare, radiusFor, toPixels, traceBoundary (plane.js)

// ---- the hidden layer

const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);
const scaled = (v, factor) => v.map((value) => value * factor);

// The strongest direction of `rows` at a right angle to the unit vector `first`: power iteration, begun at `start`.
function strongestBeside(first, rows, start) {
  let v = start;
  for (let turn = 0; turn < 30; turn++) {
    const scores = rows.map((row) => dot(row, v));
    let next = range(first.length).map((k) => rows.reduce((sum, row, i) => sum + scores[i] * row[k], 0));
    const along = dot(next, first);
    next = next.map((value, k) => value - along * first[k]);
    const length = Math.hypot(...next);
    if (length < 1e-12) break;
    v = scaled(next, 1 / length);
  }
  return v;
}

// Where each sample stands in the drawn hidden plane, and the output unit's line there: [v, w, c] with v x + w y + c = 0.
// Of more than two units one axis is the way in which the output unit looks, so that its line can be drawn; the other is
// the strongest beside it. `memory` keeps that one, so that the picture turns slowly.
function hiddenPoints(run, memory) {
  const { layers, nUnits } = run.network;
  const { X, n } = run.data;
  const { nIn: m, W, b } = layers.at(-1);
  const weights = Array.from(run.theta.subarray(W, W + m));
  const c = run.theta[b];
  if (layers.length === 1) return { points: range(n).map((i) => [X[2 * i], X[2 * i + 1]]), line: [...weights, c] }; // no hidden layer: the inputs
  const out = new Float64Array(n * nUnits);
  run.passes.outputs(run.theta, X, n, out);
  const rows = range(n).map((i) => Array.from(out.subarray((i + 1) * nUnits - 1 - m, (i + 1) * nUnits - 1)));
  if (m <= 2) return { points: rows.map((row) => [row[0], row[1] ?? 0]), line: [weights[0], weights[1] ?? 0, c] };
  const length = Math.hypot(...weights) || 1;
  const first = scaled(weights, 1 / length);
  const means = range(m).map((k) => rows.reduce((sum, row) => sum + row[k], 0) / n);
  const centered = rows.map((row) => row.map((value, k) => value - means[k]));
  const start = memory.second?.length === m ? memory.second : range(m).map((k) => Math.cos(2 * k + 1));
  memory.second = strongestBeside(first, centered, start);
  return { points: centered.map((row) => [dot(row, first), dot(row, memory.second)]), line: [length, 0, c + dot(means, weights)] };
}

function drawHidden(canvas, run, memory, palette) {
  const { pen } = prepare(canvas, palette);
  const { points, line } = hiddenPoints(run, memory);
  const { Y, n } = run.data;
  const box = boxAround({ X: Float64Array.from(points.flat()), n });
  const area = areaIn(canvas);
  const { side } = area;
  drawFrame(pen, area, box, namesOf(run), palette);
  const plane = { n: 40, nUnits: 1, units: new Float64Array(1600) };
  for (let i = 0; i < 1600; i++) {
    const [x, y] = fromPixels(box, 40, (i % 40) + 0.5, Math.floor(i / 40) + 0.5);
    plane.units[i] = 0.5 + 0.5 * Math.tanh(0.5 * (line[0] * x + line[1] * y + line[2]));
  }
  pen.save();
  pen.translate(area.left, area.top);
  pen.drawImage(pictureOf(plane, 0, 0, 1, palette), 0, 0, side, side);
  traceBoundary(pen, plane, side);
  Object.assign(pen, { lineWidth: 2.5, strokeStyle: palette.ink });
  pen.stroke();
  points.forEach(([x, y], i) => drawMarker(pen, ...toPixels(box, side, x, y), Y[i], radiusFor(n), palette));
  if (n <= 4) nameCorners(pen, points.map(([x, y]) => toPixels(box, side, x, y)), run.data.X, side, palette); // prettier-ignore
  pen.restore();
}

// The axes of the drawn hidden plane: units, where there are no more than two.
function namesOf({ network: { layers } }) {
  if (layers.length === 1) return ["x₁", "x₂"];
  return layers.at(-1).nIn <= 2 ? ["h₁", "h₂"] : ["", ""];
}

// The inputs beside their points, toward the middle; a name that would lie on another moves toward the middle, too.
function nameCorners(pen, places, X, size, palette) {
  const taken = [];
  places.forEach(([x, y], i) => {
    const name = `(${X[2 * i]}, ${X[2 * i + 1]})`;
    const width = pen.measureText(name).width;
    const left = Math.max(2, Math.min(x > size / 2 ? x - 12 - width : x + 12, size - width - 2));
    let line = Math.max(9, Math.min(y, size - 9));
    const away = line > size / 2 ? -15 : 15;
    while (taken.some(([a, b, w]) => left < a + w && a < left + width && Math.abs(b - line) < 15)) line += away;
    taken.push([left, line, width]);
    Object.assign(pen, { textAlign: "left", fillStyle: palette.ink, strokeStyle: palette.paper, lineWidth: 3, lineJoin: "round" });
    pen.strokeText(name, left, line); // legible on the line and on both classes
    pen.fillText(name, left, line);
  });
}

// ---- the network

// Units in columns, each with a picture of its output over the plane; a weight's width is its size; a positive one is
// solid, a negative one dashed: the two colors are the classes', here too.
function drawNetwork(canvas, plane, run, palette) {
  const { pen, width, height } = prepare(canvas, palette);
  const { sizes, layers } = run.network;
  const most = Math.max(...sizes);
  const side = Math.max(10, Math.min(34, (height - 24) / most - 4));
  const columns = sizes.map((size, l) => {
    const x = 22 + (l * (width - 44)) / (sizes.length - 1);
    return range(size).map((k) => [x, height / 2 + (k - (size - 1) / 2) * Math.min((height - 16) / size, 2 * side)]);
  });
  layers.forEach(({ nIn, nOut, W }, l) => {
    for (let j = 0; j < nIn; j++) {
      for (let k = 0; k < nOut; k++) {
        const w = run.theta[W + j * nOut + k];
        pen.beginPath();
        pen.moveTo(...columns[l][j]);
        pen.lineTo(...columns[l + 1][k]);
        pen.lineWidth = Math.min(7, 0.4 + Math.abs(w));
        pen.strokeStyle = palette.muted;
        pen.setLineDash(w > 0 ? [] : [4, 4]);
        pen.stroke();
      }
    }
  });
  pen.setLineDash([]);
  drawUnits(pen, columns, side, plane, run, palette);
}

function drawUnits(pen, columns, side, plane, run, palette) {
  const every = Math.max(1, Math.floor(plane.n / 24));
  let unit = 0;
  columns.forEach((column, l) => {
    column.forEach(([x, y], k) => {
      pen.fillStyle = palette.paper;
      pen.fillRect(x - side / 2, y - side / 2, side, side);
      if (l > 0) {
        const [low, high] = rangeOf(plane, unit, run.network.layers[l - 1].activation);
        pen.drawImage(pictureOf(plane, unit, low, high, palette, every), x - side / 2, y - side / 2, side, side);
        unit += 1;
      } else {
        Object.assign(pen, { fillStyle: palette.ink, textAlign: "center" });
        pen.fillText(["x₁", "x₂"][k], x, y);
      }
      Object.assign(pen, { lineWidth: 1, strokeStyle: palette.muted });
      pen.strokeRect(x - side / 2, y - side / 2, side, side);
    });
  });
}

// The ends of the shades for a unit: those of its activation, or as far as it goes on the plane.
function rangeOf({ n, nUnits, units }, unit, activation) {
  if (activation === "sigmoid") return [0, 1];
  if (activation === "tanh") return [-1, 1];
  let most = 1e-9;
  for (let i = unit; i < n * n * nUnits; i += nUnits) most = Math.max(most, Math.abs(units[i]));
  return [-most, most];
}
