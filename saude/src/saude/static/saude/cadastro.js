// Corrigir cadastro: "Usar este" puts what the records have into the field of the registration beside it.

import { changed, holderOf } from "./campos.js";
import { begun } from "./inicio.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-usar]");
  if (!button) return;
  const shown = document.getElementById(button.dataset.usar);
  const field = holderOf(shown);
  if (field.type === "checkbox") field.checked = button.dataset.valor === "on";
  else field.value = button.dataset.valor;
  changed(field);
  shown.focus();
});

begun("cadastro");
