// Sim and Não as two buttons: S or 1, N or 2; Delete, or a click on the chosen one, says neither.

import { changed, setYesNo, standing } from "./campos.js";

const pairOf = (target) => (target.matches?.(".f-simnao input[type=radio]") ? target.closest(".f-simnao") : null);

function put(fieldset, value) {
  setYesNo(fieldset, value);
  const stop = standing(fieldset);
  stop.focus();
  changed(stop);
}

const KEYS = { s: "sim", 1: "sim", n: "nao", 2: "nao", delete: "", backspace: "" };

document.addEventListener("keydown", (event) => {
  const fieldset = pairOf(event.target);
  const key = event.key.toLowerCase();
  if (!fieldset || event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(KEYS, key)) return;
  event.preventDefault();
  put(fieldset, KEYS[key]);
});

// The chosen one under the pointer, before the click makes it so again
let chosen = null;
document.addEventListener("pointerdown", ({ target }) => {
  const radio = target.closest?.(".f-simnao label")?.querySelector("input");
  chosen = radio?.checked ? radio : null;
});
document.addEventListener("click", (event) => {
  if (!pairOf(event.target)) return;
  if (event.target === chosen) put(event.target.closest(".f-simnao"), "");
  chosen = null;
});
