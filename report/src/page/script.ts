/**
 * What the page does once it is open: tables get a filter, and closed parts open for the printer. Without it everything
 * is there all the same.
 */
export const PAGE_SCRIPT = `"use strict";
for (const table of document.querySelectorAll("table[data-filter]")) {
  const bar = document.createElement("div");
  bar.className = "filter";
  const label = document.createElement("label");
  const search = document.createElement("input");
  search.type = "search";
  search.autocomplete = "off";
  label.append(table.dataset.filter + " ", search);
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "muted";
  bar.append(label);
  let only;
  if (table.dataset.unequal !== undefined) {
    const choice = document.createElement("label");
    only = document.createElement("input");
    only.type = "checkbox";
    choice.append(only, " Differences only");
    bar.append(choice);
    only.addEventListener("change", show);
  }
  bar.append(said);
  table.closest(".scroll").before(bar);
  let names;
  function show() {
    const rows = table.tBodies[0].rows;
    names ??= Array.from(rows, (row) => row.textContent.toLowerCase());
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (let at = 0; at < rows.length; at += 1) {
      const fits = names[at].includes(wanted) && !(only?.checked && rows[at].dataset.equal === "yes");
      if (rows[at].hidden === fits) rows[at].hidden = !fits;
      if (fits) shown += 1;
    }
    said.textContent = shown === rows.length ? "" : shown.toLocaleString("en-US") + " of " + rows.length.toLocaleString("en-US");
  }
  search.addEventListener("input", show);
}
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")].filter((part) => !part.dataset.long);
  for (const part of closed) part.open = true;
});
addEventListener("afterprint", () => { for (const part of closed) part.open = false; });
`;
