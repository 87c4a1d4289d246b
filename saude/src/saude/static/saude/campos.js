// Which fields of a form a person goes through, and what each still lacks.

export const seen = (f) => f.offsetParent && !f.closest("details:not([open]) > :not(summary)");

// "515105 - AGENTE" is the code 515105
export const codeOf = (text) => text.trim().split(" - ")[0];

// A value that a script put counts as typed
export function changed(field) {
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}

export function putInto(field, value) {
  field.value = value;
  field.dataset.escolhido = field.value; // nothing is left to look for (combobox.js)
  changed(field);
}

// Where the value is of what is shown: a date has it in the calendar beside what is typed
export const holderOf = (shown) =>
  shown.dataset.mascara ? shown.parentElement.querySelector("[data-calendario]") : shown;

const byCodes = (f) => f.type === "checkbox" && f.closest("fieldset").querySelector("[data-codigos]");
// Sim and Não are one stop: the chosen one, or the first
const otherOfPair = (f) => f.type === "radio" && f !== standing(f.closest("fieldset"));
const pairIn = (box) => [...(box?.querySelectorAll("input[type=radio]") ?? [])];
export const standing = (box) => pairIn(box).find((r) => r.checked) ?? pairIn(box)[0];

// "sim", "nao" or "" into a pair of buttons
export function setYesNo(box, value) {
  for (const one of pairIn(box)) one.checked = one.value === value;
}

const follows = (f) => f.dataset.dia === "cabecalho" && f.value;

export const fields = (form) =>
  [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter(
    (f) =>
      seen(f) &&
      !f.disabled &&
      f.tabIndex >= 0 &&
      !byCodes(f) &&
      !otherOfPair(f) &&
      !follows(f) &&
      !form.querySelector(`[data-acrescenta="${f.id || "-"}"]`),
  );

export const isEmpty = (f) =>
  f.type === "radio" ? !standing(f.closest("fieldset")).checked : f.type === "checkbox" ? !f.checked : !f.value.trim();

const MARKS =
  ":scope > label > .f-obrigatorio, :scope > fieldset .f-obrigatorio, " +
  ":scope > label > .f-exigido:not([hidden]), :scope > fieldset .f-exigido:not([hidden])";

export const isNeeded = (f) =>
  f.closest(".r-cidadao") || f.dataset.acrescenta || Boolean(f.closest(".f-campo")?.querySelector(MARKS));

export const after = (from, f) => from.compareDocumentPosition(f) & Node.DOCUMENT_POSITION_FOLLOWING;
