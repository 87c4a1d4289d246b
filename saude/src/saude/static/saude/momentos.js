// Dates as dd/mm/aaaa and hours as hh:mm whatever the language of the browser; 8, 6 or 4 digits are enough
import { sayWrong } from "../comum/entradas.js";
import { onceHeard, whenLeft } from "./inicio.js";

export const brazilian = (iso) => (/^\d{4}-\d\d-\d\d$/.test(iso) ? iso.split("-").reverse().join("/") : "");
export function isoDate(digits, whole) {
  let year = digits.slice(4);
  if (whole && year.length === 2) year = (Number(year) > new Date().getFullYear() % 100 ? "19" : "20") + year;
  if (year.length !== 4) return "";
  const date = new Date(`${year}-${digits.slice(2, 4)}-${digits.slice(0, 2)}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(digits.slice(0, 2)) && Number(year) > 1880
    ? date.toISOString().slice(0, 10)
    : "";
}
function typedAs(kind, input, text, read, show) {
  Object.assign(text, {
    type: "text",
    inputMode: "numeric",
    autocomplete: "off",
    maxLength: kind.length,
    placeholder: kind,
  });
  text.dataset.mascara = kind;
  text.defaultValue = show(input.defaultValue);
  text.value = show(input.value);
  const take = (whole) => {
    const digits = text.value.replace(/\D/g, "");
    const value = read(digits, whole);
    input.value = value;
    const bad = Boolean(digits) && !value && (whole || digits.length === kind.replace(/[^a-z]/g, "").length);
    text.setAttribute("aria-invalid", String(bad));
    text.setCustomValidity(bad ? wrong(text.value, kind) : "");
    text.title = text.validationMessage;
    sayWrong(placeOf(text), WRONG, text.validationMessage);
    if (value && whole) text.value = show(value);
  };
  text.addEventListener("input", (event) => {
    if (!event.inputType || !event.inputType.startsWith("delete")) text.value = masked(text.value, kind);
    take(false);
  });
  text.addEventListener("change", () => take(true));
}
// What this entry takes, or that there is no such day or hour
function wrong(value, kind) {
  const whole = value.replace(/\D/g, "").length === kind.replace(/[^a-z]/g, "").length;
  return whole ? `${value} não existe.` : `Falta completar: ${kind}.`;
}

const WRONG = "r-nao-existe";
const placeOf = (text) => text.closest(".r-data") ?? text;

export function masked(value, kind) {
  let digits = value.replace(/\D/g, "");
  let made = "";
  for (const c of kind) {
    if (!digits) break;
    if (/[a-z]/.test(c)) {
      made += digits[0];
      digits = digits.slice(1);
    } else made += c;
  }
  return made;
}
export const isoHour = (digits, whole) => {
  const d = whole && digits.length === 3 ? `0${digits}` : digits;
  return d.length === 4 && Number(d.slice(0, 2)) < 24 && Number(d.slice(2)) < 60
    ? `${d.slice(0, 2)}:${d.slice(2)}`
    : "";
};
// the native date stays beside as the calendar, and holds the value
function dateBox(input) {
  if (input.dataset.calendario !== undefined) return input;
  const text = document.createElement("input");
  const label =
    input.getAttribute("aria-label") ||
    (document.querySelector(`label[for="${input.id}"]`)?.firstChild.textContent.trim() ?? "Data");
  if (input.id) text.id = input.id;
  else text.setAttribute("aria-label", label);
  for (const name of ["aria-describedby", "aria-invalid", "required", "autofocus"]) {
    if (input.hasAttribute(name)) text.setAttribute(name, input.getAttribute(name));
    if (name !== "aria-describedby") input.removeAttribute(name);
  }
  input.removeAttribute("id");
  input.tabIndex = -1;
  input.dataset.calendario = "";
  input.setAttribute("aria-label", `${label}: calendário`);
  const box = document.createElement("div");
  box.className = "r-data";
  input.before(box);
  box.append(text, input);
  const part = input.validity.badInput; // a day without its year, typed before this script came
  if (part) input.value = "";
  typedAs("dd/mm/aaaa", input, text, isoDate, brazilian);
  if (part) onceHeard(() => sayWrong(box, WRONG, "A data ficou pela metade: digite-a de novo."));
  input.mostrar = () => {
    text.value = brazilian(input.value);
    text.setAttribute("aria-invalid", "false");
    text.setCustomValidity("");
    sayWrong(box, WRONG, "");
  };
  input.addEventListener("change", input.mostrar);
  return text;
}
// --- date and hour of an attendance: the day is that of the header, the hour is what is typed
const headerDay = (input) => input.form?.querySelector("[name$='.dataAtendimento']");

function splitMoment(input) {
  const [date, hour = ""] = input.value.split("T");
  const [dateAtFirst, hourAtFirst = ""] = input.defaultValue.split("T");
  const label = input.closest(".f-campo").querySelector("label").firstChild.textContent.trim();
  const made = (type, defaultValue) => Object.assign(document.createElement("input"), { type, defaultValue });
  const day = made("date", date === dateAtFirst ? date || (headerDay(input)?.value ?? "") : dateAtFirst);
  const typed = made("text", "");
  const time = made("hidden", hourAtFirst.slice(0, 5));
  if (date !== dateAtFirst) day.value = date;
  const part = input.validity.badInput;
  day.setAttribute("aria-label", `${label}: dia`);
  typed.id = input.id;
  typed.setAttribute("aria-describedby", input.getAttribute("aria-describedby"));
  input.removeAttribute("id");
  input.type = "hidden";
  input.dataset.momento = "";
  const box = document.createElement("div");
  box.className = "r-momento";
  input.after(box);
  box.append(day, typed);
  const text = dateBox(day);
  text.dataset.dia = date ? "seu" : "cabecalho";
  typedAs("hh:mm", time, typed, isoHour, (v) => v);
  if (hour !== hourAtFirst) time.value = typed.value = hour.slice(0, 5);
  if (part) onceHeard(() => sayWrong(typed, WRONG, "O dia ou a hora ficou pela metade: digite de novo."));
  const join = () => {
    input.value = day.value && time.value ? `${day.value}T${time.value}` : "";
  };
  for (const part of [text, day, typed]) for (const kind of ["input", "change"]) part.addEventListener(kind, join);
  for (const part of [text, day])
    part.addEventListener("change", () => {
      text.dataset.dia = day.value === headerDay(input)?.value ? "cabecalho" : "seu";
    });
  text.seguir = () => {
    day.value = headerDay(input).value;
    day.mostrar();
    join();
  };
}

export function splitMoments(scope) {
  for (const input of scope.querySelectorAll("input[type=datetime-local]")) whenLeft(input, splitMoment);
  for (const input of scope.querySelectorAll("input[type=date]")) whenLeft(input, dateBox);
}

// The days that follow the header's do; a date that does not exist is not sent.
export function keepMoments(form) {
  if (form.dataset.momentos !== undefined) return splitMoments(form);
  form.dataset.momentos = "";
  form.addEventListener("change", () => {
    if (!form.querySelector("[name$='.dataAtendimento']")) return;
    for (const text of form.querySelectorAll("[data-dia=cabecalho]")) text.seguir();
  });
  form.addEventListener(
    "submit",
    (event) => {
      const bad = form.querySelector("[data-mascara][aria-invalid=true]");
      if (!bad || bad.closest("[data-fora]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      bad.focus();
      bad.reportValidity();
    },
    true,
  );
  splitMoments(form);
}

// On every page: what comes later (htmx) too.
export function keepAllMoments() {
  const take = (root) => {
    const dates = root.querySelectorAll("input[type=date], input[type=datetime-local]");
    for (const form of new Set([...dates].map((date) => date.form))) if (form) keepMoments(form);
  };
  document.addEventListener("htmx:load", (event) => take(event.detail.elt));
  take(document);
}
