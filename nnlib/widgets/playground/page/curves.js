// The panel of the loss: its curves, their names, the value under the pointer.
//
// Offers: makeKey, makeLogSwitch, makeLossKeys, showLoss
// Uses: make (../../page/elements.js)
// Uses: range (../engine/network.js)
// Uses: curveOf (../engine/training.js)
// Uses: changeOptions (changes.js)
// Uses: DASHES, prepare, ticksBetween (plane.js)

const LEVELS = [[1 / 4, "1/4"], [1 / 6, "1/6"], [1 / 8, "1/8"]]; // prettier-ignore

// ---- names and numbers around the picture

// A name with the stroke of its curve before it.
function makeKey(text, k, color = `line-${k % 5}`) {
  const dashes = DASHES[k % DASHES.length].join(" ") || "none";
  const stroke = make("span", { className: "pg-stroke", "aria-hidden": "true" });
  stroke.innerHTML = `<svg width="26" height="8"><line x1="0" x2="26" y1="4" y2="4" stroke="var(--pg-${color})" stroke-width="2.5" stroke-dasharray="${dashes}"/></svg>`;
  return make("span", { className: "pg-key" }, stroke, text);
}

function makeLogSwitch({ lab, options }) {
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => changeOptions(lab, { log_loss: box.checked }));
  options.push(() => (box.checked = lab.model.get("log_loss")));
  return make("label", { className: "pg-switch" }, box, "log axis");
}

// The names of the curves, and over them the value under the pointer.
function makeLossKeys(view, canvas) {
  view.keys = make("span", { className: "pg-names" });
  view.lossReadout = make("span", { className: "pg-readout" });
  const point = (event) => {
    view.lossPlace = event.clientX - canvas.getBoundingClientRect().left;
    readLoss(view, curvesOf(view));
  };
  for (const kind of ["pointermove", "pointerdown"]) canvas.addEventListener(kind, point);
  canvas.addEventListener("pointerleave", () => {
    view.lossPlace = null;
    view.lossReadout.textContent = "";
  });
  return make("div", { className: "pg-keys" }, view.keys, view.lossReadout);
}

function readLoss({ canvases, lossPlace, lossReadout }, curves) {
  if (lossPlace === undefined || lossPlace === null) return;
  const { epoch, loss } = lossAt(canvases.loss[0], curves, lossPlace);
  lossReadout.textContent = `loss ${loss.toPrecision(3)} at epoch ${epoch.toLocaleString("en")}`;
}

function showLoss(view) {
  const { lab, canvases, palette } = view;
  const curves = curvesOf(view);
  drawLoss(canvases.loss[0], curves, levelsOf(lab), lab.model.get("log_loss"), palette);
  showNames(view, curves);
  readLoss(view, curves);
}

// Where there is more than one curve. Those of racers are named above their planes, where there are any.
function showNames({ canvases, keys }, curves) {
  const named = curves.length > 1 && !(curves[0].racer && canvases.boundary) ? curves : [];
  const names = named.map(({ name }) => name).join();
  if (keys.dataset.names === names) return;
  keys.dataset.names = names;
  keys.replaceChildren(...named.map(({ name, style, shade }) => makeKey(name, style, shade)));
}

function curvesOf({ lab, palette }) {
  const { runs, model, ghost } = lab;
  const racers = model.get("race");
  const curves = runs.flatMap((run, k) => {
    const { epoch, loss, validation_loss } = curveOf(run);
    const curve = (name, values, style) => {
      const shade = `line-${style % 5}`;
      return { epoch, loss: values, name, style, shade, color: palette[shade], now: run.epoch, racer: racers.length > 0 };
    };
    const own = curve(racers[k]?.label ?? (run.validation ? "training" : "this run"), loss, k);
    return run.validation && !racers.length ? [own, curve("validation", validation_loss, 1)] : [own];
  });
  if (!ghost || racers.length) return curves;
  return [...curves, { ...ghost, name: "the run before", style: 2, shade: "muted", color: palette.muted, ghost: true }];
}

function levelsOf({ runs }) {
  const { data, loss } = runs[0].settings;
  return data === "xor" && loss === "mse" ? LEVELS : [];
}

// ---- the picture

const WHOLE_GHOST = 1000; // epochs: so much of the run before is in the picture, however short this one is

const short = (value) => (value >= 10000 ? `${value / 1000}k` : String(value));

