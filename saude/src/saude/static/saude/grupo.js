// The group of an access and its permissions say the same: a box ticked by hand makes the group "Personalizado", or
// the one that has just these; in one área what holds only for all is out of reach.
// <select data-preenche="permissoes">, each option with data-valores="ver corrigir".

import { touched } from "./inicio.js";

const boxesOf = (select) => [...select.form.querySelectorAll(`input[name="${select.dataset.preenche}"]`)];
const valuesOf = (option) => option.dataset.valores?.split(" ");
const same = (some, others) => some.length === others.length && some.every((one) => others.includes(one));

function reachable(select) {
  const area = select.form.querySelector("select[name=area]");
  const whole = (select.dataset.soTodas ?? "").split(" ");
  return (value) => !area?.value || !whole.includes(value);
}

// The group chosen -> what it ticks.
function tick(select) {
  const values = valuesOf(select.selectedOptions[0]);
  if (values) for (const box of boxesOf(select)) box.checked = values.includes(box.value);
}

// What is ticked -> the group that it is.
function nameIt(select) {
  const fits = reachable(select);
  const ticked = boxesOf(select)
    .filter((box) => box.checked && !box.disabled)
    .map((box) => box.value);
  const found = [...select.options].find((option) => {
    const values = valuesOf(option);
    const whole = values?.includes("administrar") && !fits("administrar"); // no group of one área
    return values && !whole && same(values.filter(fits), ticked);
  });
  select.value = ticked.length && found ? found.value : "";
}

function limit(select) {
  const fits = reachable(select);
  for (const box of boxesOf(select)) {
    box.disabled = !fits(box.value);
    if (box.disabled) box.checked = false;
  }
  const note = noteOf(select);
  note.textContent = boxesOf(select).some((box) => box.disabled)
    ? "Numa área só, Configurar e Administrar não são concedidas: valem com todas as áreas."
    : "";
}

function noteOf(select) {
  const known = select.form.querySelector("[data-so-todas-dito]");
  if (known) return known;
  const note = Object.assign(document.createElement("p"), { className: "s-ajuda" });
  note.dataset.soTodasDito = "";
  note.setAttribute("role", "status");
  select.after(note);
  return note;
}

// The group was chosen before this script came: it ticks its own, and what was ticked by hand stays as it was left.
function chosenBefore(select, boxes) {
  if (!touched(select)) return;
  const byHand = boxes.filter(touched).map((box) => [box, box.checked]);
  tick(select);
  for (const [box, checked] of byHand) box.checked = checked;
}

export function keepGroup(select) {
  const boxes = boxesOf(select);
  if (!boxes.length) return;
  select.form.addEventListener("change", ({ target }) => {
    if (target === select) tick(select);
    if (target === select || target.name === "area") limit(select);
    if (target.name === "area" || boxes.includes(target)) nameIt(select);
  });
  chosenBefore(select, boxes);
  limit(select);
  nameIt(select);
}

export function groups() {
  for (const select of document.querySelectorAll("select[data-preenche]")) keepGroup(select);
}
