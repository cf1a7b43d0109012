/* A page prints light, with its solutions at its end or left out; afterwards it is as it was.

   Pictures that wait for the reader to come near are the browser's affair: it waits for them before it prints, as long
   as no script changes how they are loaded. What a prediction covers is printed, for paper has no button. */
{
  const root = document.documentElement;
  const solutions = [...document.querySelectorAll("details.solution")];

  // ---- the choice, beside the button that prints

  const KEPT = "print-solutions"; // where the browser remembers it
  const remembered = () => {
    try {
      return localStorage[KEPT] !== "no";
    } catch {
      return true;
    }
  };
  const remember = (printed) => {
    try {
      localStorage[KEPT] = printed ? "yes" : "no";
    } catch {} // a browser that keeps nothing: then it is for this page
  };

  const choice = Object.assign(document.createElement("input"), { type: "checkbox", checked: remembered() });
  choice.addEventListener("change", () => remember(choice.checked));
  if (solutions.length) {
    const label = Object.assign(document.createElement("label"), { className: "print-choice" });
    const row = document.createElement("li");
    label.append(choice, "Print solutions, at the end");
    row.append(label);
    document.querySelector(".btn-download-pdf-button").closest("li").after(row);
  }

  // ---- print

  document.querySelector(".btn-download-pdf-button")?.addEventListener("click", () => print());

  let undo = []; // what brings the page back

  // Take the solutions from their places, open, into a part of their own.
  function gather() {
    const part = Object.assign(document.createElement("section"), { className: "printed-solutions" });
    part.append(Object.assign(document.createElement("h2"), { textContent: "Solutions" }));
    for (const solution of solutions) {
      const place = document.createComment("");
      const { open } = solution;
      solution.replaceWith(place);
      solution.open = true;
      part.append(solution);
      undo.push(() => {
        solution.open = open;
        place.replaceWith(solution);
      });
    }
    return part;
  }

  window.addEventListener("beforeprint", () => {
    const { theme } = root.dataset;
    const top = scrollY;
    root.dataset.theme = "light";
    const part = gather();
    if (solutions.length && choice.checked) document.querySelector(".bd-article").append(part);
    undo.push(() => {
      root.dataset.theme = theme;
      part.remove();
      scrollTo({ top, behavior: "instant" });
    });
  });

  window.addEventListener("afterprint", () => {
    undo.forEach((step) => step());
    undo = [];
  });
}
