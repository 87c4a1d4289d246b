// Which fields of a form a person goes through, and what each still lacks.

export const seen = (f) => f.offsetParent && !f.closest("details:not([open]) > :not(summary)");

const byCodes = (f) => f.type === "checkbox" && f.closest("fieldset").querySelector("[data-codigos]");
const follows = (f) => f.dataset.dia === "cabecalho" && f.value;

export const fields = (form) =>
  [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter(
    (f) =>
      seen(f) &&
      !f.disabled &&
      f.tabIndex >= 0 &&
      !byCodes(f) &&
      !follows(f) &&
      !form.querySelector(`[data-acrescenta="${f.id || "-"}"]`),
  );

export const isEmpty = (f) => (f.type === "checkbox" ? !f.checked : !f.value.trim());

const MARKS =
  ":scope > label > .f-obrigatorio, :scope > fieldset .f-obrigatorio, " +
  ":scope > label > .f-exigido:not([hidden]), :scope > fieldset .f-exigido:not([hidden])";

export const isNeeded = (f) =>
  f.closest(".r-cidadao") || f.dataset.acrescenta || Boolean(f.closest(".f-campo")?.querySelector(MARKS));

export const after = (from, f) => from.compareDocumentPosition(f) & Node.DOCUMENT_POSITION_FOLLOWING;
