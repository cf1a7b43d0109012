// Sets formulas with KaTeX. Each line that comes in is [formula, options] as JSON; each line that goes out is {html} or
// {error}. It ends with its input, so it never outlives the build that started it.
//
// node formulas.js path/to/katex.min.js
const katex = require(process.argv[2]);

function set(formula, options) {
  try {
    return { html: katex.renderToString(formula, options) };
  } catch (error) {
    return { error: error.message };
  }
}

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => console.log(JSON.stringify(set(...JSON.parse(line)))));
