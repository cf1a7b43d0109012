// The peer: a network of objects, one for each unit and each link, that takes its samples one by one. TensorFlow
// Playground is built so (https://github.com/tensorflow/playground, nn.ts); this is written anew from that design.
//
// A sample goes forward and back at once. Units and links sum their derivatives, and a step uses the mean of the sum.
// As there, a link may be dead or have a regularization, and every activation and error is an object with its derivative.

const TANH_UNIT = {
  value: (z) => Math.tanh(z),
  slope(z) {
    const a = TANH_UNIT.value(z);
    return 1 - a * a;
  },
};
const SIGMOID_UNIT = {
  value: (z) => 1 / (1 + Math.exp(-z)),
  slope(z) {
    const a = SIGMOID_UNIT.value(z);
    return a * (1 - a);
  },
};
// Without the factor 1/2 that there stands before it: this is nnlib's "mse".
const SQUARED_ERROR = { value: (a, y) => Math.pow(a - y, 2), slope: (a, y) => 2 * (a - y) };

class Link {
  constructor(source, target, weight) {
    this.source = source;
    this.target = target;
    this.weight = weight;
    this.dead = false;
    this.regularization = null;
    this.dWeight = 0;
    this.sum = 0; // of dWeight over the samples since the last step
    this.count = 0;
  }
}

class Unit {
  constructor(id, activation) {
    this.id = id;
    this.activation = activation;
    this.bias = 0;
    this.incoming = [];
    this.outgoing = [];
    this.z = 0;
    this.a = 0;
    this.da = 0;
    this.dz = 0;
    this.sum = 0; // of dz
    this.count = 0;
  }

  update() {
    this.z = this.bias;
    for (let j = 0; j < this.incoming.length; j++) {
      const link = this.incoming[j];
      this.z += link.weight * link.source.a;
    }
    this.a = this.activation.value(this.z);
    return this.a;
  }
}

// Layers of units joined by links; `theta` gives the weights and biases in nnlib's order.
function buildObjects(sizes, theta) {
  const layers = [];
  let [id, start] = [0, 0];
  sizes.forEach((size, l) => {
    const activation = l === sizes.length - 1 ? SIGMOID_UNIT : TANH_UNIT;
    layers.push(Array.from({ length: size }, () => new Unit(String(id++), activation)));
    if (l === 0) return;
    layers[l].forEach((unit, k) => {
      layers[l - 1].forEach((source, j) => {
        const link = new Link(source, unit, theta[start + j * size + k]);
        source.outgoing.push(link);
        unit.incoming.push(link);
      });
      unit.bias = theta[start + sizes[l - 1] * size + k];
    });
    start += (sizes[l - 1] + 1) * size;
  });
  return layers;
}

function forwardObjects(layers, inputs) {
  for (let j = 0; j < layers[0].length; j++) layers[0][j].a = inputs[j];
  for (let l = 1; l < layers.length; l++) {
    const layer = layers[l];
    for (let k = 0; k < layer.length; k++) layer[k].update();
  }
  return layers[layers.length - 1][0].a;
}

// Add the derivatives of one sample, whose outputs are at hand, to the sums.
function backwardObjects(layers, target, error) {
  const output = layers[layers.length - 1][0];
  output.da = error.slope(output.a, target);
  for (let l = layers.length - 1; l >= 1; l--) {
    const layer = layers[l];
    for (let k = 0; k < layer.length; k++) {
      const unit = layer[k];
      unit.dz = unit.da * unit.activation.slope(unit.z);
      unit.sum += unit.dz;
      unit.count++;
    }
    for (let k = 0; k < layer.length; k++) {
      const unit = layer[k];
      for (let j = 0; j < unit.incoming.length; j++) {
        const link = unit.incoming[j];
        if (link.dead) continue;
        link.dWeight = unit.dz * link.source.a;
        link.sum += link.dWeight;
        link.count++;
      }
    }
    if (l === 1) continue;
    const previous = layers[l - 1];
    for (let j = 0; j < previous.length; j++) {
      const unit = previous[j];
      unit.da = 0;
      for (let k = 0; k < unit.outgoing.length; k++) {
        const link = unit.outgoing[k];
        unit.da += link.weight * link.target.dz;
      }
    }
  }
}

// Move every weight and bias by its mean derivative, and begin new sums.
function stepObjects(layers, rate, decay) {
  for (let l = 1; l < layers.length; l++) {
    const layer = layers[l];
    for (let k = 0; k < layer.length; k++) {
      const unit = layer[k];
      if (unit.count > 0) {
        unit.bias -= (rate * unit.sum) / unit.count;
        unit.sum = 0;
        unit.count = 0;
      }
      for (let j = 0; j < unit.incoming.length; j++) {
        const link = unit.incoming[j];
        if (link.dead) continue;
        const shrink = link.regularization ? link.regularization.slope(link.weight) : 0;
        if (link.count > 0) {
          link.weight -= (rate / link.count) * link.sum;
          link.weight -= rate * decay * shrink;
          link.sum = 0;
          link.count = 0;
        }
      }
    }
  }
}

// One epoch over samples {x1, x2, label}, with one step at its end; each sample's inputs go into a new array, as there.
function epochOfObjects(layers, samples, rate) {
  samples.forEach((sample) => {
    forwardObjects(layers, [sample.x1, sample.x2]);
    backwardObjects(layers, sample.label, SQUARED_ERROR);
  });
  stepObjects(layers, rate, 0);
}

// The mean loss, by another pass forward: the page there takes one after each epoch.
function lossOfObjects(layers, samples) {
  let total = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i];
    total += SQUARED_ERROR.value(forwardObjects(layers, [sample.x1, sample.x2]), sample.label);
  }
  return total / samples.length;
}

// The weights and biases, in nnlib's order.
function thetaOfObjects(layers) {
  return layers.slice(1).flatMap((layer, l) => [
    ...layers[l].flatMap((_, j) => layer.map((unit) => unit.incoming[j].weight)),
    ...layer.map((unit) => unit.bias),
  ]);
}
