// A network run forwards and backwards, over tables that Python has made.
//
// A layer is {kind, input, output} with the shapes of one image. A Conv2d brings
// the triples p, q, r of one plane and one filter plane, which hold for every pair
// of channels; a MaxPool2d brings the windows of one plane; a Linear layer is the
// full list. Weights stand flat, as {F, b} or {W, b}, one entry a layer.

const volume = (shape) => shape.reduce((product, size) => product * size, 1);

// Call `meet(x, f, y)` for each connection of a convolution, across all channels.
function connect({ p, q, r, kernel, input, output }, meet) {
  const [C, O] = [input[0], output[0]];
  const [x, f, y] = [volume(input) / C, volume(kernel), volume(output) / O];
  for (let o = 0; o < O; o++) {
    for (let c = 0; c < C; c++) {
      const [atX, atF, atY] = [c * x, (o * C + c) * f, o * y];
      for (let k = 0; k < p.length; k++) meet(atX + p[k], atF + q[k], atY + r[k]);
    }
  }
}

// Call `meet(i, w, o)` for each connection of a dense layer: all of them.
function connectAll({ input, output }, meet) {
  const [I, O] = [volume(input), volume(output)];
  for (let o = 0; o < O; o++) for (let i = 0; i < I; i++) meet(i, o * I + i, o);
}

// Two layers that differ in their list of connections, and in their weights' letter.
function weighted(letter, list) {
  return {
    sizes: ({ input, output, kernel }) => (kernel
      ? { [letter]: output[0] * input[0] * volume(kernel), b: output[0] }
      : { [letter]: volume(output) * volume(input), b: volume(output) }),
    forward(layer, X, given) {
      const Y = new Float64Array(volume(layer.output));
      const F = given[letter];
      const share = Y.length / given.b.length;
      for (let k = 0; k < Y.length; k++) Y[k] = given.b[Math.floor(k / share)];
      list(layer, (x, f, y) => { Y[y] += X[x] * F[f]; });
      return Y;
    },
    backward(layer, X, dY, given) {
      const F = given[letter];
      const [dX, dF, db] = [X, F, given.b].map((values) => new Float64Array(values.length));
      list(layer, (x, f, y) => {
        dF[f] += X[x] * dY[y];
        dX[x] += F[f] * dY[y];
      });
      const share = dY.length / db.length;
      for (let k = 0; k < dY.length; k++) db[Math.floor(k / share)] += dY[k];
      return { dX, grads: { [letter]: dF, b: db } };
    },
  };
}

// The first place of the maximum of each window, over all channels.
function maxima({ windows, input }, X) {
  const size = volume(input) / input[0];
  return Array.from({ length: input[0] * windows.length }, (_, k) => {
    const start = Math.floor(k / windows.length) * size;
    return start + windows[k % windows.length].reduce((best, place) => (X[start + place] > X[start + best] ? place : best));
  });
}

const LAYERS = {
  Conv2d: weighted("F", connect),
  Linear: weighted("W", connectAll),
  ReLU: {
    forward: (layer, X) => X.map((value) => Math.max(value, 0)),
    backward: (layer, X, dY) => ({ dX: dY.map((value, k) => (X[k] > 0 ? value : 0)) }),
  },
  MaxPool2d: {
    forward: (layer, X) => Float64Array.from(maxima(layer, X), (place) => X[place]),
    backward(layer, X, dY) {
      const dX = new Float64Array(X.length);
      maxima(layer, X).forEach((place, k) => { dX[place] += dY[k]; });
      return { dX };
    },
  },
  Flatten: { forward: (layer, X) => X, backward: (layer, X, dY) => ({ dX: dY }) },
};

// The weights of all layers, cut from one row of whole units.
export function unpack(layers, row, unit) {
  let start = 0;
  const take = (size) => Float64Array.from(row.slice(start, (start += size)), (value) => value * unit);
  return layers.map((layer) => {
    const sizes = Object.entries(LAYERS[layer.kind].sizes?.(layer) ?? {});
    return Object.fromEntries(sizes.map(([letter, size]) => [letter, take(size)]));
  });
}

// X and the outputs of all layers, in order.
export function forward(layers, weights, X) {
  const outputs = [Float64Array.from(X)];
  layers.forEach((layer, k) => outputs.push(LAYERS[layer.kind].forward(layer, outputs[k], weights[k])));
  return outputs;
}

// The gradients of each layer's weights, and dX of the first layer.
export function backward(layers, weights, outputs, dZ) {
  const grads = [];
  let dY = dZ;
  for (let k = layers.length - 1; k >= 0; k--) {
    const found = LAYERS[layers[k].kind].backward(layers[k], outputs[k], dY, weights[k]);
    [dY, grads[k]] = [found.dX, found.grads ?? {}];
  }
  return { dX: dY, grads };
}

// Probabilities, the cross-entropy L of one class, and dZ = p - t.
export function softmaxCrossEntropy(Z, target) {
  const top = Math.max(...Z);
  const powers = Float64Array.from(Z, (score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const p = powers.map((power) => power / total);
  return { p, L: Math.log(total) - (Z[target] - top), dZ: p.map((value, k) => value - (k === target ? 1 : 0)) };
}

// One image forward and back.
export function run(layers, weights, X, target) {
  const outputs = forward(layers, weights, X);
  const loss = softmaxCrossEntropy(outputs.at(-1), target);
  return { outputs, ...loss, ...backward(layers, weights, outputs, loss.dZ) };
}

// Each plane of a tensor under a name of its own: name1, name2, ...
export function planes(name, values, number) {
  const size = values.length / number;
  const plane = (k) => Array.from(values.slice(k * size, (k + 1) * size));
  return Object.fromEntries(Array.from({ length: number }, (_, k) => [`${name}${k + 1}`, plane(k)]));
}
