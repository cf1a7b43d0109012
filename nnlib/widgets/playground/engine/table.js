// Points that a reader brings: lines of two numbers and a class, or a condition by which points get theirs.
//
// Offers: readTable, drawByCondition
// Uses: readCondition (formula.js)
// Uses: defaultRng (generator.js)
// Uses: range (network.js)

const DRAWN = 200; // points of a condition, over the square from -1 to 1

// Return {points} or {fault}: points are [x1, x2, class], the two classes in the order of their names as 0 and 1. A first
// line without numbers is a heading.
function readTable(text, most) {
  const rows = text.split(/\r?\n/).map((line, k) => ({ line: line.trim(), number: k + 1 }));
  const filled = rows.filter(({ line }) => line);
  if (filled.length && filled[0].line.split(/[,;\t]|\s+/).every((part) => !isNumber(part))) filled.shift();
  if (!filled.length) return { fault: "There is no line with a point. Each line may be as 0.5, 1.2, 0: two numbers and a class." };
  if (filled.length > most) return { fault: `There are ${filled.length} points; up to ${most} fit.` };
  const points = [];
  for (const { line, number } of filled) {
    const parts = line.split(/\s*[,;\t]\s*|\s+/);
    if (parts.length !== 3) return { fault: `Line ${number}, “${cut(line)}”, has ${parts.length} of 3 entries: two numbers and a class.` };
    if (!isNumber(parts[0]) || !isNumber(parts[1])) {
      const wrong = parts.find((part) => !isNumber(part));
      return { fault: `Line ${number}: “${cut(wrong)}” is not a number.` };
    }
    points.push([Number(parts[0]), Number(parts[1]), parts[2]]);
  }
  return withClasses(points);
}

function withClasses(points) {
  const names = [...new Set(points.map(([, , name]) => name))].sort();
  if (names.length > 2) return { fault: `There are ${names.length} classes, ${cut(names.join(", "))}; two can be told apart here.` };
  const classOf = (name) => (names.length === 2 ? names.indexOf(name) : Number(name === "1"));
  return { points: points.map(([x1, x2, name]) => [x1, x2, classOf(name)]) };
}

const isNumber = (text) => text.trim() !== "" && Number.isFinite(Number(text));
const cut = (text) => (text.length > 30 ? `${text.slice(0, 30)}…` : text);

// Points spread over the square, of class 1 where the condition is true.
function drawByCondition(text, seed) {
  const { condition, fault } = readCondition(text);
  if (fault) return { fault: `The formula cannot be read: ${fault}.` };
  const rng = defaultRng(seed);
  const points = range(DRAWN).map(() => {
    const [x, y] = [rng.uniform(-1, 1), rng.uniform(-1, 1)];
    return [x, y, Number(condition(x, y))];
  });
  const n = points.filter(([, , label]) => label).length;
  if (n === 0 || n === DRAWN) return { fault: `The formula is ${n ? "true" : "false"} all over the square from -1 to 1: there would be one class only.` };
  return { points };
}
