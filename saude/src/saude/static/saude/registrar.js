// Nova ficha: draft kept as one types, citizen search, keyboard alone. Works on forms of formulario.js.

import { after, fields, isEmpty, isNeeded, seen } from "./campos.js";
import { addSearches, hasCpf } from "./cidadao.js";
import { checkOnLeaving } from "./conferir.js";
import { begun } from "./inicio.js";
import { fillPosts } from "./lotacao.js";
import { keepMoments, splitMoments } from "./momentos.js";
import { keepDraft } from "./rascunho.js";

function start(form) {
  keepDraft(form);
  keepMoments(form);
  checkOnLeaving(form);
  fillPosts(form);
  form.addEventListener("change", (event) => tellUuid(form, event.target));
  form.addEventListener("change", (event) => cpfTyped(event.target));
  form.addEventListener("escolhido", (event) => {
    if (!event.target.matches("[data-acrescenta], [data-busca-cidadao]")) advance(form, event.target);
  });
  form.addEventListener("preenchido", (event) => advance(form, event.detail));
  form.addEventListener("keydown", (event) => pressed(form, event));
  addSearches(form);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches("[data-blocos]")) splitMoments(event.target);
    addSearches(form);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-ir]");
    if (!link) return;
    event.preventDefault();
    goTo(link.dataset.ir);
  });
  begin(form);
}

// The uuid is known when the CNES is.
function tellUuid(form, field) {
  if (field.name !== `f:${form.dataset.cnes}` || !form.dataset.registrar.startsWith("0000000-")) return;
  const cnes = /^\d{7}(?= - |$)/.exec(field.value.trim());
  const shown = document.getElementById("uuid-mostrado");
  shown.textContent = cnes ? `${cnes[0]}${form.dataset.registrar.slice(7)}` : "definido ao escolher o CNES";
  shown.classList.toggle("s-mono", Boolean(cnes));
}

// Who has a CPF does not lack one.
function cpfTyped(field) {
  if (!field.matches("[data-papel=cpf] *") || !field.value.trim()) return;
  const block = field.closest("[data-cidadao]");
  const lacks = block?.querySelector('[data-papel="sem_cpf"]');
  if (lacks && !lacks.querySelector(":checked")) hasCpf(block).dispatchEvent(new Event("change", { bubbles: true }));
}

// --- keyboard: Enter goes on, Ctrl+Enter finishes, Ctrl+Insert adds a block
function advance(form, from) {
  const next = fields(form).find((f) => f !== from && f.name !== (from.name || "-") && after(from, f));
  (next || form.querySelector("[value=finalizar]")).focus();
}

function pressed(form, event) {
  const { target } = event;
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    target.dispatchEvent(new Event("change", { bubbles: true }));
    form.requestSubmit(form.querySelector("[value=finalizar]"));
  } else if (event.key === "Insert" && event.ctrlKey) {
    event.preventDefault();
    nearest([...form.querySelectorAll("[data-adicionar]")], target)?.click();
  } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
    if (target.matches("textarea, button, summary, a")) return;
    event.preventDefault();
    advance(form, target);
  }
}

const nearest = (all, from) => [...all].reverse().find((b) => b.closest(".f-grupo").contains(from)) || all[0];

// --- a finding in the list leads to its field
function goTo(id) {
  const place = document.getElementById(id);
  const box = place && (place.closest(".f-campo") || place.closest(".f-grupo") || place);
  if (!box) return;
  for (let up = box; up; up = up.parentElement) {
    if (up.tagName === "DETAILS") up.open = true;
    up.hidden = false;
  }
  const inner = [...box.querySelectorAll("input:not([type=hidden]), select, textarea")];
  (inner.find((f) => seen(f) && f.tabIndex >= 0) || box).focus({ preventScroll: true });
  box.scrollIntoView({ block: "center" });
}

// --- where to begin: at what is wrong, else at the first thing to fill; the page moves only when it must
function begin(form) {
  const wrong = form.querySelector(".f-fora [data-ir]");
  if (document.activeElement !== document.body) return; // somebody has begun already
  if (wrong) {
    goTo(wrong.dataset.ir);
    return;
  }
  const all = fields(form);
  const first = all.find((f) => isNeeded(f) && isEmpty(f)) || all[0];
  if (!first) return;
  first.focus({ preventScroll: true });
  if (first.getBoundingClientRect().bottom > window.innerHeight)
    first.closest(".f-campo, .r-cidadao").scrollIntoView({ block: "center" });
}

document.querySelectorAll("form[data-registrar]").forEach(start);

begun("registrar");
