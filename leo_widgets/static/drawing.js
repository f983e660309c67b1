// Draws the figures of a document: each takes its place at once, and is drawn when it comes near
// the screen. Plotly and the blocks of figures stand in front of this; a program after it.
"use strict";
const all = (selector) => [...document.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

// blockOf: which block holds a box's figure; adjusted: a last change to a layout; clicked: a point.
function drawing({ blockOf, adjusted = (layout) => layout, clicked = () => {} }) {
  const boxes = all(".figure");
  const near = new Set(); // boxes that are on the screen, or almost
  const read = new Map(); // blocks of figures that were parsed
  const bar = innerWidth > 760 ? "hover" : false; // on a narrow screen it would hide the title
  const CONFIG = { responsive: true, displaylogo: false, typesetMath: false, displayModeBar: bar, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };

  function figures(of) {
    if (!read.has(of)) {
      const block = one(`script[data-figures="${of}"]`);
      read.set(of, block ? JSON.parse(block.textContent) : {});
    }
    return read.get(of);
  }

  const figureOf = (box) => figures(blockOf(box))[box.dataset.figure];

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
    return adjusted(out, name);
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

  addEventListener("beforeprint", () => boxes.forEach(draw));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => boxes.forEach(prepare));
  const watch = () => boxes.forEach((box) => watcher.observe(box));
  return { boxes, figures, prepare, watch };
}
