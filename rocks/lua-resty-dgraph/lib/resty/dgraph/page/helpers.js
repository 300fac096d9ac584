// Elements, and how numbers are written.

const $ = (id) => document.getElementById(id);

// An element of HTML: make("td", { class: "n" }, "text", child).
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const SVG = document.querySelector("svg").namespaceURI;

// An element of SVG.
function draw(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// Sets a text only where it changes, so that selections stay and nothing is said twice.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Keeps as many children as there are items: `build` makes one, `update(child, item)` fills it in.
function repeat(parent, items, build, update) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  items.forEach((item, k) => update(parent.children[k] || parent.appendChild(build()), item));
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

// 12,345
const integer = (value) => whole.format(value || 0);

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

// Where there is little room: 12,345, but 123.5M from `limit` on.
const short = (value, limit) => (value < limit ? integer(value) : compact.format(value));

// Three digits that matter: 0.0734, 2.31, 124, 12,345, 1.2e-5.
function number(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 999.5) return integer(value);
  if (size < 1e-4) return value.toExponential(1).replace("e-", "e−").replace(/^-/, "−");
  return value.toPrecision(3).replace("-", "−");
}

// 3.2 of anything a second.
const rate = (value) => (value > 0 && value < 9.95 ? value.toFixed(1) : integer(value));

// A short time as [number, unit].
function moment(seconds) {
  if (!(seconds > 0)) return ["–", ""];
  if (seconds < 0.9995e-3) return [number(seconds * 1e6), "µs"];
  if (seconds < 0.9995) return [number(seconds * 1e3), "ms"];
  return [number(seconds), "s"];
}

const momentText = (seconds) => moment(seconds).join(" ").trim();

// A long time: 8 s, 3 min, 2 h, 4 d.
function span(seconds) {
  if (seconds < 100) return Math.max(0, Math.round(seconds)) + " s";
  if (seconds < 100 * 60) return Math.round(seconds / 60) + " min";
  if (seconds < 48 * 3600) return Math.round(seconds / 3600) + " h";
  return Math.round(seconds / 86400) + " d";
}

function bytes(count) {
  let at = 0;
  const units = ["B", "kB", "MB", "GB", "TB"];
  while (count >= 999.5 && at < units.length - 1) {
    count /= 1000;
    at++;
  }
  return (at === 0 ? integer(count) : number(count)) + " " + units[at];
}

const percent = (share) => (100 * share).toFixed(1) + " %";

// "1 step", "2 steps"
const many = (count, word) => integer(count) + " " + word + (count === 1 ? "" : "s");

const clockText = (seconds) =>
  new Date(1000 * seconds).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

// What shapes are called: -1 is any number of.
const shapeText = (shape) => shape.map((size) => (size < 0 ? "any" : integer(size))).join(" × ");

// Fills a part of a table. A cell is a text, or { text, kind, share } where a bar shows a share.
function fill(part, tag, rows) {
  while (part.rows.length > rows.length) part.deleteRow(-1);
  rows.forEach((cells, r) => {
    const row = part.rows[r] || part.insertRow();
    row.className = cells.kind || "";
    while (row.cells.length > cells.length) row.deleteCell(-1);
    cells.forEach((cell, c) => {
      const given = typeof cell === "object" ? cell : { text: cell };
      let element = row.cells[c];
      if (!element) {
        element = make(given.tag || tag, tag === "th" ? { scope: "col" } : {});
        if (given.tag === "th") element.scope = "row";
        if (given.share !== undefined) {
          element.append(make("span", { class: "share", "aria-hidden": "true" }, make("i")));
        }
        element.append(make("span"));
        row.append(element);
      }
      element.className = given.kind || "";
      say(element.lastChild, given.text);
      if (given.share !== undefined) element.querySelector("i").style.width = 100 * given.share + "%";
    });
  });
}

// A whole table: columns are [title, kind].
function table(id, columns, rows, total) {
  const element = $(id);
  // Another shape of rows begins anew.
  if (element.dataset.columns !== String(columns)) {
    element.replaceChildren(make("thead"), make("tbody"), make("tfoot"));
    element.dataset.columns = String(columns);
  }
  const [head, body, foot] = element.children;
  fill(head, "th", [columns.map(([text, kind]) => ({ text, kind }))]);
  const dress = (cells) =>
    Object.assign(
      cells.map((cell, c) => ({ kind: columns[c][1], ...(typeof cell === "object" ? cell : { text: cell }) })),
      { kind: cells.kind },
    );
  fill(body, "td", rows.map(dress));
  fill(foot, "td", total ? [dress(total)] : []);
}
