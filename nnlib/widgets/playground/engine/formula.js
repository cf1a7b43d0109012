// A condition on two coordinates, such as "y > sin(x)": read by a small grammar, never run as a program.
//
//   condition = sum ("<" | "<=" | ">" | ">=") sum
//   sum = product (("+" | "-") product)*        product = signed (("*" | "/") signed)*
//   signed = "-" signed | power                 power = atom ("^" | "**") signed | atom
//   atom = number | "x" | "y" | "pi" | name "(" sum ")" | "(" sum ")" | "|" sum "|"
//
// Offers: readCondition

const FUNCTIONS = { sin: Math.sin, cos: Math.cos, tanh: Math.tanh, exp: Math.exp, sqrt: Math.sqrt, abs: Math.abs };
const TOKEN = /\s*(\d+\.?\d*|\.\d+|[a-z]+\d*|\*\*|<=|>=|[-+*/^()<>|])/iy;
const SUMS = { "+": (a, b) => a + b, "-": (a, b) => a - b };
const PRODUCTS = { "*": (a, b) => a * b, "/": (a, b) => a / b };
const RELATIONS = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b };
const VARIABLES = { x: (x) => x, x1: (x) => x, y: (x, y) => y, x2: (x, y) => y, pi: () => Math.PI };

// Return {condition}, a function of x and y that is true or false, or {fault}, what is wrong with the text in words.
function readCondition(text) {
  try {
    return { condition: parse(tokensOf(text)) };
  } catch (fault) {
    return { fault: fault.message };
  }
}

function tokensOf(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw Error(`“${text.slice(from).trim()[0]}” is no sign that a formula may have`);
    found.push(match[1].toLowerCase());
  }
  return found;
}

function parse(tokens) {
  let at = 0;
  const take = (...wanted) => (wanted.includes(tokens[at]) ? tokens[at++] : null);
  const need = (wanted, where) => take(wanted) ?? fail(`a “${wanted}” is missing ${where}`);

  function chain(part, signs) {
    let left = part();
    for (let sign = take(...Object.keys(signs)); sign; sign = take(...Object.keys(signs))) {
      const [before, apply, after] = [left, signs[sign], part()];
      left = (x, y) => apply(before(x, y), after(x, y));
    }
    return left;
  }
  const sum = () => chain(product, SUMS);
  const product = () => chain(signed, PRODUCTS);
  const signed = () => {
    if (!take("-")) return power();
    const value = signed();
    return (x, y) => -value(x, y);
  };
  const power = () => {
    const base = atom();
    if (!take("^", "**")) return base;
    const exponent = signed();
    return (x, y) => base(x, y) ** exponent(x, y);
  };
  const inside = (close) => {
    const value = sum();
    need(close, "at the end of what it closes");
    return value;
  };
  const atom = () => {
    const token = tokens[at++];
    if (token === undefined) fail("something is missing at the end");
    if (token === "(") return inside(")");
    if (token === "|") {
      const value = inside("|");
      return (x, y) => Math.abs(value(x, y));
    }
    if (/^[\d.]/.test(token)) return () => Number(token);
    if (Object.hasOwn(VARIABLES, token)) return VARIABLES[token];
    if (!Object.hasOwn(FUNCTIONS, token)) fail(`“${token}” is not known here; x, y, pi and ${Object.keys(FUNCTIONS).join(", ")} are`);
    need("(", `behind “${token}”`);
    const value = inside(")");
    return (x, y) => FUNCTIONS[token](value(x, y));
  };

  const left = sum();
  const relation = take(...Object.keys(RELATIONS)) ?? fail("it needs one of < <= > >=, as in “y > sin(x)”");
  const right = sum();
  if (at < tokens.length) fail(`“${tokens[at]}” is one too many`);
  return (x, y) => RELATIONS[relation](left(x, y), right(x, y));
}

function fail(words) {
  throw Error(words);
}