// The epochs that fit between the left and the right end of the curves, in pixels: behind it there is room for names.
function epochsIn({ clientWidth }, curves) {
  const [left, right] = [50, clientWidth - 28];
  const ends = curves.map(({ epoch, ghost }) => Math.min(epoch.at(-1), ghost ? WHOLE_GHOST : Infinity));
  const lastEpoch = Math.max(10, ...ends);
  return { left, right, lastEpoch, x: (epoch) => left + (epoch / lastEpoch) * (right - left) };
}

// The entry of a curve that is nearest to a place on the canvas: {epoch, loss}.
function lossAt(canvas, curves, place) {
  const { left, right, lastEpoch } = epochsIn(canvas, curves);
  const { epoch, loss } = curves[0];
  const wanted = ((place - left) / (right - left)) * lastEpoch;
  const k = epoch.reduce((best, value, i) => (Math.abs(value - wanted) < Math.abs(epoch[best] - wanted) ? i : best), 0);
  return { epoch: epoch[k], loss: loss[k] };
}

// Curves of loss over epochs: `curves` are {epoch, loss, color, style, now, ghost}, where `now` is the epoch that is looked
// at; `levels` are named lines, [[value, name], ...].
function drawLoss(canvas, curves, levels, log, palette) {
  const { pen, height } = prepare(canvas, palette);
  const { left, right, lastEpoch, x } = epochsIn(canvas, curves);
  const area = { left, right, top: 22, bottom: height - 24 };
  const seen = curves.map((curve) => ({ ...curve, n: curve.epoch.filter((epoch) => epoch <= lastEpoch).length }));
  const all = seen.flatMap(({ loss, n }) => loss.slice(0, n));
  const highest = Math.max(1e-6, levels.length ? 0.28 : 0, ...all);
  const lowest = log ? Math.max(1e-8, Math.min(0.05, ...all) * 0.8) : 0;
  const scale = log ? (value) => Math.log10(Math.max(value, lowest)) : (value) => value;
  const [low, high] = [scale(lowest), scale(highest * 1.05)];
  const y = (value) => area.bottom - ((scale(value) - low) / (high - low)) * (area.bottom - area.top);
  const marks = log ? range(12).map((k) => 10 ** (2 - k)).filter((v) => v >= lowest && v <= highest) : ticksBetween(0, highest); // prettier-ignore
  drawAxes(pen, area, x, y, ticksBetween(0, lastEpoch), marks, palette);
  for (const { epoch, loss, n, color, style, now, ghost } of seen.toReversed()) {
    pen.beginPath();
    for (let k = 0; k < n; k++) pen.lineTo(x(epoch[k]), y(loss[k]));
    Object.assign(pen, { lineWidth: ghost ? 1.5 : 2, strokeStyle: color, fillStyle: color, lineJoin: "round" });
    pen.setLineDash(DASHES[style % DASHES.length]);
    pen.stroke();
    pen.setLineDash([]);
    if (ghost) continue;
    const k = epoch.findLastIndex((value) => value <= now);
    pen.beginPath();
    pen.arc(x(epoch[k]), y(loss[k]), 4, 0, 2 * Math.PI);
    pen.fill();
  }
  drawLevels(pen, area, y, levels, palette);
}

function drawAxes(pen, area, x, y, epochs, marks, palette) {
  Object.assign(pen, { strokeStyle: palette.muted, fillStyle: palette.ink, lineWidth: 1, textAlign: "left" });
  pen.beginPath();
  pen.moveTo(area.left, area.top - 6);
  pen.lineTo(area.left, area.bottom);
  pen.lineTo(area.right, area.bottom);
  pen.stroke();
  pen.fillText("loss", 4, 9);
  pen.textAlign = "right";
  pen.fillText("epoch", area.right, area.bottom + 14);
  pen.textAlign = "center";
  for (const epoch of epochs.filter((epoch) => x(epoch) < area.right - 52)) pen.fillText(short(epoch), x(epoch), area.bottom + 14);
  pen.textAlign = "right";
  for (const value of marks) pen.fillText(value > 0 && value < 0.001 ? value.toExponential(0) : String(value), area.left - 6, y(value));
}

// XOR's plateaus: a dotted line each, its name behind the right end, at a line's height from the next.
function drawLevels(pen, area, y, levels, palette) {
  let place = Infinity;
  for (const [value, name] of levels.toReversed()) {
    pen.beginPath();
    pen.moveTo(area.left, y(value));
    pen.lineTo(area.right, y(value));
    Object.assign(pen, { lineWidth: 1, strokeStyle: palette.muted, fillStyle: palette.ink, textAlign: "left" });
    pen.setLineDash([1, 4]);
    pen.stroke();
    pen.setLineDash([]);
    place = Math.min(y(value), place - 12);
    pen.fillText(name, area.right + 6, place);
  }
}
