/* What the search shows of a page has each formula once, as it is read aloud. */

const textOf = Search.htmlToText;
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll(".katex-html, annotation").forEach((copy) => copy.remove());
  return textOf(page.documentElement.outerHTML, anchor);
};
