// A field is checked when it is left; the whole ficha only when it is sent. What is told goes away when it is mended,
// and the field somebody is in stays where it is on the screen.

import { isEmpty, isNeeded } from "./campos.js";

export function checkOnLeaving(form) {
  const body = form.querySelector("#f-corpo");
  const left = new Set();
  const note = ({ target }) => {
    const box = target.closest?.("[data-campo]");
    const said = box?.querySelector(":scope > .f-achados");
    if (said) left.add(said.id);
    return box;
  };
  form.addEventListener("change", (event) => {
    // of the form itself: a block was taken out, or several fields were filled at once
    if (note(event) || event.target === form) body.dispatchEvent(new Event("conferir"));
  });
  form.addEventListener("focusout", (event) => {
    const box = event.target.closest?.("[data-campo]");
    if (!box || box.contains(event.relatedTarget) || !event.relatedTarget) return;
    if (note(event) && isNeeded(event.target) && isEmpty(event.target)) body.dispatchEvent(new Event("conferir"));
  });
  body.addEventListener("htmx:configRequest", (event) => {
    if (event.target !== body) return;
    const told = [...form.querySelectorAll(".f-achados:has(.s-erro, .f-aviso)")].map((said) => said.id);
    event.detail.parameters.tocados = [...left, ...told].join(" ");
    if (form.dataset.tentou !== undefined) event.detail.parameters.tentou = "1";
  });
  keepInPlace();
}

function keepInPlace() {
  let kept = null;
  const at = () => document.activeElement?.getBoundingClientRect().top ?? 0;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "verificacao") kept = [document.activeElement, at()];
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (kept && kept[0] === document.activeElement) window.scrollBy(0, at() - kept[1]);
    kept = null;
  });
}
