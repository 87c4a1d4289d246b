// Which fields of a form a person goes through, and what each still lacks.

export const seen = (f) => f.offsetParent && !f.closest("details:not([open]) > :not(summary)");

const byCodes = (f) => f.type === "checkbox" && f.closest("fieldset").querySelector("[data-codigos]");
// Sim and Não are one stop: the chosen one, or the first
const otherOfPair = (f) => f.type === "radio" && f !== standing(f);
const pairOf = (f) => [...f.closest("fieldset").querySelectorAll("input[type=radio]")];
const standing = (f) => pairOf(f).find((r) => r.checked) ?? pairOf(f)[0];

// "sim", "nao" or "" into a pair of buttons; true when the box has one
export function setYesNo(box, value) {
  const pair = [...(box?.querySelectorAll("input[type=radio]") ?? [])];
  for (const one of pair) one.checked = one.value === value;
  return pair.length > 0;
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
  f.type === "radio" ? !standing(f).checked : f.type === "checkbox" ? !f.checked : !f.value.trim();

const MARKS =
  ":scope > label > .f-obrigatorio, :scope > fieldset .f-obrigatorio, " +
  ":scope > label > .f-exigido:not([hidden]), :scope > fieldset .f-exigido:not([hidden])";

export const isNeeded = (f) =>
  f.closest(".r-cidadao") || f.dataset.acrescenta || Boolean(f.closest(".f-campo")?.querySelector(MARKS));

export const after = (from, f) => from.compareDocumentPosition(f) & Node.DOCUMENT_POSITION_FOLLOWING;
