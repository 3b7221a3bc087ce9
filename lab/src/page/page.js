// The report's own script. It shows by turns what stands in the page anyway: the tables are its data, so that nothing a
// server said is ever part of a script. Without it everything is there at once.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const cells = (row) => [...row.cells].map((cell) => cell.textContent);
  for (const part of all(".js")) part.hidden = false;

  // The round: a line over the lanes, and the words of the moment it stands in.
  const slider = one("at");
  if (slider) {
    const table = one("moments"), zero = Number(table.dataset.zero), end = Number(slider.max);
    const rows = all("tr[data-from]", table);
    const from = (row) => Number(row.dataset.from);
    const current = () => rows.findLast((row) => from(row) <= Number(slider.value)) || rows[0];
    const show = () => {
      const at = Number(slider.value), row = current(), [, server, name, means] = cells(row);
      const past = at - zero;
      const clock = `${Math.abs(past).toLocaleString("en")} ns ${past < 0 ? "before" : "after"} the check began`;
      for (const line of all(".cursor", one("lanes"))) {
        line.setAttribute("x1", at / end * 1000);
        line.setAttribute("x2", at / end * 1000);
      }
      for (const other of rows) other.classList.toggle("at", other === row);
      const words = `The server ${server}; ${name}. ${means}`;
      // Only what has changed is read out.
      if (one("now").textContent !== words) one("now").textContent = words;
      one("now").classList.toggle("window", row.classList.contains("window"));
      one("clock").textContent = clock;
      slider.setAttribute("aria-valuetext", clock);
    };
    const step = (by) => {
      const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(current()) + by))];
      // A slider knows only its own steps, and rounds down to one before the moment.
      slider.step = 1;
      slider.value = from(next);
      show();
    };
    slider.addEventListener("input", show);
    one("before").addEventListener("click", () => step(-1));
    one("next").addEventListener("click", () => step(1));
    // It begins where it is worth to look: in the window, if there is one.
    slider.step = 1;
    slider.value = from(rows.find((row) => row.classList.contains("window")) || rows[0]);
    slider.step = Math.max(1, Math.round(end / 400));
    show();
  }

  // Names and inodes: the lines of a scene, and each server where it ends.
  const picture = one("picture");
  if (picture) {
    const scenes = all(".scene");
    const show = (id) => {
      const scene = scenes.find((each) => each.id === `s-${id}`);
      if (!scene) return;
      for (const each of scenes) each.hidden = each !== scene;
      const edges = scene.dataset.edges.split(" ");
      for (const edge of all("[data-edge]", picture)) edge.classList.toggle("off", !edges.includes(edge.dataset.edge));
      one("asked").textContent = `asked: ${scene.dataset.asked}`;
      const taken = {};
      for (const end of scene.dataset.ends.split(" ")) {
        const [server, place] = end.split(":");
        const token = all(".token", picture).find((each) => each.dataset.server === server);
        if (!token) continue;
        token.classList.toggle("off", place === "none");
        const slots = one("tokens").getAttribute(`data-p${place}`);
        if (!slots) continue;
        const [left, top, row] = slots.split(" ").map(Number), nth = taken[place] || 0;
        taken[place] = nth + 1;
        token.style.transform = `translate(${left + nth % row * 62}px, ${top + Math.floor(nth / row) * 18}px)`;
      }
      const label = scene.querySelector("h3").textContent;
      one("ends").textContent = `${label[0].toUpperCase()}${label.slice(1)}. ${scene.querySelector(".sum").textContent}`;
    };
    for (const choice of all("input[name=scene]")) choice.addEventListener("change", () => show(choice.value));
    const chosen = document.querySelector("input[name=scene]:checked");
    show(chosen ? chosen.value : "");
  }
})();
