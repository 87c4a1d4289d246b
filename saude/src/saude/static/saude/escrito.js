// What is typed into a form outlives a session that ended, in this tab. <form data-rascunho="key"> is kept while one
// types; any other from when it is sent until a page says that it arrived: the page to enter, the locked screen and a
// page of error say that it did not.

import { own } from "./guardado.js";
import { touched } from "./inicio.js";

const FIELDS = "input:not([type=hidden]):not([type=password]):not([type=file]), select, textarea";
const ONE_SENDING = "form[method=post][data-uma-vez]:not([data-rascunho], [data-registrar])";
const STOPPED = "envio-parou";
const { body } = document;

const fieldsOf = (form) => [...form.querySelectorAll(FIELDS)];
const sent = (form) =>
  own(`envio:${[location.pathname, form.getAttribute("action"), ...fieldsOf(form).map((f) => f.name)].join(" ")}`);

function save(form, key) {
  const values = fieldsOf(form).map((f) => [f.name, f.value, Boolean(f.checked)]);
  sessionStorage.setItem(key, JSON.stringify(values));
}

function restore(form, key, notice) {
  const saved = JSON.parse(sessionStorage.getItem(key) || "null");
  const fields = fieldsOf(form);
  if (saved?.length !== fields.length) return;
  const now = fields.filter(touched); // typed in this page already: newer than what was kept
  const isNow = (field) => now.some((one) => one === field || (field.type === "radio" && one.name === field.name));
  fields.forEach((field, i) => {
    if (isNow(field)) return;
    if (field.type === "checkbox" || field.type === "radio") field.checked = saved[i][2];
    else field.value = saved[i][1];
    field.mostrar?.();
  });
  sessionStorage.removeItem(sent(form));
  notice("O que você tinha digitado foi recuperado. Confira e salve.", "info");
}

function keep(form, notice) {
  const key = own(`rascunho:${form.dataset.rascunho}`);
  restore(form, key, notice);
  form.addEventListener("input", () => save(form, key));
  form.addEventListener("change", () => save(form, key));
  form.addEventListener("reset", () => sessionStorage.removeItem(key));
}

function arrived() {
  const mine = own("envio:");
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(mine)) sessionStorage.removeItem(key);
  sessionStorage.removeItem(STOPPED);
}

const didNotArrive = () =>
  !body.dataset.usuario || "erro" in body.dataset || document.querySelector("[data-bloqueada]") !== null;

function keepWhatIsSent(notice) {
  if (didNotArrive()) {
    if (Object.keys(sessionStorage).some((key) => key.includes(":envio:"))) sessionStorage.setItem(STOPPED, "1");
    return;
  }
  if (sessionStorage.getItem(STOPPED))
    for (const form of document.querySelectorAll(ONE_SENDING)) restore(form, sent(form), notice);
  arrived();
  addEventListener("pageshow", (event) => event.persisted && arrived()); // as it was left: nothing to put back
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches(ONE_SENDING) || form.querySelector("[type=password]")) return;
    if (fieldsOf(form).some(touched)) save(form, sent(form));
  });
}

export function keepWhatIsTyped(notice) {
  for (const form of document.querySelectorAll("form[data-rascunho]")) keep(form, notice);
  for (const mark of document.querySelectorAll("[data-rascunho-enviado]"))
    sessionStorage.removeItem(own(`rascunho:${mark.dataset.rascunhoEnviado}`));
  keepWhatIsSent(notice);
}
