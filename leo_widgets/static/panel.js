// Draws the figures in a panel's slots with plotly, whose program all panels of a page share.

const programs = (globalThis.leoPrograms ??= new Map()); // model of the program -> its module

async function load(model) {
  const holder = await model.widget_manager.get_model(model.get("program"));
  const code = new Blob([holder.get("source")], { type: "text/javascript" });
  const url = URL.createObjectURL(code);
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function plotly(model) {
  const id = model.get("program");
  if (!programs.has(id)) {
    const loading = load(model);
    programs.set(id, loading);
    loading.catch(() => programs.delete(id)); // the next drawing tries again
  }
  return programs.get(id);
}

function cssVariable(el, name, fallback) {
  return getComputedStyle(el).getPropertyValue(name).trim() || fallback;
}

function themed(el, layout) {
  const text = cssVariable(el, "--jp-ui-font-color1", "#222");
  const ground = cssVariable(el, "--jp-layout-color1", "#fff");
  const grid = cssVariable(el, "--jp-border-color2", "#ddd");
  const out = { ...layout, autosize: true, width: undefined };
  out.paper_bgcolor = ground;
  out.plot_bgcolor = ground;
  out.font = { family: "system-ui, sans-serif", size: 12, ...(layout.font || {}), color: text };
  for (const name of Object.keys(layout)) {
    if (/^[xy]axis\d*$/.test(name))
      out[name] = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, ...layout[name] };
  }
  if (layout.polar)
    out.polar = {
      ...layout.polar,
      bgcolor: ground,
      radialaxis: { gridcolor: grid, linecolor: grid, ...(layout.polar.radialaxis || {}) },
      angularaxis: { gridcolor: grid, linecolor: grid, ...(layout.polar.angularaxis || {}) },
    };
  out.hoverlabel = { align: "left", ...(layout.hoverlabel || {}) };
  return out;
}

const SLOTS = 16; // as in panel.py

// Long lists of numbers travel as bytes (numbers.py): here they become what they were.
const KINDS = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };

function numbers({ dtype, bdata }) {
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  const list = Array.from(new KINDS[dtype](bytes.buffer));
  if (dtype[0] !== "f") return list;
  return list.map((one) => (Number.isNaN(one) ? null : dtype === "f4" ? Number(one.toPrecision(7)) : one));
}

function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.bdata === "string" && value.dtype in KINDS) return numbers(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unpacked(one)]));
}

const known = new WeakMap(); // a slot's value -> the figure in it

function figureIn(slot) {
  if (!known.has(slot)) known.set(slot, unpacked(slot));
  return known.get(slot);
}

// What a figure shows, for who cannot see it: made beside it in Python.
function alternative(figure) {
  return figure.layout?.meta?.told || (figure.layout?.title?.text || "").replace(/<[^>]*>/g, " ");
}

const LETTER = 7.4; // pixels of a title's letter, on average
const LINE = 18; // pixels of a line of a title

// Breaks a title that is wider than its figure, which plotly would let run out of sight, and
// makes room for a legend that takes more rows on a narrow screen.
function wrapped(data, layout, width) {
  const text = layout?.title?.text || "";
  const most = Math.max(20, Math.floor((width - 30) / LETTER));
  let added = 0;
  const lines = text.split("<br>").map((line) => {
    const small = line.startsWith("<sup>");
    const fits = small ? Math.floor(most * 1.35) : most;
    const words = line.replace(/<\/?sup>/g, "").split(" ");
    const rows = [""];
    for (const word of words) {
      const row = rows[rows.length - 1];
      if (row && row.length + word.length + 1 > fits) rows.push(word);
      else rows[rows.length - 1] = row ? `${row} ${word}` : word;
    }
    added += rows.length - 1;
    return rows.map((row) => (small ? `<sup>${row}</sup>` : row)).join("<br>");
  });
  const top = (layout.margin?.t ?? 60) + LINE * added;
  const rows = legendRows(data, layout, width);
  const needed = rows ? 34 + LINE * (text.split("<br>").length + added) + 21 * rows : 0;
  const more = Math.max(0, needed - top);
  if (!added && !more) return layout;
  const margin = { ...layout.margin, t: top + more };
  const pad = { ...layout.title.pad, t: added ? 22 + 4 * added : (layout.title.pad?.t ?? 12) };
  return { ...layout, margin, height: (layout.height ?? 260) + LINE * added + more, title: { ...layout.title, text: lines.join("<br>"), pad } };
}

const look = (layout) => `${layout.title?.text} ${layout.margin?.t}`;

