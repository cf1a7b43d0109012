// NumPy's default_rng(seed): a page and Python draw the same starts, shuffles and noise from the same seed.
//
// The bits are PCG64's (O'Neill 2014), spread from the seed by SeedSequence; normal numbers are drawn by the
// ziggurat (Marsaglia and Tsang 2000). All equal to NumPy's, but for the last digits of a normal number.
//
// Offers: defaultRng

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n; // of PCG64's linear congruential step
const WORD = 2 ** 32;

// Return a Generator: an object of functions that draw, as numpy.random.default_rng(seed) does.
function defaultRng(seed) {
  const words = seedWords(seed, 8).map(BigInt);
  const join = (k) => (((words[k + 1] << 32n) | words[k]) << 64n) | (words[k + 3] << 32n) | words[k + 2];
  const increment = BigInt.asUintN(128, (join(4) << 1n) | 1n);
  const advance = (state) => BigInt.asUintN(128, state * MULTIPLIER + increment);
  let state = advance(increment + join(0));
  let spare = null; // the upper half of a draw of 64 bits, kept for the next 32

  // 64 random bits as two words, [high, low]: the state's halves, mixed and turned by its upper 6 bits.
  function bits() {
    state = advance(state);
    const mixed = (state >> 64n) ^ BigInt.asUintN(64, state);
    const turn = state >> 122n;
    const turned = BigInt.asUintN(64, (mixed >> turn) | (mixed << (64n - turn)));
    return [Number(turned >> 32n), Number(turned & 0xffffffffn)];
  }

  // 32 random bits: the lower half of a draw, then its upper half.
  function word() {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const [high, low] = bits();
    spare = high;
    return low;
  }

  // A number from 0 to below 1, of 53 bits.
  function random() {
    const [high, low] = bits();
    return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
  }

  // A whole number from 0 to `last`: as few bits as it takes, drawn again until they fit.
  function upTo(last) {
    const mask = 2 ** (32 - Math.clz32(last)) - 1;
    for (;;) {
      const drawn = (word() & mask) >>> 0;
      if (drawn <= last) return drawn;
    }
  }

  // The entries k = 0 to n - 1, or f(k), in random order (Fisher and Yates).
  function permutation(n, f = (k) => k) {
    const order = Array.from({ length: n }, (_, k) => f(k));
    for (let i = n - 1; i > 0; i--) {
      const j = upTo(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  const uniform = (low, high) => low + (high - low) * random();
  // Where the generator is, to be brought back there.
  const mark = () => [state, spare];
  const goTo = (marked) => ([state, spare] = marked);
  return { random, uniform, normal: () => drawNormal(bits, random), permutation, mark, goTo };
}

// The seed's 32-bit words, stirred into a pool of four and drawn from it `n` times: NumPy's SeedSequence.
function seedWords(seed, n) {
  let constant = 0x43b0d7e5;
  const stir = (value, multiplier) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, multiplier);
    const product = Math.imul(mixed, constant);
    return (product ^ (product >>> 16)) >>> 0;
  };
  const pool = [seed % WORD, Math.floor(seed / WORD), 0, 0].map((entry) => stir(entry, 0x931e8875));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const mixed = Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, stir(pool[from], 0x931e8875));
      pool[to] = (mixed ^ (mixed >>> 16)) >>> 0;
    }
  }
  constant = 0x8b51f9dd;
  return Array.from({ length: n }, (_, k) => stir(pool[k % 4], 0x58f38ded));
}

// The ziggurat: 256 layers of equal area under exp(-x^2 / 2); the lowest one has the tail beyond TAIL.
const TAIL = 3.654152885361009;
const AREA = 0.004928673233974658;
const EDGE = new Float64Array(257); // where each layer ends: EDGE[0] belongs to the tail, EDGE[256] is 0
const HEIGHT = new Float64Array(257);
EDGE[0] = AREA / Math.exp(-0.5 * TAIL * TAIL);
EDGE[1] = TAIL;
HEIGHT[1] = Math.exp(-0.5 * TAIL * TAIL);
for (let k = 2; k < 256; k++) {
  HEIGHT[k] = HEIGHT[k - 1] + AREA / EDGE[k - 1];
  EDGE[k] = Math.sqrt(-2 * Math.log(HEIGHT[k]));
}
HEIGHT[256] = 1;

function drawNormal(bits, random) {
  for (;;) {
    const [high, low] = bits();
    // NumPy counts the layers from the tail (0), then from the top (1) down.
    const index = low & 0xff;
    const layer = index === 0 ? 0 : 256 - index;
    const sign = (low >>> 8) & 1 ? -1 : 1;
    const share = ((high & 0x1fffffff) * 2 ** 23 + (low >>> 9)) / 2 ** 52;
    const x = share * EDGE[layer];
    if (x < EDGE[layer + 1]) return sign * x;
    if (layer > 0) {
      if (HEIGHT[layer] + (HEIGHT[layer + 1] - HEIGHT[layer]) * random() < Math.exp(-0.5 * x * x)) return sign * x;
      continue;
    }
    for (;;) {
      const beyond = -Math.log1p(-random()) / TAIL;
      if (-2 * Math.log1p(-random()) > beyond * beyond) {
        return (Math.floor(share * 2 ** 44) & 1 ? -1 : 1) * (TAIL + beyond);
      }
    }
  }
}
