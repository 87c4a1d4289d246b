// The first-use tour of the panel: one step at a time, what it is about outlined. Without a script it is a list.

import { begun } from "./inicio.js";

const tour = document.querySelector("[data-passeio]");
if (tour) start(tour);

function start(box) {
  const steps = [...box.querySelectorAll("li[data-alvo]")].filter((s) => target(s));
  for (const step of box.querySelectorAll("li[data-alvo]")) step.hidden = true;
  if (!steps.length) return;
  const [back, on] = [box.querySelector("[data-anterior]"), box.querySelector("[data-seguinte]")];
  let at = 0;
  const show = (n) => {
    document.querySelector(".s-passeio__alvo")?.classList.remove("s-passeio__alvo");
    steps[at].hidden = true;
    at = n;
    steps[at].hidden = false;
    target(steps[at]).classList.add("s-passeio__alvo");
    box.querySelector("[data-passo]").textContent = `Passo ${at + 1} de ${steps.length}`;
    back.hidden = at === 0;
    on.hidden = at === steps.length - 1;
  };
  back.addEventListener("click", () => show(at - 1));
  on.addEventListener("click", () => show(at + 1));
  show(0);
}

function target(step) {
  return [...document.querySelectorAll(step.dataset.alvo)].find((e) => e.getClientRects().length);
}

begun("passeio");