// How many rows a legend between title and plot takes; plotly sets its entries in columns.
function legendRows(data, layout, width) {
  if (layout.showlegend === false || layout.legend?.yanchor !== "bottom") return 0;
  const names = data.filter((trace) => trace.name && trace.showlegend !== false).map((trace) => trace.name);
  if (names.length < 2) return 0;
  const widest = 42 + 6.4 * Math.max(...names.map((name) => name.length));
  const room = width - (layout.margin?.l ?? 60) - (layout.margin?.r ?? 16);
  return Math.ceil(names.length / Math.max(1, Math.floor(room / widest)));
}

const CONFIG = { responsive: false, displaylogo: false, typesetMath: false, displayModeBar: "hover", modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };

function render({ model, el }) {
  el.classList.add("leo-plots");
  const failed = document.createElement("div");
  failed.className = "leo-plot-error";
  failed.setAttribute("role", "alert");
  el.append(failed);
  const plots = new Map(); // name -> { div, drawn }
  let Plotly = null; // loaded when there is something to draw

  const sizes = new ResizeObserver((entries) => {
    for (const entry of entries)
      if (entry.contentRect.width > 0 && entry.target.classList.contains("js-plotly-plot")) {
        const name = entry.target.dataset.figure;
        const figure = now()[name];
        const fits = figure && wrapped(figure.data, figure.layout, entry.contentRect.width);
        if (figure && look(fits) !== plots.get(name)?.look) draw(name, figure, true);
        else Plotly.Plots.resize(entry.target);
      }
  });

  function place(name, figure) {
    const div = document.createElement("div");
    div.className = "leo-plot";
    div.dataset.figure = name;
    el.insertBefore(div, failed);
    sizes.observe(div);
    return { div, drawn: null };
  }

  function listen(name, div) {
    div.on("plotly_click", (event) => {
      const p = event.points[0];
      const custom = p.customdata ?? null;
      model.set("selected", { figure: name, x: p.x ?? null, y: p.y ?? null, curve: p.curveNumber, point: p.pointNumber, custom, at: Date.now() });
      model.save_changes();
    });
  }

  async function draw(name, figure, force) {
    let plot = plots.get(name);
    if (!plot) plots.set(name, (plot = place(name, figure)));
    plot.div.classList.toggle("leo-wide", !!figure.layout?.meta?.wide);
    const text = JSON.stringify(figure);
    if (plot.drawn === text && !force) return;
    const first = plot.drawn === null;
    plot.drawn = text;
    const layout = wrapped(figure.data, figure.layout, plot.div.clientWidth || el.clientWidth);
    plot.look = look(layout);
    await Plotly.react(plot.div, figure.data, themed(el, layout), CONFIG);
    plot.div.setAttribute("role", "group");
    plot.div.setAttribute("aria-label", alternative(figure));
    plot.div.querySelector("svg.main-svg")?.setAttribute("aria-hidden", "true");
    if (first) listen(name, plot.div);
  }

  function now() {
    const figures = {};
    for (const [name, slot] of model.get("shown") || []) figures[name] = figureIn(model.get(`slot${slot}`));
    return figures;
  }

  async function sync(force) {
    if (!Object.keys(now()).length && !plots.size) return;
    try {
      Plotly ??= await plotly(model);
    } catch (error) {
      failed.textContent = `plotly could not be loaded: ${error.message}`;
      throw error;
    }
    const figures = now(); // as they are now that plotly is here
    el.classList.toggle("leo-single", Object.keys(figures).length === 1);
    for (const [name, plot] of plots)
      if (!(name in figures)) {
        sizes.unobserve(plot.div);
        Plotly.purge(plot.div);
        plot.div.remove();
        plots.delete(name);
      }
    for (const [name, figure] of Object.entries(figures)) {
      try {
        await draw(name, figure, force);
      } catch (error) {
        failed.textContent = `${name}: ${error.message}`;
        throw error;
      }
    }
  }

  // One update changes several traits: they are drawn together, when all have arrived.
  let waiting = false;
  const changed = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      sync(false);
    });
  };
  const watched = ["shown", ...Array.from({ length: SLOTS }, (_, i) => `slot${i}`)];
  const told = () => (failed.textContent = model.get("error"));
  for (const name of watched) model.on(`change:${name}`, changed);
  model.on("change:error", told);
  const theme = new MutationObserver(() => sync(true));
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  told();
  sync(false);
  return () => {
    for (const name of watched) model.off(`change:${name}`, changed);
    model.off("change:error", told);
    theme.disconnect();
    sizes.disconnect();
    for (const { div } of plots.values()) Plotly?.purge(div);
  };
}

export default { render };
