// A run that was observed: a click on a dot goes to that turn of the talk, if it stands there.
"use strict";
(() => {
  const OVER_TURNS = new Set(["echo", "loops", "fired"]);

  function clicked(box, point) {
    if (OVER_TURNS.has(box.dataset.figure)) one(`#turn-${Number(point.x)}`)?.scrollIntoView({ block: "center" });
  }

  const { boxes, prepare, watch } = drawing({ blockOf: () => "run", clicked });
  boxes.forEach(prepare);
  watch();
})();
