// Only what the record would take is offered: lists on the page by their conditions, search boxes by asking with what
// is typed so far.

import { aceita, vale } from "../comum/condicoes.js";
import { rove } from "./codigos.js";

const inForce = (narrows, reader) => narrows.filter(([when]) => vale(when, reader) === true);

const chosen = (option) => (option.tagName === "OPTION" ? option.selected : option.checked);
const optionsOf = (box) => [...box.querySelectorAll("option:not([value='']), input[type=checkbox]")];

// What is not taken goes out of sight; what is chosen stays, and says so.
export function filterOptions(box, reader) {
  const narrows = JSON.parse(box.dataset.aceita);
  const takes = aceita(narrows, reader);
  const all = optionsOf(box);
  let left = 0;
  for (const option of all) {
    const out = !takes(option.value);
    const away = out && !chosen(option);
    const shown = option.closest("label") ?? option;
    shown.hidden = away;
    option.disabled = away;
    shown.classList.toggle("f-opcao--recusada", out && !away);
    left += away ? 1 : 0;
  }
  if (box.querySelector("[data-codigos]")) rove([...box.querySelectorAll("input[type=checkbox]")]);
  tell(box, left, left === all.length ? asked(box, inForce(narrows, reader), reader) : "");
}

function tell(box, left, first) {
  let note = box.querySelector(":scope > .f-filtrada");
  if (!note) {
    note = Object.assign(document.createElement("p"), { className: "s-ajuda f-filtrada" });
    box.querySelector(":scope > .f-achados").before(note);
  }
  note.hidden = !left;
  note.textContent = first
    ? `Nada desta lista é aceito com o que está preenchido. Veja antes: ${first}.`
    : "A lista mostra só o que é aceito com o que já está preenchido.";
}

// Labels of the fields that the conditions read.
function asked(box, rules, reader) {
  const paths = new Set(rules.flatMap(([when]) => refs(when)).map(reader.caminho));
  const labels = [...paths].map((path) => {
    const other = box.closest("form").querySelector(`[data-campo="${CSS.escape(path)}"]`);
    return other?.querySelector("label, legend")?.firstChild.textContent.trim();
  });
  return labels.filter(Boolean).join(", ") || "os outros campos";
}

const refs = ([kind, first, ...rest]) =>
  ["all", "any", "not"].includes(kind) ? [first, ...rest].flatMap(refs) : kind === "server" ? [] : [first];

// What the server needs to tell what a field takes: the header, and the citizen the field is of.
export function question(input, text) {
  const form = input.form;
  const block = input.closest("[data-cidadao]");
  const field = input.dataset.acrescenta ? document.getElementById(input.dataset.acrescenta) : input;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("q", text);
  body.set("id", input.getAttribute("aria-controls"));
  const others = [...form.querySelectorAll("[data-cidadao]")].filter((b) => block && b !== block && !b.contains(block));
  const left = [...others, ...form.querySelectorAll("[data-fora]")].flatMap((b) => [...named(b)].map((f) => f.name));
  const out = new Set([field.name, ...left]);
  for (const [name, value] of new FormData(form)) if (name.startsWith("f:") && !out.has(name)) body.append(name, value);
  const known = trimmed(form.ficha ?? {}, field.name.slice(2));
  if (Object.keys(known).length) body.set("ficha", JSON.stringify(known));
  return body;
}

const named = (scope) => scope.querySelectorAll("[name^='f:']");

// The ficha as it was opened, with the other citizens left out.
function trimmed(ficha, path) {
  const [, list, position] = /^(\w+)\[(\d+)\]/.exec(path) ?? [];
  if (!list || !Array.isArray(ficha[list])) return ficha;
  return { ...ficha, [list]: ficha[list].map((item, n) => (n === Number(position) ? item : {})) };
}
