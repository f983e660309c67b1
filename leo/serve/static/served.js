// Lets the widgets' chat talk to a WebSocket: a model with the traits and messages that chat.js
// knows from a notebook, kept here instead of in a kernel.
import chat from "./chat.js";

const SLOTS = 100; // messages a chat shows, as in chat.js
const RESTORED = 20; // turns of a session that a page shows again
const AGAIN_MS = 1000; // before the next try to connect, and twice as long before each further one
const AGAIN_MOST_MS = 30000;
const IDLE = 1001; // the server's close code when nothing was said for long
const HERE = new URL(".", location.href);
const SESSION = `leo-session ${HERE.pathname}`;
const TOKEN = `leo-token ${HERE.pathname}`;

// ---------------------------------------------------------------- the model

const traits = { span: [], selected: [], busy: false, status: "opening…" };
for (let i = 0; i < SLOTS; i++) traits[`message${i}`] = {};
const listeners = new Map();

function tell(event, ...news) {
  for (const listener of [...(listeners.get(event) ?? [])]) listener(...news);
}

function set(name, value) {
  traits[name] = value;
  tell(`change:${name}`);
}

const model = {
  get: (name) => traits[name],
  on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
  off: (event, listener) =>
    listeners.set(event, (listeners.get(event) ?? []).filter((one) => one !== listener)),
  send: (content) => uses[content.kind]?.(content),
};

// ---------------------------------------------------------------- the transcript

let newest = -1;
let known = 0; // the last turn that is shown

function add(who, text, rest = {}) {
  newest++;
  const message = { id: newest, who, text, state: "done", turn: null, words: [], note: "", ...rest };
  set(`message${newest % SLOTS}`, message);
  set("span", [Math.max(traits.span[0] ?? 0, newest - SLOTS + 1), newest]);
  return newest;
}

function change(id, changes) {
  if (id < traits.span[0]) return;
  const name = `message${id % SLOTS}`;
  set(name, { ...traits[name], ...changes });
}

function words(told) {
  known = Math.max(known, told.turn.id);
  return { text: told.reply, turn: told.turn.id, words: told.words, state: "done" };
}

// A turn of the journal; perhaps it is the answer to what was under way when the line was cut.
function addTurn(told) {
  const asked = { text: told.turn.prompt, turn: told.turn.id, state: "done" };
  const one = lost[0]?.wanted === told.turn.prompt ? lost.shift() : null;
  if (one) change(one.asked, asked);
  else add("you", told.turn.prompt, asked);
  if (one && one.said !== null) change(one.said, words(told));
  else add("leo", told.reply, words(told));
}

// ---------------------------------------------------------------- what is under way

let waiting = []; // { wanted, asked, said, text }: what was said and not yet answered, in order
let lost = []; // of these, the ones that were under way when the line was cut

function busy() {
  const more = waiting.length - 1;
  set("busy", waiting.length > 0);
  set("status", more > 0 ? `speaking, ${more} waiting` : waiting.length ? "speaking" : "ready");
}

function say(text, note = "") {
  if (there === "lost") {
    add("you", text, { state: "failed", note });
    add("error", "There is no connection to the server; nothing was said.");
    return;
  }
  waiting.push({ wanted: text, asked: add("you", text, { state: "queued", note }), said: null, text: "" });
  if (there === "ready") tellServer(waiting.at(-1));
  if (there === "resting") start();
  set("busy", true);
}

function tellServer({ wanted }) {
  line.send(JSON.stringify({ kind: "say", text: wanted }));
  busy();
}

function begun() {
  const one = waiting[0];
  if (one && one.said === null) {
    change(one.asked, { state: "done" });
    one.said = add("leo", "", { state: "speaking" });
  }
  return one;
}

function giveUp(state) {
  const one = waiting.shift();
  if (!one) return null;
  change(one.asked, { state });
  if (one.said !== null) change(one.said, { state, text: one.text });
  return one;
}

const hears = {
  ready() {
    there = "ready";
    tries = 0;
    waiting.forEach(tellServer); // said while there was no line
  },
  word({ text }) {
    const one = begun();
    if (!one) return;
    const delta = { kind: "delta", id: one.said, at: one.text.length, text };
    one.text += text;
    // the row of the message is drawn a moment after it was added
    queueMicrotask(() => tell("msg:custom", delta));
  },
  revised({ reply }) {
    const one = begun();
    if (!one) return;
    one.text = reply;
    change(one.said, { text: reply });
  },
  turn(told) {
    const one = begun();
    if (!one) return;
    waiting.shift();
    change(one.asked, { text: told.turn.prompt, turn: told.turn.id, state: "done" });
    change(one.said, words(told));
    for (const fault of told.turn.faults)
      add("error", `${fault.module}.${fault.hook} failed: ${fault.error}`);
  },
  stopped() {
    giveUp("stopped");
  },
  problem({ status, detail }) {
    giveUp("failed");
    add("error", detail);
    if (status === 401) askForToken();
    if (status === 404) localStorage.removeItem(SESSION);
  },
};

