// Lines over the last minutes, drawn as SVG. Mouse, finger or arrow keys move a cursor; the caption
// then tells the numbers there, and otherwise the newest ones.

const WINDOW = 300; // seconds: as many as the server keeps
const SHORTEST = 60;

// About `count` steps of 1, 2 or 5 times a power of ten up to `top`.
function niceStep(top, count) {
  const raw = top / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = raw / power;
  return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

// A power of ten of a second.
function decadeText(value) {
  const [count, unit] = value < 0.9e-3 ? [value * 1e6, " µs"] : value < 0.9 ? [value * 1e3, " ms"] : [value, " s"];
  return integer(count) + unit;
}

class Chart {
  // spec: title; unit; text(value); height; zeros: whether 0 is a value, and not that there was
  // nothing; decades: whether the axis has powers of ten of a second; lines: { key, name, tone };
  // nothing: what to say where there are no values.
  constructor(parent, spec) {
    this.spec = spec;
    this.at = null; // the time at the cursor
    this.data = null;
    this.output = make("output", { "aria-live": "off" });
    this.svg = draw("svg", { class: "chart", role: "img", tabindex: "0" });
    parent.append(make("figure", {}, make("figcaption", {}, make("h2", {}, spec.title), this.output), this.svg));
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerdown", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.moveTo(null));
    this.svg.addEventListener("blur", () => this.moveTo(null));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.render()).observe(this.svg);
  }

  update(data, now) {
    // What is older is from before the server was away.
    const from = data.time.filter((time) => time < now - WINDOW).length;
    this.data = { time: data.time.slice(from) };
    for (const { key } of this.spec.lines) this.data[key] = data[key].slice(from);
    this.now = now;
    this.output.setAttribute("aria-live", "off");
    this.render();
  }

  value(key, i) {
    const value = this.data[key][i];
    return value === 0 && !this.spec.zeros ? null : value;
  }

  // The place in the data that is nearest to a time.
  nearest(time) {
    const times = this.data.time;
    let best = times.length - 1;
    for (let i = best; i >= 0 && Math.abs(times[i] - time) <= Math.abs(times[best] - time); i--) best = i;
    return best;
  }

  point(event) {
    const x = event.clientX - this.svg.getBoundingClientRect().left;
    if (this.plot) this.moveTo(this.plot.timeAt(x), "off");
  }

  key(event) {
    const times = this.plot ? this.data.time : [];
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") return this.moveTo(null);
    if (!(event.key in steps) || times.length === 0) return;
    event.preventDefault();
    const from = this.at === null ? times.length - 1 : this.nearest(this.at);
    const to = Math.min(times.length - 1, Math.max(0, this.at === null ? from : from + steps[event.key]));
    this.moveTo(times[to], "polite");
  }

  moveTo(time, live) {
    if (time === null && this.at === null) return;
    this.at = time;
    this.output.setAttribute("aria-live", live || "off");
    this.render();
  }

  // The values on the axis: steps from 0, or decades where latencies differ by more than that.
  ticks(height) {
    const { spec, data } = this;
    let [low, high] = [Infinity, 0];
    for (const { key } of spec.lines) {
      for (const value of data[key]) {
        if (value > high) high = value;
        if (value > 0 && value < low) low = value;
      }
    }
    const values = [];
    if (spec.decades) {
      const to = Math.ceil(Math.log10(high) - 1e-9);
      const from = Math.min(to - 1, Math.floor(Math.log10(low) + 1e-9));
      for (let k = from; k <= to; k++) values.push(10 ** k);
    } else {
      const step = niceStep(high, height > 180 ? 4 : 3);
      for (let k = 0; k < high / step + 1 - 1e-9; k++) values.push(k * step);
    }
    return { values, low: values[0], high: values[values.length - 1] };
  }

  // What lies where.
  measure(width, height) {
    const seconds = Math.min(WINDOW, Math.max(SHORTEST, this.now - this.data.time[0]));
    const { values, low, high } = this.ticks(height);
    const [left, right, above, floor] = [46, width - 10, this.spec.unit ? 24 : 10, height - 22];
    const x = (time) => left + ((time - this.now + seconds) / seconds) * (right - left);
    const timeAt = (place) => this.now - seconds + ((place - left) / (right - left)) * seconds;
    const share = this.spec.decades
      ? (value) => Math.log(value / low) / Math.log(high / low)
      : (value) => value / high;
    const y = (value) => floor - share(value) * (floor - above);
    return { x, y, timeAt, values, seconds, left, right, above, floor };
  }

  axes(plot, height) {
    const { left, right, floor, values, seconds } = plot;
    const list = this.spec.unit ? [draw("text", { x: 0, y: 11 }, this.spec.unit)] : [];
    const decimals = values.length > 1 ? Math.max(0, -Math.floor(Math.log10(values[1]) + 1e-9)) : 0;
    values.forEach((value, k) => {
      const y = Math.round(plot.y(value)) + 0.5;
      const plain = value >= 1000 ? short(value, 1e5) : decimals > 4 ? number(value) : value.toFixed(decimals);
      const text = this.spec.decades ? decadeText(value) : plain;
      list.push(draw("line", { class: k === 0 ? "grid base" : "grid", x1: left, x2: right, y1: y, y2: y }));
      list.push(draw("text", { x: left - 8, y: y + 3.5, "text-anchor": "end" }, text));
    });
    const wide = (right - left) / 62; // so many labels have room
    const pace = (seconds <= 120 ? [10, 15, 30] : [60, 120]).find((each) => seconds / each <= wide) || 120;
    for (let ago = 0; ago <= seconds + 0.5; ago += pace) {
      const x = plot.x(this.now - ago);
      const text = ago === 0 ? "now" : pace < 60 ? `−${ago} s` : `−${ago / 60} min`;
      const anchor = ago === 0 ? "end" : "middle";
      list.push(draw("text", { x, y: height - 5, "text-anchor": anchor }, text));
      list.push(draw("line", { class: "grid base", x1: x, x2: x, y1: floor, y2: floor + 4 }));
    }
    return list;
  }

  // A path; it is interrupted where there was nothing, and where the server was away.
  path(plot, key) {
    const times = this.data.time;
    let path = "";
    let before = -Infinity;
    times.forEach((time, i) => {
      const value = this.value(key, i);
      if (value === null) return;
      const place = plot.x(time).toFixed(1) + " " + plot.y(value).toFixed(1);
      path += time - before > 3 ? "M" + place + "h0" : "L" + place;
      before = time;
    });
    return path;
  }

  render() {
    const { svg, spec, data } = this;
    const { width } = svg.getBoundingClientRect();
    const { height } = spec;
    if (width === 0 || !data) return;
    svg.setAttribute("height", height);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const last = data.time.length - 1;
    const empty = !spec.lines.some(({ key }) => data[key].some((value) => value > 0));
    this.plot = empty ? null : this.measure(width, height);
    svg.replaceChildren(...(empty ? [] : this.axes(this.plot, height)));
    if (empty) {
      svg.append(draw("text", { class: "none", x: width / 2, y: height / 2 }, spec.nothing));
    } else {
      // The first line last, above the others.
      for (const { tone, key } of [...spec.lines].reverse()) {
        svg.append(draw("path", { class: "line " + tone, d: this.path(this.plot, key) }));
      }
    }
    this.tell(empty ? -1 : this.at === null ? last : this.nearest(this.at), empty);
  }

  // The caption, the cursor, and what the picture says to those who do not see it.
  tell(i, empty) {
    const { spec, data, plot } = this;
    const parts = [];
    if (!empty && this.at !== null) {
      const x = Math.round(plot.x(data.time[i])) + 0.5;
      this.svg.append(draw("line", { class: "cursor", x1: x, x2: x, y1: plot.above, y2: plot.floor }));
      parts.push(make("span", {}, clockText(data.time[i])));
    }
    for (const { key, name, tone } of empty ? [] : spec.lines) {
      const value = this.value(key, i);
      if (value !== null && this.at !== null) {
        this.svg.append(draw("circle", { class: tone, cx: plot.x(data.time[i]), cy: plot.y(value), r: 3.5 }));
      }
      const text = value === null ? "–" : spec.text(value);
      parts.push(" ", ...(name ? [make("i", { class: tone }), name + " "] : []), make("b", {}, text));
    }
    this.output.replaceChildren(...parts);
    if (this.at !== null) return;
    const now = "now " + this.output.textContent.trim() + ". Arrow keys read it point by point.";
    this.svg.setAttribute("aria-label", spec.title + ": " + (empty ? spec.nothing : now));
  }
}
