// A correction that is open says so while somebody works in it, and shows who else is there.

import { begun } from "./inicio.js";

const EVERY = 20_000;
const IDLE = 10 * 60_000; // nobody touched the page for so long: it says nothing more
const place = document.getElementById("presenca");
const tab = [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16).padStart(2, "0")).join("");
let touched = Date.now();

function body(more) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  return new URLSearchParams({ aba: tab, revisao: place.dataset.revisao, csrfmiddlewaretoken: token, ...more });
}

async function beat() {
  if (document.hidden || Date.now() - touched > IDLE) return;
  try {
    const response = await fetch(place.dataset.url, {
      method: "POST",
      body: body({}),
      headers: { "HX-Request": "true" },
    });
    if (!response.ok || response.redirected) return;
    const text = (await response.text()).trim();
    if (text !== place.dataset.dito) place.innerHTML = text;
    place.dataset.dito = text;
  } catch {
    // no network now: the next sign tells
  }
}

if (place) {
  for (const name of ["pointerdown", "keydown", "input"]) {
    document.addEventListener(name, () => {
      touched = Date.now();
    });
  }
  document.addEventListener("visibilitychange", beat);
  window.addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.url, body({ sai: "1" })));
  setInterval(beat, EVERY);
  beat();
}

begun("presenca");
