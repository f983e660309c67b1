// The chat's view. The message traits are the truth; "delta" messages only make words
// appear sooner. Everything people or Leo wrote goes in as textContent, never as markup.

const NEAR_BOTTOM_PX = 24;
const SLOTS = 100; // messages a chat shows, as in chat.py

function button(text, className, type = "button") {
  const b = document.createElement("button");
  b.type = type;
  b.className = className;
  b.textContent = text;
  return b;
}

function build(el) {
  el.classList.add("leo-chat");
  const log = document.createElement("div");
  log.className = "leo-log";
  log.tabIndex = 0;
  log.setAttribute("role", "log");
  log.setAttribute("aria-live", "polite");
  log.setAttribute("aria-label", "Conversation with Leo");
  const form = document.createElement("form");
  form.className = "leo-form";
  const input = document.createElement("textarea");
  input.rows = 2;
  input.placeholder = "Say something to Leo";
  input.setAttribute("aria-label", "Message");
  const send = button("Send", "leo-send", "submit");
  const stop = button("Stop", "leo-stop");
  stop.hidden = true;
  const buttons = document.createElement("div");
  buttons.className = "leo-buttons";
  buttons.append(send, stop);
  form.append(input, buttons);
  const status = document.createElement("div");
  status.className = "leo-status";
  status.setAttribute("role", "status");
  el.append(log, form, status);
  return { log, form, input, stop, status };
}

const STATES = {
  queued: "waiting",
  stopped: "stopped; not kept",
  failed: "failed; not kept",
};
const NAMES = { you: "you", leo: "Leo", error: "error" };

function wordSpans(message, selected, choose) {
  const out = document.createDocumentFragment();
  message.words.forEach(([text, why], index) => {
    const bare = text.trimStart();
    if (bare.length < text.length) out.append(text.slice(0, text.length - bare.length));
    const span = document.createElement("span");
    span.className = "leo-word";
    span.textContent = bare;
    span.title = why;
    if (message.turn !== null) {
      span.tabIndex = 0;
      span.setAttribute("role", "button");
      span.dataset.turn = message.turn;
      span.dataset.index = index;
      const isSelected = selected[0] === message.turn && selected[1] === index;
      span.classList.toggle("leo-selected", isSelected);
      span.setAttribute("aria-pressed", String(isSelected));
      span.addEventListener("click", () => choose(message.turn, index));
      span.addEventListener("keydown", (e) => {
        if (e.key === "Enter" || e.key === " ") {
          e.preventDefault();
          choose(message.turn, index);
        }
      });
    }
    out.append(span);
  });
  return out;
}

function render({ model, el }) {
  const ui = build(el);
  const rows = new Map(); // id -> { row, body, shown }
  const said = [];
  let recall = 0;

  const choose = (turn, index) => model.send({ kind: "word", turn, index });
  const atBottom = () =>
    ui.log.scrollHeight - ui.log.scrollTop - ui.log.clientHeight < NEAR_BOTTOM_PX;
  const toBottom = () => (ui.log.scrollTop = ui.log.scrollHeight);

  function rowOf(message) {
    let entry = rows.get(message.id);
    if (!entry) {
      const row = document.createElement("div");
      const who = document.createElement("span");
      who.className = "leo-who";
      const body = document.createElement("span");
      body.className = "leo-body";
      const note = document.createElement("span");
      note.className = "leo-note";
      row.append(who, body, note);
      ui.log.append(row);
      entry = { row, who, body, note, shown: null };
      rows.set(message.id, entry);
    }
    return entry;
  }

  function draw(message, selected) {
    const entry = rowOf(message);
    if (entry.shown === message) return;
    entry.row.className = `leo-msg leo-${message.who} leo-is-${message.state}`;
    if (message.who === "error") entry.row.setAttribute("role", "alert");
    entry.who.textContent = NAMES[message.who];
    entry.note.textContent = STATES[message.state] || "";
    if (message.words.length) entry.body.replaceChildren(wordSpans(message, selected, choose));
    else if (message.state !== "speaking" || message.text.length > entry.body.textContent.length)
      entry.body.textContent = message.text;
    entry.shown = message;
  }

  function transcript() {
    const [first, end] = model.get("span").length ? model.get("span") : [0, -1];
    const messages = [];
    for (let id = first; id <= end; id++) messages.push(model.get(`message${id % SLOTS}`));
    return messages;
  }

  // One update changes several traits: they are drawn together, when all have arrived.
  let waiting = false;
  function changed() {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      sync();
    });
  }

  let last = [];
  function sync() {
    const stick = atBottom();
    const messages = transcript();
    const selected = model.get("selected");
    const before = new Map(last.map((m) => [m.id, JSON.stringify(m)]));
    for (const message of messages) {
      const known = rows.get(message.id);
      if (known && before.get(message.id) === JSON.stringify(message)) known.shown = message;
      draw(message, selected);
    }
    for (const [id, entry] of rows)
      if (!messages.some((m) => m.id === id)) {
        entry.row.remove();
        rows.delete(id);
      }
    last = messages;
    if (stick) toBottom();
  }

  function highlight() {
    const [turn, index] = model.get("selected");
    for (const span of ui.log.querySelectorAll(".leo-word")) {
      const on = Number(span.dataset.turn) === turn && Number(span.dataset.index) === index;
      span.classList.toggle("leo-selected", on);
      span.setAttribute("aria-pressed", String(on));
    }
  }

  function busy() {
    const on = model.get("busy");
    ui.stop.hidden = !on;
    ui.log.setAttribute("aria-busy", String(on));
    el.classList.toggle("leo-busy", on);
    ui.status.textContent = model.get("status");
  }

  function heard(content) {
    if (content.kind !== "delta") return;
    const entry = rows.get(content.id);
    // A view that came late skips a piece; the trait repairs it at the end of the reply.
    if (!entry || entry.body.textContent.length !== content.at) return;
    const stick = atBottom();
    entry.body.append(content.text);
    if (stick) toBottom();
  }

  function submit() {
    const text = ui.input.value;
    if (!text.trim()) return;
    model.send({ kind: "submit", text });
    said.push(text);
    recall = said.length;
    ui.input.value = "";
    toBottom();
  }

  function remember(step) {
    const next = recall + step;
    if (next < 0 || next > said.length) return false;
    recall = next;
    ui.input.value = said[recall] ?? "";
    return true;
  }

  ui.form.addEventListener("submit", (e) => {
    e.preventDefault();
    submit();
  });
  ui.stop.addEventListener("click", () => model.send({ kind: "stop" }));
  // Keys typed here are not JupyterLab's shortcuts.
  el.addEventListener("keydown", (e) => e.stopPropagation());
  ui.input.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      submit();
    }
    const untouched = ui.input.value === "" || ui.input.value === said[recall];
    if (e.key === "ArrowUp" && untouched && remember(-1)) e.preventDefault();
    if (e.key === "ArrowDown" && untouched && remember(1)) e.preventDefault();
  });

  const listeners = {
    "change:span": changed,
    ...Object.fromEntries(Array.from({ length: SLOTS }, (_, i) => [`change:message${i}`, changed])),
    "change:selected": highlight,
    "change:busy": busy,
    "change:status": busy,
    "msg:custom": heard,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  sync();
  busy();
  toBottom();
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
