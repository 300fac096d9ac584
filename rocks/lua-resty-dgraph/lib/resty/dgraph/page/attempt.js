// Trying a prediction: a row of JSON for any model, a pad to draw on where a row is 28 x 28.

const SIDE = 28;
const MOST_ROWS = 12; // of an answer

// Digits as strokes over the pad, for the button "Example".
const EXAMPLES = [
  [[9, 10], [10, 7], [14, 6], [18, 8], [18, 12], [14, 16], [9, 21], [19, 21]],
  [[9, 7], [14, 6], [18, 8], [17, 12], [13, 13.5], [18, 15], [19, 19], [14, 22], [9, 20]],
  [[8, 7], [19, 7], [15, 14], [12, 22]],
  [[18, 6], [10, 7], [9, 13], [14, 12], [18, 15], [17, 20], [13, 22], [9, 20]],
  [[14, 6], [9, 10], [9, 18], [14, 22], [19, 18], [19, 10], [14, 6]],
];

class Pad {
  // `changed(finished)` is called while somebody draws, and when a stroke ends.
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.cells = new Float32Array(SIDE * SIDE);
    this.last = null;
    this.example = 0;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.last = this.place(event);
      this.stroke(this.last);
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.last) return;
      const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const each of events.length ? events : [event]) this.stroke(this.place(each));
    });
    const lift = () => {
      if (this.last) changed(true);
      this.last = null;
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.render());
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  // A soft pen, about two and a half cells wide as in MNIST, from the last place to this one.
  stroke(to) {
    const from = this.last || to;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const count = Math.max(1, Math.ceil(length * 4));
    for (let k = 0; k <= count; k++) {
      this.dab(from[0] + ((to[0] - from[0]) * k) / count, from[1] + ((to[1] - from[1]) * k) / count);
    }
    this.last = to;
    this.render();
    this.changed(false);
  }

  dab(x, y) {
    for (let row = Math.floor(y) - 2; row <= y + 2; row++) {
      for (let column = Math.floor(x) - 2; column <= x + 2; column++) {
        if (row < 0 || row >= SIDE || column < 0 || column >= SIDE) continue;
        const far = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const ink = Math.min(1, Math.max(0, 1.75 - far));
        const at = row * SIDE + column;
        this.cells[at] = Math.max(this.cells[at], ink);
      }
    }
  }

  clear() {
    this.cells.fill(0);
    this.render();
  }

  drawExample() {
    this.cells.fill(0);
    this.last = null;
    const strokes = EXAMPLES[this.example++ % EXAMPLES.length];
    for (const place of strokes) this.stroke(place);
    this.last = null;
    this.changed(true);
  }

  isEmpty() {
    return this.cells.every((ink) => ink === 0);
  }

  // The cells, moved so that their centre of mass is in the middle, where MNIST has it.
  row() {
    let [sum, x, y] = [0, 0, 0];
    this.cells.forEach((ink, at) => {
      sum += ink;
      x += ink * (at % SIDE);
      y += ink * Math.floor(at / SIDE);
    });
    const dx = Math.round((SIDE - 1) / 2 - x / sum);
    const dy = Math.round((SIDE - 1) / 2 - y / sum);
    const moved = new Array(SIDE * SIDE).fill(0);
    this.cells.forEach((ink, at) => {
      const column = (at % SIDE) + dx;
      const row = Math.floor(at / SIDE) + dy;
      const inside = column >= 0 && column < SIDE && row >= 0 && row < SIDE;
      if (inside) moved[row * SIDE + column] = Math.round(ink * 100) / 100;
    });
    return moved;
  }

  render() {
    const context = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    const cell = this.canvas.width / SIDE;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.fillStyle = style.color;
    this.cells.forEach((ink, at) => {
      context.globalAlpha = ink;
      if (ink > 0) context.fillRect((at % SIDE) * cell, Math.floor(at / SIDE) * cell, cell, cell);
    });
    context.globalAlpha = 0.06;
    for (let k = 1; k < SIDE; k++) {
      context.fillRect(k * cell, 0, 1, this.canvas.height);
      context.fillRect(0, k * cell, this.canvas.width, 1);
    }
  }
}

// The form of the model that is shown.
class Attempt {
  // `send(path, body)` posts JSON and gives the answer, or throws with the server's words.
  constructor(send) {
    this.send = send;
    this.texts = new Map(); // what was typed, by model
    this.turn = 0; // the newest question
    this.pad = new Pad($("pad"), (finished) => this.drawn(finished));
    $("attempt").addEventListener("submit", (event) => {
      event.preventDefault();
      this.predict($("row").value);
    });
    $("row").addEventListener("input", () => this.texts.set(this.model.name, $("row").value));
    $("pad-clear").addEventListener("click", () => {
      this.pad.clear();
      this.forget();
    });
    $("pad-example").addEventListener("click", () => this.pad.drawExample());
  }

  // A row that the model would take.
  blank() {
    const { shape, features, first } = this.model.inputs;
    if (features) return JSON.stringify([first, first + Math.min(1, features - 1)]);
    const zeros = (sizes) =>
      sizes.length === 0 ? 0 : new Array(Math.max(1, sizes[0])).fill(0).map(() => zeros(sizes.slice(1)));
    return JSON.stringify(zeros(shape.slice(1)));
  }

