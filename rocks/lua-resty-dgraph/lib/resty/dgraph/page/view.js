// What the page says about one model.

const REASONS = {
  token: "without the bearer token", closed: "learning is closed", size: "too long, or too many instances",
  syntax: "no JSON", shape: "another shape", not_finite: "numbers that are not finite",
  label: "a label or feature that there is not", gradient: "a gradient that is too long or not finite",
  loss: "a loss that is not finite", state: "nothing can be kept: the state folder", busy: "out of time, or the queue is full",
  model: "the model itself failed",
};

const WORDS = { ok: "fine", warn: "attention", bad: "problem" };

// -- Head and figures ----------------------------------------------------------------------------

function inputText({ shape, features }) {
  return features ? `${integer(features)} sparse features` : `${shapeText(shape.slice(1)) || "1"} numbers`;
}

function outputText({ targets, outputs }) {
  if (targets && targets.classes === 2) return "0 or 1";
  if (targets && targets.classes) return many(targets.classes, "class").replace("classs", "classes");
  const shape = shapeText(outputs.shape.slice(1)) || "1";
  return shape === "1" ? "1 number" : shape + " numbers";
}

function showHead(model) {
  say($("name"), model.name);
  const parts = [`${inputText(model.inputs)} → ${outputText(model)}`];
  parts.push(many(model.parameters, "parameter"), bytes(model.bytes));
  if (model.learns) parts.push((model.optimizer || "an optimizer of its own") + (model.exact ? ", one step at a time" : ""));
  else parts.push("does not learn");
  say($("summary"), parts.join(" · "));
}

const newest = (list) => (list.length ? list[list.length - 1] : 0);

function showFigures(model) {
  const { series, latency } = model;
  const learning = model.learns
    ? [["Loss", [number(newest(series.loss) || model.loss)]], ["Steps", [integer(model.steps)]],
      ["Examples learnt", [integer(model.examples)]]]
    : [];
  const figures = [
    ...learning,
    ["Predictions", [integer(model.predictions)]],
    ["Predict rate", [rate(newest(series.predict_rate)), "/ s"]],
    ...(model.learns ? [["Train rate", [rate(newest(series.train_rate)), "/ s"]]] : []),
    ["Predict, p99", moment(latency.predict.p99)],
  ];
  const list = $("figures");
  while (list.children.length > figures.length) list.lastChild.remove();
  figures.forEach(([title, [value, unit]], k) => {
    const part = list.children[k] || list.appendChild(make("div", {}, make("dt"), make("dd", {}, make("span"), make("small"))));
    say(part.children[0], title);
    say(part.children[1].children[0], value);
    say(part.children[1].children[1], unit || "");
  });
}

// -- Curves --------------------------------------------------------------------------------------

const latencyLines = (kind) => [
  { key: kind + "_p50", name: "p50", tone: "one" },
  { key: kind + "_p99", name: "p99", tone: "two" },
];

const CURVES = [
  { title: "Loss", unit: "", text: number, height: 230, lines: [{ key: "loss", tone: "one" }],
    nothing: "It has not learnt yet" },
  { title: "Requests", unit: "per second", text: (value) => rate(value), height: 150, zeros: true,
    lines: [{ key: "predict_rate", name: "predict", tone: "one" }, { key: "train_rate", name: "train", tone: "two" }],
    nothing: "No requests yet" },
  { title: "Length of the gradient", unit: "", text: number, height: 150, lines: [{ key: "gradient", tone: "one" }],
    nothing: "It has not learnt yet" },
  { title: "Latency, predict", decades: true, text: momentText, height: 150, lines: latencyLines("predict"),
    nothing: "No predictions in these minutes" },
  { title: "Latency, train", decades: true, text: momentText, height: 150, lines: latencyLines("train"),
    nothing: "No training in these minutes" },
];

const charts = CURVES.map((spec) => new Chart($("curves"), spec));

function showCurves(model, now) {
  for (const chart of charts) chart.update(model.series, now);
}

