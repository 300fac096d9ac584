// Reads the status again and again: each two seconds, more rarely while the server is away, and not
// while nobody looks.

const PERIOD = 2000; // milliseconds
const PATIENCE = 10000;
const LONGEST = 30000;

let token = ""; // only here
let timer = null;
let failures = 0;
let newestStatus = null;
let chosen = location.hash.slice(1);

const headers = () => (token ? { Authorization: "Bearer " + token } : {});

class Refusal extends Error {}

async function send(route, body) {
  const answer = await fetch("../v1/models/" + route, {
    method: "POST", headers: { "Content-Type": "application/json", ...headers() }, body: JSON.stringify(body),
  }).catch(() => {
    throw new Error("The server does not answer.");
  });
  const reply = await answer.json().catch(() => ({}));
  if (answer.status === 401) askForToken("The server wants a token for this.");
  if (!answer.ok) throw new Error(reply.error || "The server answers " + answer.status + ".");
  return reply;
}

const attempt = new Attempt(send);

// -- Head ----------------------------------------------------------------------------------------

function connection(state, text) {
  $("connection").dataset.state = state;
  say($("connection-text"), text);
}

function notice(text) {
  $("notice").hidden = !text;
  document.body.classList.toggle("away", Boolean(text));
  say($("notice-text"), text);
}

function askForToken(text) {
  $("token-form").hidden = false;
  say($("token-hint"), text + " The token stays in the memory of this page.");
  $("token").focus();
}

const LEARNING = { open: "anybody may teach", token: "teaching wants a token", closed: "teaching is closed" };

function showServer(server) {
  const parts = [many(server.workers, "worker"), LEARNING[server.learning], "dgraph " + server.dgraph];
  say($("server"), [...parts, "nginx " + server.nginx].join(" · "));
}

// -- Models --------------------------------------------------------------------------------------

function choose(name, focus) {
  chosen = name;
  history.replaceState(null, "", "#" + name);
  show();
  if (focus) $("tabs").querySelector('[aria-selected="true"]').focus();
}

function showTabs(models, model) {
  const build = () => {
    const tab = make("button", { type: "button", role: "tab", "aria-controls": "main" });
    tab.addEventListener("click", () => choose(tab.textContent));
    return tab;
  };
  $("tabs").hidden = models.length < 2;
  repeat($("tabs"), models, build, (tab, { name }) => {
    say(tab, name);
    tab.setAttribute("aria-selected", String(name === model.name));
    tab.tabIndex = name === model.name ? 0 : -1;
  });
}

$("tabs").addEventListener("keydown", (event) => {
  const names = [...$("tabs").children].map((tab) => tab.textContent);
  const at = names.indexOf(chosen);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: names.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  choose(names[(to + names.length) % names.length], true);
});

function show() {
  const { models, server } = newestStatus;
  showServer(server);
  const model = models.find((each) => each.name === chosen) || models[0];
  $("main").hidden = !model;
  if (!model) return;
  chosen = model.name;
  document.title = model.name + " · dgraph";
  showTabs(models, model);
  attempt.show(model, server.learning !== "closed");
  showModel(model, newestStatus);
}

addEventListener("hashchange", () => {
  const name = location.hash.slice(1);
  if (newestStatus && newestStatus.models.some((model) => model.name === name)) choose(name);
});

// -- The clock -----------------------------------------------------------------------------------

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(poll, milliseconds);
}

async function read() {
  const options = { headers: headers(), cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
  const answer = await fetch("status", options);
  if (answer.status === 401 || answer.status === 403) throw new Refusal();
  if (!answer.ok) throw new Error("status " + answer.status);
  return answer.json();
}

function away() {
  failures++;
  connection("bad", "away");
  const since = newestStatus ? ` since ${clockText(newestStatus.time)}` : "";
  notice(`No answer from the server${since}. This page keeps trying.`);
  later(Math.min(LONGEST, 1000 * 2 ** (failures - 1)));
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  let status;
  try {
    status = await read();
  } catch (error) {
    if (!(error instanceof Refusal)) return away();
    connection("wait", "waits for the token");
    notice("");
    return askForToken(token ? "That was not it." : "This service is private.");
  }
  failures = 0;
  newestStatus = status;
  connection("ok", "live");
  notice("");
  later(PERIOD);
  show();
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) poll();
});

$("retry").addEventListener("click", poll);

$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  $("token").value = "";
  $("token-form").hidden = true;
  poll();
});

poll();
