// Shows one turn at a time; Plotly, the transcript and the figures stand in front of this file.
"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const items = all("#transcript li[data-number]");
  const boxes = all(".figure");
  const slider = one("#slider");
  const transcript = one("#transcript");
  const near = new Set(); // boxes that are on the screen, or almost
  const read = new Map(); // blocks of figures that were parsed
  const bar = innerWidth > 760 ? "hover" : false; // on a narrow screen it would hide the title
  const CONFIG = { responsive: true, displaylogo: false, typesetMath: false, displayModeBar: bar, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };
  let place = items.length - 1;

  // ---------------------------------------------------------- figures

  function figures(of) {
    if (!read.has(of)) {
      const block = one(`script[data-figures="${of}"]`);
      read.set(of, block ? JSON.parse(block.textContent) : {});
    }
    return read.get(of);
  }

  const figureOf = (box) => figures(box.dataset.of === "life" ? "life" : String(place))[box.dataset.figure];
  const number = () => Number(items[place]?.dataset.number);

  function themed(layout, name) {
    const css = getComputedStyle(document.body);
    const [text, line] = ["--text", "--line"].map((name) => css.getPropertyValue(name).trim());
    const grid = { gridcolor: line, zerolinecolor: line, linecolor: line };
    const out = { ...layout, autosize: true, font: { family: "system-ui, sans-serif", size: 12, ...layout.font, color: text } };
    for (const axis of Object.keys(layout))
      if (/^[xy]axis\d*$/.test(axis)) out[axis] = { ...grid, ...layout[axis] };
    if (layout.polar) {
      const { radialaxis, angularaxis } = layout.polar;
      out.polar = { ...layout.polar, bgcolor: "rgba(0,0,0,0)", radialaxis: { ...grid, ...radialaxis }, angularaxis: { ...grid, ...angularaxis } };
    }
    if (name === "timeline")
      out.shapes = items.length ? [{ type: "line", yref: "paper", x0: number(), x1: number(), y0: 0, y1: 1, line: { color: "#D55E00", width: 2 } }] : [];
    return out;
  }

  async function draw(box) {
    const figure = figureOf(box);
    if (!figure) return;
    const copy = structuredClone(figure); // Plotly writes into what it is given
    const first = !box.classList.contains("js-plotly-plot");
    try {
      await Plotly.react(box, copy.data, themed(copy.layout, box.dataset.figure), CONFIG);
    } catch (error) {
      one("#failed").textContent = `${box.dataset.figure}: ${error.message}`;
      throw error;
    }
    if (first) box.on("plotly_click", (event) => clicked(box, event.points[0]));
  }

  function clicked(box, point) {
    if (box.dataset.figure === "timeline") {
      const found = items.findIndex((item) => Number(item.dataset.number) === point.x);
      if (found >= 0) show(found);
    }
    if (box.dataset.figure === "words" && Array.isArray(point.customdata)) {
      const told = point.customdata[2].replace(/<br>/g, ". ");
      const words = new DOMParser().parseFromString(told, "text/html").body.textContent;
      box.closest("section").querySelector(".why").textContent = words;
    }
  }

  // A figure takes its place at once, and is drawn when it comes near the screen.
  function prepare(box) {
    const figure = figureOf(box);
    box.hidden = !figure;
    if (!figure) return;
    box.setAttribute("aria-label", figure.label);
    box.style.minHeight = `${figure.layout.height || 260}px`;
    box.classList.toggle("wide", Boolean(figure.layout.meta?.wide));
    if (near.has(box)) draw(box);
    else box.classList.add("stale");
  }

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) near.add(target);
        else near.delete(target);
        if (isIntersecting && target.classList.replace("stale", "fresh")) draw(target);
      }
    },
    { rootMargin: "200px" },
  );

  // ---------------------------------------------------------- one turn

  function show(next) {
    place = next;
    const item = items[place];
    const drawn = Object.keys(figures(String(place))).length > 0;
    one("#older").hidden = drawn || !item;
    for (const why of all(".why")) why.textContent = "";
    for (const box of boxes)
      if (box.dataset.of === "turn" || box.dataset.figure === "timeline" || box.hidden) prepare(box);
    if (!item) return;
    const name = item.querySelector("a").textContent;
    slider.value = place + 1;
    slider.setAttribute("aria-valuetext", name);
    one("#shown").textContent = name;
    for (const other of items) other.classList.toggle("shown", other === item);
    for (const link of all("#transcript a[aria-current]")) link.removeAttribute("aria-current");
    item.querySelector("a").setAttribute("aria-current", "true");
    const top = item.offsetTop, bottom = top + item.offsetHeight;
    if (top < transcript.scrollTop || bottom > transcript.scrollTop + transcript.clientHeight)
      transcript.scrollTop = top;
  }

  function asked() {
    const found = items.findIndex((item) => item.id === location.hash.slice(1));
    return found < 0 ? place : found;
  }

  items.forEach((item, i) =>
    item.addEventListener("click", (event) => {
      if (event.target.closest("a")) event.preventDefault();
      else if (String(getSelection())) return; // somebody marks text
      show(i);
      history.replaceState(null, "", `#${item.id}`);
      const looking = one("#looking");
      if (looking.getBoundingClientRect().top > innerHeight / 2) looking.scrollIntoView();
    }),
  );
  slider.addEventListener("input", () => show(slider.valueAsNumber - 1));
  addEventListener("hashchange", () => show(asked()));
  addEventListener("beforeprint", () => boxes.forEach(draw));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => boxes.forEach(prepare));

  boxes.forEach(prepare);
  show(asked());
  for (const box of boxes) watcher.observe(box);
})();