  hint() {
    const { shape, features, first } = this.model.inputs;
    if (features) {
      return `Features from ${first} to ${first + features - 1}: [3, 11], or {"indices": [3, 11], "values": [1, 0.5]}.`;
    }
    const size = shapeText(shape.slice(1));
    return size === "1" ? "One number." : `${size} numbers, nested or flat.`;
  }

  // Shows the form for a model; `learning` says who may teach.
  show(model, learning) {
    const changed = !this.model || this.model.name !== model.name;
    this.model = model;
    const { targets, inputs } = model;
    const classes = targets && targets.classes;
    const mayTeach = model.learns && learning && classes >= 2 && classes <= 20;
    if (!changed && $("teach").hidden !== !mayTeach) this.offerTeaching(mayTeach);
    if (!changed) return;
    const size = inputs.shape.slice(1).reduce((a, b) => a * b, 1);
    $("pad-part").hidden = !(size === SIDE * SIDE && !inputs.features);
    $("row").value = this.texts.get(model.name) || this.blank();
    say($("row-hint"), this.hint());
    this.offerTeaching(mayTeach);
    this.pad.clear();
    this.forget();
  }

  offerTeaching(may) {
    $("teach").hidden = !may;
    const { classes, first } = this.model.targets || {};
    $("teach-buttons").replaceChildren();
    for (let k = 0; may && k < classes; k++) {
      const button = make("button", { type: "button" }, String(first + k));
      button.addEventListener("click", () => this.teach(first + k));
      $("teach-buttons").append(button);
    }
  }

  forget() {
    this.turn++;
    this.answer([], "");
    this.taught("");
  }

  // Asks while somebody draws, one request at a time and not more often than ten times a second.
  drawn(finished) {
    this.stale = true;
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      if (!this.stale || this.pad.isEmpty()) return;
      this.stale = false;
      const text = JSON.stringify(this.pad.row());
      $("row").value = text;
      this.texts.set(this.model.name, text);
      this.taught("");
      this.predict(text);
    }, finished ? 0 : 100);
  }

  read(text) {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Error("This is no JSON: " + error.message);
    }
  }

  async predict(text) {
    const turn = ++this.turn; // answers may overtake each other
    const { model } = this;
    try {
      const reply = await this.send(model.name + ":predict", { instances: [this.read(text)] });
      if (turn === this.turn) this.explain(reply.predictions[0]);
    } catch (error) {
      if (turn === this.turn) this.answer([], error.message, "bad");
    }
  }

  async teach(label) {
    try {
      const instance = this.read($("row").value);
      const reply = await this.send(this.model.name + ":train", { instances: [instance], targets: [label] });
      const held = reply.held_out ? ", kept to judge the model by" : "";
      this.taught(`Step ${integer(reply.step)}, loss ${number(reply.loss)} before it${held}.`);
      this.predict($("row").value);
    } catch (error) {
      this.taught(error.message, "bad");
    }
  }

  taught(text, state) {
    say($("teach-said"), text);
    $("teach-said").dataset.state = state || "";
  }

  // Puts a prediction into words and bars.
  explain(prediction) {
    const values = Array.isArray(prediction) ? prediction.flat(Infinity) : [prediction];
    const { classes, first } = this.model.targets || {};
    const likely = values.every((value) => value >= 0 && value <= 1);
    const text = likely ? percent : number;
    const scale = likely ? 1 : undefined;
    if (classes === 2 && values.length === 1 && likely) { // how likely the second of both is
      const name = String(first + 1);
      const said = `${name}, with ${percent(values[0])}`;
      return this.answer([{ name, value: values[0], most: true }], said, "", text, scale);
    }
    if (classes !== values.length) {
      const rows = values.slice(0, MOST_ROWS).map((value, k) => ({ name: String(k + 1), value }));
      return this.answer(rows, values.length === 1 ? text(values[0]) : many(values.length, "number"), "", text, scale);
    }
    const top = values.indexOf(Math.max(...values));
    const rows = values.map((value, k) => ({ name: String(first + k), value, most: k === top }));
    if (rows.length > MOST_ROWS) rows.sort((a, b) => b.value - a.value);
    const said = `${first + top}` + (likely ? `, with ${percent(values[top])}` : "");
    this.answer(rows.slice(0, MOST_ROWS), said, "", text, scale);
  }

  // Bars of `text(value)`, as long as the value is of `full`, or of the largest one.
  answer(rows, said, state, text, full) {
    say($("answer-said"), said);
    $("answer-said").dataset.state = state || "";
    const widest = full || Math.max(1e-30, ...rows.map((row) => Math.abs(row.value)));
    const track = () => make("span", { class: "track", "aria-hidden": "true" }, make("i"));
    repeat($("answer"), rows, () => make("li", {}, make("span"), track(), make("span")), (item, row) => {
      item.className = row.most ? "most" : "";
      say(item.firstChild, row.name);
      item.querySelector("i").style.width = (100 * Math.abs(row.value)) / widest + "%";
      say(item.lastChild, text(row.value));
    });
  }
}
