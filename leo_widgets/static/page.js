// Shows one turn at a time; Plotly, the transcript, the figures and drawing.js stand before it.
"use strict";
(() => {
  const items = all("#transcript li[data-number]");
  const slider = one("#slider");
  const transcript = one("#transcript");
  let place = items.length - 1;

  // ---------------------------------------------------------- figures

  const blockOf = (box) => (box.dataset.of === "life" ? "life" : String(place));
  const number = () => Number(items[place]?.dataset.number);

  function adjusted(layout, name) {
    if (name !== "timeline" || !items.length) return layout;
    const line = { color: "#D55E00", width: 2 };
    return { ...layout, shapes: [{ type: "line", yref: "paper", x0: number(), x1: number(), y0: 0, y1: 1, line }] };
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

  const { boxes, figures, prepare, watch } = drawing({ blockOf, adjusted, clicked });

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

  boxes.forEach(prepare);
  show(asked());
  watch();
})();
