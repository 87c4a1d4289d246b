// Lists of codes: typed in one box, or ticked (one stop of Tab; arrows go from box to box)

import { sayWrong } from "../comum/entradas.js";

// the box of codes beside a tick box; null for any other field
const codesOf = (field) =>
  field.matches?.("input[type=checkbox]") ? (field.closest("fieldset")?.querySelector("[data-codigos]") ?? null) : null;
const boxesOf = (input) => [...input.closest("fieldset").querySelectorAll("input[type=checkbox]")];
export function codeBoxes(scope) {
  scope.querySelectorAll("[data-codigos]").forEach((input) => {
    tell(input);
    rove(boxesOf(input));
  });
}
const tell = (input) => {
  input.value = boxesOf(input)
    .filter((b) => b.checked)
    .map((b) => b.value)
    .join(" ");
};
export function rove(boxes, at) {
  const stop = at || boxes.find((b) => b.checked) || boxes.find((b) => !b.disabled) || boxes[0];
  boxes.forEach((b) => {
    b.tabIndex = b === stop ? 0 : -1;
  });
}
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.matches("[data-codigos]")) return;
  const codes = input.value.split(/[\s,;]+/).filter(Boolean);
  const boxes = boxesOf(input);
  boxes.forEach((b) => {
    b.checked = codes.includes(b.value) && !b.disabled;
  });
  refuse(input, boxes, codes);
});
// A code that is not of the list is said beside it, and to a screen reader
function refuse(input, boxes, codes) {
  const out = codes.filter((c) => boxes.some((b) => b.value === c && b.disabled));
  const strange = codes.filter((c) => !boxes.some((b) => b.value === c));
  const told = [
    strange.length ? `${strange.join(", ")} não existe nesta lista.` : "",
    out.length ? `${out.join(", ")} não é aceito com o que já está preenchido.` : "",
  ];
  say(input, told.filter(Boolean).join(" "));
}

function say(input, text) {
  input.setCustomValidity(text);
  input.setAttribute("aria-invalid", String(Boolean(text)));
  sayWrong(input.closest(".f-codigos"), "f-codigos__nao", text);
}

document.addEventListener("change", (event) => {
  const input = codesOf(event.target);
  if (input) {
    tell(input);
    say(input, "");
  }
});
document.addEventListener("keydown", (event) => {
  const codes = codesOf(event.target);
  if (!codes) return;
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const boxes = boxesOf(codes).filter((b) => !b.disabled);
  const next = boxes[(boxes.indexOf(event.target) + step + boxes.length) % boxes.length];
  rove(boxes, next);
  next.focus();
  event.preventDefault();
});
