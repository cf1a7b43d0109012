// Values in words: under the pointer or the finger, and of each picture for those who do not see it.
//
// Offers: TITLES, describe, listenForValues, readPlane
// Uses: range (../engine/network.js)
// Uses: count, score (../engine/words.js)
// Uses: placeIn (handles.js)

const TITLES = { boundary: "Output over the plane", loss: "Loss over epochs", hidden: "Hidden layer", network: "Network" };

// A mouse that leaves takes its value along; a finger leaves it to be read.
function listenForValues(view) {
  const { layer } = view;
  const point = (event) => {
    view.place = placeIn(layer, event);
    readPlane(view);
  };
  for (const kind of ["pointermove", "pointerdown"]) layer.addEventListener(kind, point);
  layer.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "mouse") return;
    view.place = null;
    view.readout.textContent = "";
  });
}

// What the network says at the place of the pointer.
function readPlane({ lab, place, readout }) {
  if (!place || !readout) return;
  const [run] = lab.runs;
  const { nUnits } = run.network;
  const out = new Float64Array(nUnits);
  run.passes.outputs(run.theta, Float64Array.from(place), 1, out);
  readout.textContent = `${out[nUnits - 1].toFixed(2)} at (${place.map((value) => value.toFixed(2)).join(", ")})`;
}

function describe({ lab, canvases }) {
  const { runs, past, model } = lab;
  const [run] = runs;
  const racers = model.get("race");
  const words = {
    boundary: (k) => `${racers[k]?.label ?? TITLES.boundary}. ${planeInWords(runs[k])}`,
    loss: () => `${TITLES.loss}. It is ${past.loss[0].toPrecision(3)} at epoch 0 and ${past.loss.at(-1).toPrecision(3)} at epoch ${run.epoch}.`,
    hidden: () => `${count(run.data.n, "point")} as the last hidden layer's ${count(run.network.layers.at(-1).nIn, "unit")} see them.`,
    network: () => `Network of ${run.network.sizes.join("-")} units. Its largest weight is ${Math.max(...run.theta.map(Math.abs)).toFixed(1)}.`,
  }; // prettier-ignore
  for (const [view, list] of Object.entries(canvases)) {
    list.forEach((canvas, k) => canvas.setAttribute("aria-label", words[view](k)));
  }
}

function planeInWords(run) {
  const { outputs, nRight } = score(run);
  const { X, n } = run.data;
  const text = `${nRight} of ${n} points are on the right side.`;
  if (n > 8) return text;
  return `${text} The network says ${range(n).map((i) => `${outputs[i].toFixed(2)} at (${X[2 * i]}, ${X[2 * i + 1]})`).join(", ")}.`; // prettier-ignore
}
