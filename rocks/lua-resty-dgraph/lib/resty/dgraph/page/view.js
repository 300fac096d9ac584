// What the page says about one model.

const REASONS = {
  token: "without the bearer token", closed: "learning is closed", size: "too long, or too many instances",
  syntax: "no JSON", shape: "another shape", not_finite: "numbers that are not finite",
  label: "a label or feature that there is not", gradient: "a gradient that is too long or not finite",
  loss: "a loss that is not finite", state: "nothing can be kept: the state folder",
  busy: "out of time, or the queue is full", model: "the model itself failed",
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
  parts.push(model.learns ? model.optimizer || "an optimizer of its own" : "does not learn");
  if (model.exact) parts.push("one step at a time");
  say($("summary"), parts.join(" · "));
}

const newest = (list) => (list.length ? list[list.length - 1] : 0);

function showFigures(model) {
  const { series, latency } = model;
  const learning = model.learns
    ? [["Loss", [number(newest(series.loss) || model.loss)]], ["Steps", [short(model.steps, 1e8)]],
      ["Examples learnt", [short(model.examples, 1e8)]]]
    : [];
  const figures = [
    ...learning,
    ["Predictions", [short(model.predictions, 1e8)]],
    ["Predict rate", [rate(newest(series.predict_rate)), "/ s"]],
    ...(model.learns ? [["Train rate", [rate(newest(series.train_rate)), "/ s"]]] : []),
    ["Predict, p99", moment(latency.predict.p99)],
  ];
  const build = () => make("div", {}, make("dt"), make("dd", {}, make("span"), make("small")));
  repeat($("figures"), figures, build, (part, [title, [value, unit]]) => {
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
  if (!checkpoint) return ["warn", "There is no state folder: what is learnt outlives reloads, but no restart."];
  if (checkpoint.foreign) return ["bad", "Another server has the state folder; this one predicts, and does not learn."];
  const failures = checkpoint.failures_in_a_row;
  const failed = failures > 0 ? `${many(failures, "attempt")} failed one after the other; the log says why. ` : "";
  if (checkpoint.age === undefined) return [failed ? "bad" : "ok", failed || "The first one is not due yet."];
  const since = Math.max(0, steps - checkpoint.steps);
  const parts = [`${failed}Version ${integer(checkpoint.version)} is ${span(checkpoint.age)} old`];
  parts.push(since > 0 ? `, ${many(since, "step")} behind` : ", with all that was learnt");
  const took = checkpoint.seconds > 0 ? ` in ${momentText(checkpoint.seconds)}` : "";
  parts.push(`. ${bytes(checkpoint.bytes)} written${took}; ${many(checkpoint.generations, "generation")} kept.`);
  if (failed) return ["bad", parts.join("")];
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
  if (!journal) return ["warn", "There is none without a state folder."];
  const parts = [FSYNC[journal.fsync], ` ${many(journal.records, "record")}, ${bytes(journal.bytes)}`];
  const waiting = journal.unsynced > 0 ? integer(journal.unsynced) : "none";
  parts.push(`; not on the disk yet: ${waiting}.`);
  if (journal.replayed > 0) parts.push(` ${many(journal.replayed, "step")} learnt again at the start.`);
  if (journal.failures > 0) parts.push(` ${many(journal.failures, "write")} failed.`);
  if (journal.damaged > 0) parts.push(` ${many(journal.damaged, "file")} found damaged at the start.`);
  return [journal.failures > 0 || journal.damaged > 0 ? "warn" : "ok", parts.join("")];
}

function guardHealth({ guard, learns, steps }) {
  if (!learns) return ["ok", "The model does not change."];
  const parts = [];
  const [times, undone] = [many(guard.rollbacks, "time"), many(guard.rolled_back_steps, "step")];
  parts.push(guard.rollbacks > 0 ? `Taken back ${times}, ${undone} in all. ` : "Never taken back. ");
  const good = guard.good_age < 2 ? "a moment" : span(guard.good_age);
  if (steps > 0 && guard.good_age < 1e9) parts.push(`Found good ${good} ago. `); // else since 1970: not looked at
  const held = many(guard.window, "example");
  if (guard.window > 0) parts.push(`On ${held} held out the loss is ${number(guard.window_loss)}. `);
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
  const build = () =>
    make("li", {}, make("span", { class: "sign", "aria-hidden": "true" }),
      make("span", {}, make("b"), make("span", { class: "state" })), make("p"));
  repeat($("health"), list, build, (item, [title, [state, sentence]]) => {
    item.dataset.state = state;
    say(item.children[1].children[0], title);
    say(item.children[1].children[1], WORDS[state]);
    say(item.children[2], sentence);
  });
}

// -- Tables --------------------------------------------------------------------------------------

function showRequests(model) {
  const row = (kind) => {
    const [counts, latency] = [model.requests[kind], model.latency[kind]];
    return [{ text: kind, tag: "th" }, rate(newest(model.series[kind + "_rate"])),
      ...["2xx", "4xx", "5xx"].map((name) => integer(counts[name])),
      ...["mean", "p50", "p90", "p99"].map((name) => momentText(latency[name]))];
  };
  table("requests", [["", ""], ["per second", "n"], ["answered", "n"], ["4xx", "n"], ["5xx", "n"], ["mean", "n"],
    ["p50", "n"], ["p90", "n"], ["p99", "n"]],
  model.learns ? [row("predict"), row("train")] : [row("predict")]);
}

function showRefused(model) {
  const list = Object.entries(model.refused).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  $("refused-none").hidden = list.length > 0;
  repeat($("refused"), list, () => make("li", {}, make("b"), " ", make("span")), (item, [reason, count]) => {
    say(item.firstChild, integer(count));
    say(item.lastChild, REASONS[reason] || reason);
  });
}

function showWorkers(model, now) {
  const most = Math.max(1, ...model.workers.map((worker) => worker.steps));
  const rows = model.workers.map((worker) => {
    const learnt = (value) => (worker.steps > 0 ? number(value) : "–");
    const cells = [
      { text: String(worker.number), tag: "th" }, String(worker.pid), worker.alive ? "at work" : "gone",
      worker.alive ? span(now - worker.since) : "–", { text: integer(worker.steps), share: worker.steps / most },
      integer(worker.examples), learnt(worker.loss), learnt(worker.gradient), integer(worker.predictions),
    ];
    cells.kind = worker.alive ? "" : "gone";
    return cells;
  });
  table("workers", [["", ""], ["process", "n"], ["", "word"], ["for", "n"], ["steps", "n"],
    ["examples", "n"], ["loss", "n"], ["gradient", "n"], ["predictions", "n"]], rows);
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
