// A known value goes into its field with one click; the rules are asked again as if it had been typed.

import { holderOf, putInto } from "./campos.js";
import { begun } from "./inicio.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-sugere]");
  if (!button) return;
  const shown = document.getElementById(button.dataset.sugere);
  putInto(holderOf(shown), button.dataset.valor);
  for (const other of button.parentElement.querySelectorAll("[data-sugere]"))
    other.setAttribute("aria-pressed", String(other === button));
  shown.focus();
});

begun("sugestoes");