// -- Health: [title, state, sentence] ------------------------------------------------------------

function checkpointHealth({ checkpoint, steps, learns }) {
  if (!learns) return ["ok", "The model does not learn, there is nothing to keep."];
  if (!checkpoint) return ["warn", "There is no state folder: what is learnt lives through reloads, not through a restart."];
  if (checkpoint.foreign) return ["bad", "Another server has the state folder; this one predicts, and does not learn."];
  const failures = checkpoint.failures_in_a_row;
  if (failures > 0) return ["bad", `The last ${failures === 1 ? "attempt" : many(failures, "attempt")} failed; the log says why.`];
  if (checkpoint.age === undefined) return ["ok", "The first one is not due yet."];
  const since = Math.max(0, steps - checkpoint.steps);
  const parts = [`Version ${integer(checkpoint.version)} is ${span(checkpoint.age)} old`];
  parts.push(since > 0 ? `, ${many(since, "step")} behind` : ", with all that was learnt");
  const took = checkpoint.seconds > 0 ? ` in ${momentText(checkpoint.seconds)}` : "";
  parts.push(`. ${bytes(checkpoint.bytes)} written${took}; ${many(checkpoint.generations, "generation")} kept.`);
  if (checkpoint.failures > 0) parts.push(` ${many(checkpoint.failures, "attempt")} failed before.`);
  return [checkpoint.failures > 0 ? "warn" : "ok", parts.join("")];
}

const FSYNC = {
  always: "What is acknowledged is on the disk.",
  everysec: "What is acknowledged is on the disk within a second.",
  no: "It goes to the disk when the system likes.",
};

function journalHealth({ journal, learns }) {
  if (!learns) return ["ok", "The model does not learn, there is nothing to record."];
  if (!journal) return ["warn", "There is none: it lies in the state folder."];
  const parts = [FSYNC[journal.fsync], ` ${many(journal.records, "record")}, ${bytes(journal.bytes)}`];
  parts.push(journal.unsynced > 0 ? `; ${integer(journal.unsynced)} not on the disk yet.` : "; none waits for the disk.");
  if (journal.replayed > 0) parts.push(` ${many(journal.replayed, "record")} learnt again at the start.`);
  if (journal.failures > 0) parts.push(` ${many(journal.failures, "write")} failed.`);
  if (journal.damaged > 0) parts.push(` ${many(journal.damaged, "file")} found damaged at the start.`);
  return [journal.failures > 0 || journal.damaged > 0 ? "warn" : "ok", parts.join("")];
}

function guardHealth({ guard, learns, steps }) {
  if (!learns) return ["ok", "The model does not change."];
  const parts = [];
  if (guard.rollbacks > 0) {
    parts.push(`Taken back ${integer(guard.rollbacks)}${guard.rollbacks === 1 ? " time" : " times"}, ${many(guard.rolled_back_steps, "step")} in all. `);
  } else parts.push("Never taken back. ");
  // Seconds since 1970: it has not been looked at.
  if (steps > 0 && guard.good_age < 1e9) parts.push(`Found good ${guard.good_age < 2 ? "a moment" : span(guard.good_age)} ago. `);
  if (guard.window > 0) parts.push(`On ${many(guard.window, "example")} held out the loss is ${number(guard.window_loss)}. `);
  if (guard.max_gradient) parts.push(`Gradients longer than ${number(guard.max_gradient)} are refused. `);
  if (guard.recoveries > 0) parts.push(`${many(guard.recoveries, "step")} of killed workers undone.`);
  return [guard.rollbacks > 0 ? "warn" : "ok", parts.join("").trim()];
}

function workersHealth(model, server) {
  const alive = model.workers.filter((worker) => worker.alive).length;
  const gone = model.workers.length - alive;
  const past = gone > 0 ? ` ${many(gone, "place")} of past workers.` : "";
  if (alive < server.workers) return ["warn", `${integer(alive)} of ${integer(server.workers)} are at work.${past}`];
  return ["ok", `${alive === 1 ? "The only one is" : `All ${integer(alive)} are`} at work.${past}`];
}

