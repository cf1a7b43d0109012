// The search page. It reads window.searchSections, which search_sections.js holds: the pages of the book, each
// [number, title, address], and its sections in the order of the book, each [page, anchor, kind, title, prose, code].

(() => {
  const { pages, sections } = window.searchSections;
  const AT_ONCE = 20;
  const AROUND = 90; // letters of a snippet before and after what was found
  const HANGUL = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]/;
  const LETTER = /[\p{L}\p{N}_]/u;
  const KIND_WEIGHT = { term: 40, name: 10, exercise: 0, section: 0 };

  const fold = (text) => text.normalize("NFC").toLowerCase().replace(/[’‘]/g, "'").replace(/[–−]/g, "-");

  const found = sections.map(([page, anchor, kind, title, prose, code]) => ({
    page: pages[page], anchor, kind, title, prose, code,
    inChapter: /^\d/.test(pages[page][0]), // and in no appendix
    folded: { title: fold(title), prose: fold(prose), code: fold(code), page: fold(pages[page][1]) },
  }));

  // "learning rates" finds "learning rate", too.
  const singular = (word) => (/[a-z]{3}[^s\W]s$/.test(word) ? word.slice(0, -1) : word);

  const withoutArticle = (title) => title.replace(/^(an?|the) /, "");

  function queryOf(text) {
    const words = fold(text).split(/\s+/).filter(Boolean).map(singular);
    return { phrase: withoutArticle(words.join(" ")), words: [...new Set(words)] };
  }

  // A word is found where a word begins with it. Korean words grow at both ends, so there any place will do; and a
  // number is found whole: 1/8 is not in 11/8 nor in 1/80.
  function stands(text, word, at) {
    const before = text[at - 1] ?? " ";
    const after = text[at + word.length] ?? " ";
    if (/\d$/.test(word) && /\d/.test(after)) return false;
    if (/^\d/.test(word) && /[\d./]/.test(before)) return false;
    return HANGUL.test(word) || !LETTER.test(word[0]) || !LETTER.test(before);
  }

  function places(text, word) {
    const all = [];
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      if (stands(text, word, at)) all.push(at);
    }
    return all;
  }

  function scoreOf({ kind, folded, inChapter }, { phrase, words }) {
    let score = 0;
    for (const word of words) {
      const inTitle = places(folded.title, word).length > 0;
      const inProse = places(folded.prose, word).length;
      const inCode = places(folded.code, word).length;
      const inPage = places(folded.page, word).length > 0;
      if (!inTitle && !inProse && !inCode && !inPage) return 0;
      score += (inTitle ? 20 : 0) + Math.min(inProse, 6) * 2 + Math.min(inCode, 2) + (inPage ? 4 : 0);
      if (inTitle) score += KIND_WEIGHT[kind];
    }
    if (words.length > 1) {
      score += places(folded.title, phrase).length > 0 ? 30 : 0;
      score += Math.min(places(folded.prose, phrase).length, 6) * 5;
    }
    // What has just this name is meant: where it is taught before where it is only said what it is.
    if (folded.title.split(" · ").map(withoutArticle).includes(phrase)) score += inChapter ? 150 : 60;
    return score + (inChapter ? 5 : 0);
  }

  function search(text) {
    const query = queryOf(text);
    if (query.words.length === 0) return [];
    return found
      .map((section) => ({ section, score: scoreOf(section, query) }))
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score) // equal scores stay in the order of the book
      .map(({ section }) => section);
  }

  // The words around the first place of the query, or else its line of code; what has it in the title shows its beginning.
  function snippetOf({ prose, code, folded }, { phrase, words }) {
    for (const [text, low, isCode] of [[prose, folded.prose, false], [code, folded.code, true]]) {
      const at = [phrase, ...words].map((word) => places(low, word)[0]).find((place) => place !== undefined);
      if (at === undefined) continue;
      if (isCode && words.some((word) => places(folded.title, word).length > 0)) break;
      if (isCode) return { text: lineAt(text, at), isCode };
      const from = at > AROUND ? text.indexOf(" ", at - AROUND) + 1 : 0;
      const end = text.lastIndexOf(" ", at + AROUND);
      const whole = at + AROUND >= text.length;
      return { text: (from ? "… " : "") + text.slice(from, whole ? undefined : end) + (whole ? "" : " …"), isCode };
    }
    return { text: prose.length > 2 * AROUND ? `${prose.slice(0, prose.lastIndexOf(" ", 2 * AROUND))} …` : prose };
  }

  const lineAt = (code, at) => code.slice(code.lastIndexOf("\n", at) + 1, (code + "\n").indexOf("\n", at)).trim();

  // Text with what was found marked, and Korean said to be Korean.
  function marked(text, { words }) {
    const low = fold(text);
    const inside = new Uint8Array(text.length);
    for (const word of words) for (const at of places(low, word)) inside.fill(1, at, at + word.length);
    const shown = document.createDocumentFragment();
    for (let from = 0, to; from < text.length; from = to) {
      const korean = HANGUL.test(text[from]);
      for (to = from + 1; to < text.length; to += 1) {
        if (inside[to] !== inside[from] || HANGUL.test(text[to]) !== korean) break;
      }
      const piece = document.createElement(inside[from] ? "mark" : "span");
      if (korean) piece.lang = "ko";
      piece.textContent = text.slice(from, to);
      shown.append(inside[from] || korean ? piece : piece.textContent);
    }
    return shown;
  }

  function itemOf(section, query) {
    const [number, title, address] = section.page;
    const link = document.createElement("a");
    link.href = section.anchor ? `${address}#${section.anchor}` : address;
    const page = (number ? `${number}. ` : "") + title;
    link.append(marked(section.title === title ? page : `${page} › ${section.title}`, query));
    const snippet = snippetOf(section, query);
    const text = document.createElement(snippet.isCode ? "code" : "p");
    text.className = "search-snippet";
    text.append(marked(snippet.text, query));
    const item = document.createElement("li");
    item.append(link, text);
    return item;
  }

  const form = document.getElementById("search-form");
  const field = document.getElementById("search-query");
  const status = document.getElementById("search-status");
  const list = document.getElementById("search-results");
  const more = document.getElementById("search-more");
  let left = [];

  function showMore() {
    const query = queryOf(field.value);
    const items = left.splice(0, AT_ONCE).map((section) => itemOf(section, query));
    list.append(...items);
    more.hidden = left.length === 0;
    return items[0];
  }

  function show() {
    left = search(field.value);
    list.replaceChildren();
    const asked = field.value.trim();
    const count = left.length === 1 ? "1 place" : `${left.length || "No"} places`;
    status.replaceChildren(...(asked ? [`${count} in the book: `, marked(asked, queryOf(""))] : []));
    showMore();
  }

  field.addEventListener("input", show);
  more.addEventListener("click", () => showMore().querySelector("a").focus());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`);
    list.querySelector("a")?.focus();
  });

  // Down and up walk from the field through what was found, and back.
  document.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [field, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    const next = stops[at + steps];
    if (!steps || at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  show();
  field.focus();
})();
