// The script of the report. It takes its data from the tables of the page, so that no text from a server is ever part of a
// script. Without the script, the page shows everything at once.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const cells = (row) => [...row.cells].map((cell) => cell.textContent);
  for (const part of all(".js")) part.hidden = false;

  // The round: a line over the lanes, and the description of the moment at that line.
  const slider = one("at");
  if (slider) {
    const table = one("moments"), zero = Number(table.dataset.zero), end = Number(table.dataset.end);
    const rows = all("tr[data-from]", table);
    const from = (row) => Number(row.dataset.from);
    // In nanoseconds. The slider moves in larger steps, so it may be slightly off.
    let at = 0;
    const current = () => rows.findLast((row) => from(row) <= at) || rows[0];
    const show = () => {
      const row = current(), [, server, name, means] = cells(row);
      const past = at - zero;
      const clock = `${Math.abs(past).toLocaleString("en")} ns ${past < 0 ? "before" : "after"} the start of the check`;
      for (const line of all(".cursor", one("lanes"))) {
        line.setAttribute("x1", at / end * 1000);
        line.setAttribute("x2", at / end * 1000);
      }
      for (const other of rows) other.classList.toggle("at", other === row);
      const words = `The server ${server}; ${name}. ${means}`;
      // Update only changed text, since screen readers announce it.
      if (one("now").textContent !== words) one("now").textContent = words;
      one("now").classList.toggle("window", row.classList.contains("window"));
      one("clock").textContent = clock;
      slider.setAttribute("aria-valuetext", clock);
    };
    const step = (by) => {
      go(rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(current()) + by))]);
    };
    const go = (row) => {
      at = from(row);
      slider.value = Math.round(at / end * slider.max);
      show();
    };
    slider.addEventListener("input", () => {
      at = Math.round(slider.value / slider.max * end);
      show();
    });
    one("before").addEventListener("click", () => step(-1));
    one("next").addEventListener("click", () => step(1));
    // Start in the window, if there is one.
    go(rows.find((row) => row.classList.contains("window")) || rows[0]);
  }

  // Names and inodes: the lines of a scene, and the place where each server ends.
  const picture = one("picture");
  if (picture) {
    const scenes = all(".scene");
    for (const sum of all(".sum")) sum.hidden = true;
    const show = (id) => {
      const scene = scenes.find((each) => each.id === `s-${id}`);
      if (!scene) return;
      for (const each of scenes) each.hidden = each !== scene;
      const edges = scene.dataset.edges.split(" ");
      for (const edge of all("[data-edge]", picture)) edge.classList.toggle("off", !edges.includes(edge.dataset.edge));
      one("asked").textContent = `request: ${scene.dataset.asked}`;
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
      one("ends").textContent = `${label[0].toUpperCase()}${label.slice(1)}: ${scene.querySelector(".sum").textContent}`;
    };
    for (const choice of all("input[name=scene]")) choice.addEventListener("change", () => show(choice.value));
    const chosen = document.querySelector("input[name=scene]:checked");
    show(chosen ? chosen.value : "");
  }
})();