function showHealth(model, server) {
  const list = [
    ["Checkpoint", checkpointHealth(model)], ["Journal", journalHealth(model)],
    ["Guard", guardHealth(model)], ["Workers", workersHealth(model, server)],
  ];
  list.forEach(([title, [state, sentence]], k) => {
    const parent = $("health");
    const item =
      parent.children[k] ||
      parent.appendChild(make("li", {}, make("span", { class: "sign", "aria-hidden": "true" }),
        make("span", {}, make("b"), make("span", { class: "state" })), make("p")));
    item.dataset.state = state;
    say(item.children[1].children[0], title);
    say(item.children[1].children[1], WORDS[state]);
    say(item.children[2], sentence);
  });
}

// -- Tables --------------------------------------------------------------------------------------

function showRequests(model) {
  const row = (title, kind) => {
    const { [kind]: counts } = model.requests;
    const { [kind]: latency } = model.latency;
    return [{ text: title, tag: "th" }, rate(newest(model.series[kind + "_rate"])), integer(counts["2xx"]), integer(counts["4xx"]),
      integer(counts["5xx"]), ...["mean", "p50", "p90", "p99"].map((name) => momentText(latency[name]))];
  };
  table("requests", [["", ""], ["per second", "n"], ["answered", "n"], ["4xx", "n"], ["5xx", "n"], ["mean", "n"],
    ["p50", "n"], ["p90", "n"], ["p99", "n"]],
  model.learns ? [row("predict", "predict"), row("train", "train")] : [row("predict", "predict")]);
}

function showRefused(model) {
  const list = Object.entries(model.refused).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  $("refused-none").hidden = list.length > 0;
  const parent = $("refused");
  while (parent.children.length > list.length) parent.lastChild.remove();
  list.forEach(([reason, count], k) => {
    const item = parent.children[k] || parent.appendChild(make("li", {}, make("b"), make("span")));
    say(item.firstChild, integer(count));
    say(item.lastChild, REASONS[reason] || reason);
  });
}

function showWorkers(model, now) {
  const most = Math.max(1, ...model.workers.map((worker) => worker.steps));
  const rows = model.workers.map((worker) => {
    const cells = [
      { text: String(worker.number), tag: "th" }, String(worker.pid), worker.alive ? "at work" : "gone",
      worker.alive ? span(now - worker.since) : "–", { text: integer(worker.steps), share: worker.steps / most },
      integer(worker.examples), worker.steps > 0 ? number(worker.loss) : "–", worker.steps > 0 ? number(worker.gradient) : "–",
      integer(worker.predictions),
    ];
    cells.kind = worker.alive ? "" : "gone";
    return cells;
  });
  table("workers", [["", ""], ["process", "n"], ["", ""], ["for", "n"], ["steps", "n"], ["examples", "n"], ["loss", "n"],
    ["gradient", "n"], ["predictions", "n"]], rows);
}

function showLayers(model) {
  const rows = model.layers.map((layer) => {
    const count = layer.parameters.reduce((sum, parameter) => sum + parameter.count, 0);
    const shapes = layer.parameters.map((each) => `${each.name} ${shapeText(each.shape)}`).join(", ");
    return [{ text: layer.path, kind: "path", tag: "th" }, layer.class, { text: layer.options, kind: "quiet" },
      { text: shapes, kind: "shape" }, count > 0 ? integer(count) : "–"];
  });
  const total = [{ text: "all", tag: "th" }, "", "", "", integer(model.parameters)];
  table("layers", [["path", "path"], ["class", ""], ["options", ""], ["shapes", ""], ["parameters", "n"]], rows, total);
}

// All of it.
function showModel(model, status) {
  showHead(model);
  showFigures(model);
  showCurves(model, status.time);
  showHealth(model, status.server);
  showRequests(model);
  showRefused(model);
  showWorkers(model, status.time);
  showLayers(model);
}
