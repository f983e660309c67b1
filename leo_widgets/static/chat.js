// The chat's view. The message traits are the truth; "delta" messages only make words
// appear sooner. Everything people or Leo wrote goes in as textContent, never as markup.

const NEAR_BOTTOM_PX = 24;
const SLOTS = 100; // messages a chat shows, as in log.py
const SURE_MS = 4000; // how long "New Leo" waits for a second press
const TOLD_MS = 3000; // how long "copied" is said

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
  const latest = button("↓ latest", "leo-latest");
  latest.hidden = true;
  const place = document.createElement("div");
  place.className = "leo-place";
  place.append(log, latest);
  const tools = document.createElement("div");
  tools.className = "leo-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Conversation");
  const tool = Object.fromEntries(
    Object.entries(TOOLS).map(([name, [label, title]]) => {
      const b = button(label, "leo-tool");
      b.title = title;
      tools.append(b);
      return [name, b];
    }),
  );
  el.append(place, form, tools, status);
  return { log, latest, form, input, send, stop, status, tool };
}

const TOOLS = {
  again: ["Say again", "Say your last message once more: a new turn"],
  edit: ["Edit last", "Change your last message and say it: a new turn"],
  copy: ["Copy", "Copy the conversation as text"],
  clear: ["Clear", "Take the messages away from here; Leo forgets nothing"],
  fresh: ["New Leo", "Talk with a newborn Leo in a new file; this one stays in his"],
};

const STATES = {
  queued: "waiting",
  stopped: "stopped, not kept",
  failed: "failed, not kept",
};
const NAMES = { you: "you", leo: "Leo", error: "fault", note: "note" }; // as in transcript.py
const CLASSES = { you: "you", leo: "leo", error: "error", note: "aside" };

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
  let recall = 0; // steps back into what was said; 0 is what is being written
  let editing = false;

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
    entry.row.className = `leo-msg leo-${CLASSES[message.who]} leo-is-${message.state}`;
    if (message.who === "error") entry.row.setAttribute("role", "alert");
    entry.who.textContent = NAMES[message.who];
    entry.note.textContent = [message.note, STATES[message.state]].filter(Boolean).join(", ");
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
    const mine = said().length > 0;
    ui.tool.again.disabled = ui.tool.edit.disabled = !mine;
    ui.tool.copy.disabled = ui.tool.clear.disabled = !messages.length;
    if (stick) toBottom();
    ui.latest.hidden = atBottom();
  }

  const said = () => last.filter((m) => m.who === "you").map((m) => m.text);

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
    tell();
  }

  let told = "";
  function tell(text = told) {
    told = text;
    const doing = editing ? "editing: it will be said as a new turn; Escape leaves it" : told;
    ui.status.textContent = doing || model.get("status");
  }
  function tellBriefly(text) {
    tell(text);
    setTimeout(() => told === text && tell(""), TOLD_MS);
  }

  function heard(content) {
    if (content.kind !== "delta") return;
    const entry = rows.get(content.id);
    // A view that came late skips a piece; the trait repairs it at the end of the reply.
    if (!entry || entry.body.textContent.length !== content.at) return;
    const stick = atBottom();
    entry.body.append(content.text);
    if (stick) toBottom();
    ui.latest.hidden = atBottom();
  }

  function submit() {
    const text = ui.input.value;
    if (!text.trim()) return;
    model.send({ kind: "submit", text, edited: editing });
    write("");
    toBottom();
  }

  function write(text) {
    ui.input.value = text;
    recall = 0;
    edit(false);
  }

  function edit(on) {
    editing = on;
    el.classList.toggle("leo-editing", on);
    ui.send.textContent = on ? "Say it" : "Send";
    tell();
  }

  function remember(step) {
    const [next, all] = [recall + step, said()];
    if (next < 0 || next > all.length) return false;
    ui.input.value = next ? all[all.length - next] : "";
    recall = next;
    return true;
  }

  // Without a secure context there is no clipboard API; a selected text can be copied all the same.
  async function copy() {
    const aside = (m) => [m.note, STATES[m.state]].filter(Boolean).join(", ");
    const line = (m) => `${NAMES[m.who]}${aside(m) && ` (${aside(m)})`}: ${m.text}`;
    const text = last.filter((m) => m.text).map(line).join("\n\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      el.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      if (!done) return tellBriefly("the browser does not allow copying");
    }
    tellBriefly("copied");
  }

  let sure = 0;
  function fresh() {
    const b = ui.tool.fresh;
    clearTimeout(sure);
    if (sure) model.send({ kind: "new" });
    b.textContent = sure ? TOOLS.fresh[0] : "Sure?";
    sure = sure
      ? 0
      : setTimeout(() => {
          sure = 0;
          b.textContent = TOOLS.fresh[0];
        }, SURE_MS);
  }

  const uses = {
    again: () => model.send({ kind: "again" }),
    edit: () => {
      write(said().at(-1) ?? "");
      edit(true);
      ui.input.focus();
    },
    copy,
    clear: () => model.send({ kind: "clear" }),
    fresh,
  };
  for (const [name, use] of Object.entries(uses)) ui.tool[name].addEventListener("click", use);
  ui.latest.addEventListener("click", () => {
    toBottom();
    ui.input.focus();
  });
  ui.log.addEventListener("scroll", () => atBottom() && (ui.latest.hidden = true));

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
    if (e.key === "Escape" && editing) write("");
    const untouched = ui.input.value === (recall ? said().at(-recall) : "");
    if (e.key === "ArrowUp" && untouched && remember(1)) e.preventDefault();
    if (e.key === "ArrowDown" && untouched && remember(-1)) e.preventDefault();
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