const uses = {
  submit: ({ text, edited }) => say(text, edited ? "edited" : ""),
  again: () => say(mine().at(-1), "again"),
  stop() {
    if (there === "ready") return line.send(JSON.stringify({ kind: "stop" }));
    while (waiting.length) giveUp("stopped");
    busy();
  },
  word: ({ turn, index }) => why(turn, index),
  clear() {
    const first = waiting.length ? waiting[0].asked : newest + 1;
    set("span", [first, newest]);
  },
  async new() {
    localStorage.removeItem(SESSION);
    const before = line;
    line = null;
    before?.close();
    [waiting, lost, known] = [[], [], 0];
    set("span", [newest + 1, newest]);
    add("note", "A newborn Leo. The one before stays in his session.");
    await start();
  },
};

function shown() {
  const [first, last] = traits.span.length ? traits.span : [0, -1];
  const found = [];
  for (let id = first; id <= last; id++) found.push(traits[`message${id % SLOTS}`]);
  return found;
}

const mine = () => shown().filter((one) => one.who === "you").map((one) => one.text);

function why(turn, index) {
  const message = shown().find((one) => one.who === "leo" && one.turn === turn);
  if (!message) return;
  set("selected", [turn, index]);
  const [text, reasons] = message.words[index];
  const name = document.createElement("b");
  name.textContent = text.trim();
  const lines = reasons.split("; ").map((reason) => {
    const p = document.createElement("p");
    p.textContent = reason;
    return p;
  });
  document.querySelector("#why").replaceChildren(name, ...lines);
}

// ---------------------------------------------------------------- the server

let line = null;
let there = "connecting"; // then ready; resting: the line was idle; lost: none, or a token is needed
let tries = 0;
let timer = 0; // of the next try

function askForToken() {
  there = "lost";
  sessionStorage.removeItem(TOKEN);
  document.querySelector("#key").hidden = false;
  set("status", "a token is needed");
}

async function ask(path, method = "GET") {
  const token = sessionStorage.getItem(TOKEN);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(new URL(path, HERE), { method, headers }).catch(() => {
    // the browser's own message for a server that is away says nothing to anybody
    throw Object.assign(new Error("The server does not answer."), { status: 0 });
  });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.detail), told);
  return told;
}

async function session() {
  const kept = localStorage.getItem(SESSION);
  if (kept) {
    try {
      return await ask(`sessions/${kept}`);
    } catch (error) {
      if (error.status !== 404 && error.status !== 422) throw error;
    }
  }
  const made = await ask("sessions", "POST");
  localStorage.setItem(SESSION, made.id);
  known = 0;
  return { ...made, turns: 0 };
}

function connect(id) {
  const url = new URL(`sessions/${id}/live`, HERE);
  url.protocol = url.protocol.replace("http", "ws");
  const mineNow = (line = new WebSocket(url));
  mineNow.addEventListener("open", () => {
    const token = sessionStorage.getItem(TOKEN);
    if (token) mineNow.send(JSON.stringify({ kind: "token", token }));
  });
  mineNow.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    hears[told.kind]?.(told);
    if (told.kind !== "word" && told.kind !== "revised") busy();
  });
  mineNow.addEventListener("close", (event) => {
    if (line !== mineNow) return; // of a Leo who was left
    while (waiting.length) lost.push(giveUp("failed"));
    busy();
    if (!document.querySelector("#key").hidden) return askForToken();
    if (event.code === IDLE) {
      there = "resting";
      set("status", "resting; say something");
    } else again();
  });
}

function again(seconds = 0) {
  there = "lost";
  while (waiting.length) lost.push(giveUp("failed"));
  busy();
  set("status", "not connected; trying again");
  const wait = Math.max(seconds * 1000, Math.min(AGAIN_MS * 2 ** tries++, AGAIN_MOST_MS));
  timer = setTimeout(start, wait);
}

async function start() {
  clearTimeout(timer);
  there = "connecting";
  set("status", "connecting…");
  try {
    const { id, turns } = await session();
    const from = Math.max(known + 1, turns - RESTORED + 1);
    if (turns >= from) {
      const page = await ask(`sessions/${id}/turns?start=${from}&limit=${RESTORED}`);
      page.turns.forEach(addTurn);
    }
    lost = [];
    connect(id);
  } catch (error) {
    if (error.status === undefined) throw error; // no answer of the server: a mistake of this page
    if (error.status === 401) return askForToken();
    if (!tries) add("error", error.message);
    again(error.retry_after);
  }
}

document.querySelector("#key").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = event.target.querySelector("input");
  sessionStorage.setItem(TOKEN, input.value.trim());
  input.value = "";
  event.target.hidden = true;
  tries = 0;
  start();
});

chat.render({ model, el: document.querySelector("#chat") });
start();
