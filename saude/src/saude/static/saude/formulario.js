// Forms made from the layout: conditional fields, search boxes, repeated blocks, nothing typed is lost.

import { vale } from "../comum/condicoes.js";
import { changed, codeOf as code } from "./campos.js";
import { codeBoxes } from "./codigos.js";
import { answer, combobox } from "./combobox.js";
import { begun } from "./inicio.js";
import { filterOptions, question } from "./oferta.js";
import "./simnao.js";

// --- what the form says of a field: what is typed, or what the record has where the form asks nothing
function read(form, path) {
  const fields = form.querySelectorAll(`[name="${CSS.escape(`f:${path}`)}"]`);
  if (fields.length) return fieldValue(fields);
  if (inside(form, path)) return [true];
  const steps = path.split(/[.[\]]+/).filter(Boolean);
  return steps.reduce((node, step) => node?.[step], form.ficha) ?? null;
}
// a group or list of blocks is filled when something in it is
const inside = (form, path) =>
  [...form.querySelectorAll(`[name^="${CSS.escape(`f:${path}`)}"]`)].some(
    (f) => /^[.[]/.test(f.name.slice(path.length + 2)) && typed(f) && !f.closest("[data-fora]"),
  );
const typed = (f) =>
  f.type === "checkbox" || f.type === "radio"
    ? f.checked
    : f.type !== "hidden" || f.dataset.momento !== undefined
      ? Boolean(f.value.trim())
      : false;
const fieldValue = (fields) => {
  const boxes = [...fields].filter((f) => f.type === "checkbox");
  if (boxes.length) return boxes.filter((b) => b.checked).map((b) => b.value);
  const pair = [...fields].filter((f) => f.type === "radio");
  if (pair.length) return { sim: true, nao: false }[pair.find((r) => r.checked)?.value] ?? "";
  const text = fields[0].value.trim();
  if (fields[0].tagName === "TEXTAREA") return text ? text.split("\n").map(code) : [];
  return fields[0].dataset.fonte ? code(text) : text;
};
// Where a rule looks from the struct it stands in: see comum/condicoes.js.
function resolve(struct, ref) {
  if (ref.startsWith("/")) return ref.slice(1);
  const up = /^\^*/.exec(ref)[0].length;
  let base = struct;
  for (let n = 0; n < up; n += 1) base = parent(base);
  return base ? `${base}.${ref.slice(up)}` : ref.slice(up);
}
const parent = (path) => {
  const plain = path.replace(/\[\d+\]$/, "");
  return plain.includes(".") ? plain.slice(0, plain.lastIndexOf(".")) : "";
};
const reader = (form, struct) => ({
  fuso: form.dataset.fuso,
  caminho: (ref) => resolve(struct, ref),
  valor: (ref) => read(form, resolve(struct, ref)),
});

// A field that may not be filled is hidden while it is empty; one that must be is marked.
function judge(form) {
  for (const box of form.querySelectorAll("[data-regras]")) judgeBox(form, box);
  for (const box of form.querySelectorAll("[data-aceita]")) filterOptions(box, readerOf(form, box));
  questionnaires(form);
  for (const part of form.querySelectorAll(".f-secao")) part.hidden = !part.querySelector(SHOWN);
}
// a heading over nothing goes
const SHOWN =
  ":scope > .f-campos > .f-campo:not([hidden]), :scope > .f-grupo:not([hidden]), " +
  ":scope > details > .f-campos > .f-campo:not([hidden])";

function readerOf(form, box) {
  const path = box.dataset.caminho;
  return reader(form, path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "");
}

function judgeBox(form, box) {
  const from = readerOf(form, box);
  const answers = JSON.parse(box.dataset.regras).map(([kind, condition]) => [kind, vale(condition, from)]);
  const needed = answers.some(([kind, said]) => kind !== "proibe" && said);
  const forbidden = answers.some(([kind, said]) => (kind === "proibe" && said) || (kind === "so" && said === false));
  const mark = box.querySelector(":scope > label > .f-exigido, :scope > fieldset > legend > .f-exigido");
  if (mark) mark.hidden = !needed;
  box.dataset.exigido = needed ? "1" : "";
  const empty = ![...box.querySelectorAll("[name^='f:']")].some((f) => typed(f) && !f.closest("[data-fora]"));
  box.classList.toggle("f-campo--proibido", forbidden && !empty);
  box.hidden = forbidden && empty && !box.querySelector(".s-erro") && !box.contains(document.activeElement);
  box.dataset.vazio = empty ? "1" : "";
}

// Of several questionnaires, only the one the age asks for.
function questionnaires(form) {
  const all = [...form.querySelectorAll("[data-questionario]")];
  const asked = all.some((box) => box.dataset.exigido);
  all.forEach((box) => {
    if (asked && !box.dataset.exigido && box.dataset.vazio) box.hidden = true;
  });
}

function start(form) {
  form.ficha = JSON.parse(form.dataset.ficha || "{}");
  codeBoxes(form);
  judge(form);
  form.addEventListener("change", () => judge(form));
  form.addEventListener("input", () => judge(form));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
}

// --- repeated blocks
document.addEventListener("htmx:configRequest", (event) => {
  const button = event.target;
  if (!button.dataset || !button.dataset.adicionar) return;
  const next = Number(button.dataset.proximo);
  event.detail.parameters = { caminho: button.dataset.adicionar, indice: next };
  button.dataset.proximo = next + 1;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.target.closest?.("form[data-ficha]");
  if (form && event.target.matches("[data-blocos]")) {
    codeBoxes(event.target);
    judge(form);
    const first = event.target.lastElementChild.querySelector("input:not([type=hidden]), select");
    if (first) first.focus();
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-remover]");
  if (!button) return;
  const block = button.closest(".f-grupo");
  block.querySelector("[data-remover-campo]").value = "1";
  block.hidden = true;
  block.dataset.fora = "1";
  block.closest("form").dispatchEvent(new Event("change", { bubbles: true }));
});

// --- search boxes: code or words
combobox("[data-fonte]", {
  onTab: true,
  whole: true,
  async ask(input, text) {
    const got = await answer(input.dataset.fonte, question(input, text));
    if (!got) return null;
    const made = document.createElement("template");
    made.innerHTML = await got.text();
    return [...made.content.children];
  },
  // only what cannot be mistaken
  sure: (rows, text) => rows.length === 1 || code(rows[0].dataset.valor).toLowerCase() === code(text).toLowerCase(),
  choose(input, row) {
    const target = input.dataset.acrescenta ? document.getElementById(input.dataset.acrescenta) : input;
    if (target === input) input.value = row.dataset.valor;
    else {
      const others = target.value.split("\n").filter((t) => t.trim() && code(t) !== code(row.dataset.valor));
      target.value = [...others, row.dataset.valor].join("\n");
      input.value = "";
    }
    changed(target);
  },
});

document.querySelectorAll("form[data-ficha]").forEach(start);

begun("formulario", ...(window.htmx ? ["blocos"] : []));
