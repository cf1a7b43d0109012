/* What the frame of a page does when it is used: the theme would bring all of Bootstrap for it.
   Its menus and buttons are the theme's, with the classes that the theme's CSS shows. */

/* The contents of this page mark the section that is read: the last that begins in the upper two fifths of the window. */
const sections = [...document.querySelectorAll(".bd-toc-nav a[href^='#']")]
  .map((link) => ({ link, start: document.getElementById(decodeURIComponent(link.hash.slice(1))) }))
  .filter(({ start }) => start);

function markSection() {
  const read = sections.findLast(({ start }) => start.getBoundingClientRect().top < 0.4 * innerHeight);
  for (const { link } of sections) {
    for (const part of [link, link.parentElement]) {
      part.classList.toggle("active", link === read?.link);
    }
  }
}

const watcher = new IntersectionObserver(markSection, { rootMargin: "0px 0px -60%" });
sections.forEach(({ start }) => watcher.observe(start));

/* A menu opens and closes by its button, and closes by Escape and by a click elsewhere. */
for (const button of document.querySelectorAll("[data-bs-toggle='dropdown']")) {
  const [place, menu] = [button.parentElement, button.nextElementSibling];
  const show = (shown) => {
    button.setAttribute("aria-expanded", shown);
    menu.classList.toggle("show", shown);
  };
  button.addEventListener("click", () => show(!menu.classList.contains("show")));
  document.addEventListener("click", (event) => place.contains(event.target) || show(false));
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      show(false);
      button.focus();
    }
  });
}

/* The button of the colors says which are chosen: "auto" looks like one of the others. book.css writes the word beside it. */
const colorButtons = document.querySelectorAll(".theme-switch-button");

function nameColors() {
  for (const button of colorButtons) {
    button.title = `Colors: ${document.documentElement.dataset.mode}`;
    button.ariaLabel = button.title;
  }
}

new MutationObserver(nameColors).observe(document.documentElement, { attributeFilter: ["data-mode"] });
nameColors();
