// Sets Markdown as VS Code does in a notebook: an array of texts comes in as JSON, an array of HTML goes out.
//
// node vscode.js path/to/katex.min.js
const Module = require("module");
const path = require("path");

const resolve = Module._resolveFilename; // the package asks for "katex", which lies elsewhere
Module._resolveFilename = (name, ...rest) => (name === "katex" ? path.resolve(process.argv[2]) : resolve(name, ...rest));

const markdown = require("./vendor/markdown-it/markdown-it.min.js")({ html: true, linkify: true });
markdown.use(require("./vendor/markdown-it-katex/index.js").default, { throwOnError: false });

const texts = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(JSON.stringify(texts.map((text) => markdown.render(text))));
