// Choosing the professional fills CBO, CNES and INE from where they work, the three together; asks when several.

import { codeOf, putInto } from "./campos.js";
import { answer } from "./combobox.js";
import { hearing, touched } from "./inicio.js";

const CNS = /^\d{15}$/;
const FILLED = ["cbo", "cnes", "ine"];

export function fillPosts(form) {
  for (const box of form.querySelectorAll("[data-papel=profissional]")) remember(box);
  form.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-papel=profissional]");
    if (box && event.target.name === `f:${box.dataset.campo}`) chosen(form, box, event.target);
  });
  // who comes back to one that was remembered may change the lotação without choosing the person again
  form.addEventListener("focusin", (event) => {
    const box = event.target.closest?.("[data-papel=profissional]");
    if (box && event.target.name === `f:${box.dataset.campo}` && !box.dataset.oferecida) offer(form, box);
  });
}

const remember = (box) => {
  box.dataset.de = codeOf(box.querySelector("[name^='f:']").defaultValue);
};

// The fields of the same lotação, by their roles.
function fieldsOf(form, box) {
  const holder = box.dataset.campo.slice(0, box.dataset.campo.lastIndexOf(".") + 1);
  const found = {};
  for (const role of FILLED) {
    const boxes = [...form.querySelectorAll(`[data-papel=${role}]`)];
    const mine = boxes.find(
      ({ dataset: { campo } }) => campo.startsWith(holder) && !campo.slice(holder.length).includes("."),
    );
    if (mine) found[role] = mine.querySelector(`[name="${CSS.escape(`f:${mine.dataset.campo}`)}"]`);
  }
  return found;
}

// What the server knows of the professional now chosen, or null.
async function posts(form, box, fields) {
  const cns = box.dataset.de;
  if (!fields.cbo || !CNS.test(cns)) return null;
  box.dataset.oferecida = "1";
  const got = await answer(form.dataset.lotacoes, question(form, cns, fields.cbo)).catch(() => null);
  return got && box.dataset.de === cns ? got.json() : null;
}

async function offer(form, box) {
  const fields = fieldsOf(form, box);
  const found = await posts(form, box, fields);
  if (found && !box.querySelector(".r-lotacao")) ask(form, box, fields, found.lotacoes);
}

async function chosen(form, box, input) {
  const cns = codeOf(input.value);
  const before = box.dataset.de;
  if (cns === before || !CNS.test(cns)) return;
  box.dataset.de = cns;
  const fields = fieldsOf(form, box);
  const theirs = hearing() && Object.values(fields).some((field) => touched(field) && field.value.trim());
  const found = await posts(form, box, fields);
  if (!found) return;
  const { lotacoes, fora } = found;
  ask(form, box, fields, lotacoes);
  if (theirs) return; // typed before this script came: it stays
  if (lotacoes.length === 1) fill(form, fields, lotacoes[0]);
  else if (CNS.test(before)) fill(form, fields, {}); // what stands there is of another professional
  tell(box, !lotacoes.length && fora ? "Nenhuma lotação deste profissional registra esta ficha." : "");
}

function question(form, cns, cbo) {
  const day = form.querySelector("[name$='.dataAtendimento']")?.value ?? "";
  return new URLSearchParams({
    csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value,
    profissional: cns,
    tipo: form.dataset.tipo,
    versao: form.dataset.versao,
    caminho: cbo.name.slice(2),
    data: day,
  });
}

function fill(form, fields, post) {
  for (const [role, field] of Object.entries(fields)) putInto(field, post[role] ?? "");
  // whoever was already on one of them has nothing to type there
  const inside = Object.values(fields).includes(document.activeElement);
  if (post.cbo && inside) form.dispatchEvent(new CustomEvent("preenchido", { detail: fields.ine ?? fields.cbo }));
}

// Several: a list beside the professional, whose choice changes the three together.
function ask(form, box, fields, lotacoes) {
  box.querySelector(".r-lotacao")?.remove();
  if (lotacoes.length < 2) return;
  const chooser = Object.assign(document.createElement("div"), { className: "r-lotacao s-campo" });
  chooser.innerHTML = '<label>Lotação</label><select><option value="">Em qual trabalha nesta ficha?</option></select>';
  const [label, select] = chooser.children;
  select.id = label.htmlFor = `l-${box.dataset.campo.replace(/\W/g, "-")}`;
  lotacoes.forEach((post, n) => {
    select.add(new Option(`${n + 1} - ${post.texto}`, String(n)));
  });
  const stands = ({ cbo, cnes, ine }) =>
    Object.entries({ cbo, cnes, ine }).every(
      ([role, text]) => !fields[role] || codeOf(fields[role].value) === codeOf(text),
    );
  const now = lotacoes.findIndex(stands);
  select.value = now < 0 ? "" : String(now);
  select.addEventListener("change", (event) => {
    event.stopPropagation();
    fill(form, fields, lotacoes[select.value] ?? {});
  });
  select.addEventListener("input", (event) => event.stopPropagation());
  box.querySelector(".f-achados").before(chooser);
  if (Object.values(fields).includes(document.activeElement)) select.focus();
}

function tell(box, text) {
  box.querySelector(".r-lotacao-nada")?.remove();
  if (!text) return;
  const note = Object.assign(document.createElement("p"), { className: "s-ajuda r-lotacao-nada", textContent: text });
  note.setAttribute("role", "status");
  box.querySelector(".f-achados").before(note);
}
