// Citizen search: one for each block that identifies a citizen; the chosen one fills what the block has.

import { after, fields, isEmpty, isNeeded, setYesNo } from "./campos.js";
import { answer, combobox, noOption, optionOf } from "./combobox.js";

// roles of fields in the layout (data-papel) that the server tells of a citizen
const ROLES = [
  "cpf",
  "cns",
  "nascimento",
  "sexo",
  "nome",
  "nome_social",
  "nome_mae",
  "raca_cor",
  "telefone",
  "microarea",
];
const BOX = `
  <label>Buscar cidadão</label>
  <input type="search" placeholder="Nome, CPF ou CNS" autocomplete="off" role="combobox" data-busca-cidadao
    aria-autocomplete="list" aria-expanded="false">
  <ul class="f-lista" role="listbox" aria-label="Cidadãos" hidden></ul>`;
let serial = 0;

export function addSearches(form) {
  for (const block of form.querySelectorAll("[data-cidadao]:not([data-com-busca])")) addSearch(block);
}

function addSearch(block) {
  block.dataset.comBusca = "1";
  const id = `r-cidadao-${++serial}`;
  const box = document.createElement("div");
  box.className = "r-cidadao s-campo";
  box.innerHTML = BOX;
  const [label, input, list] = box.children;
  label.htmlFor = input.id = id;
  list.id = `${id}-l`;
  input.setAttribute("aria-controls", list.id);
  const part = identification(block);
  const head = part ? part.querySelector(":scope > .f-parte") : block.querySelector(":scope > .f-grupo__cabeca");
  if (head) head.after(box);
  else (part || block).prepend(box);
  // it is no field of the ficha: the form does not hear of it
  for (const kind of ["input", "change"]) input.addEventListener(kind, (event) => event.stopPropagation());
}

const identification = (block) =>
  [...block.querySelectorAll("[data-identificacao]")].find((p) => p.closest("[data-cidadao]") === block);

combobox("[data-busca-cidadao]", {
  wait: 250,
  async ask(input, text) {
    // what is looked for is somebody: never in an address
    const csrf = input.form.querySelector("[name=csrfmiddlewaretoken]").value;
    const got = await answer(input.form.dataset.clientes, new URLSearchParams({ q: text, csrfmiddlewaretoken: csrf }));
    if (!got) return null;
    const { clientes } = await got.json();
    return clientes.length ? clientes.map(row) : [noOption("Nenhum cidadão encontrado")];
  },
  choose(input, option) {
    const block = input.closest("[data-cidadao]");
    fill(block, option.cidadao);
    input.value = option.cidadao.nome;
    const part = identification(block);
    const rest = fields(input.form).filter((f) => after(input, f));
    const next =
      rest.find((f) => part?.contains(f) && isNeeded(f) && isEmpty(f)) || rest.find((f) => !part?.contains(f));
    next?.focus();
  },
});

function row(cidadao) {
  const option = optionOf(`${cidadao.nome || "Sem nome"} ${cidadao.detalhe ? `(${cidadao.detalhe})` : ""}`);
  option.cidadao = cidadao;
  return option;
}

const fieldOf = (block, role) => block.querySelector(`[data-papel="${role}"] [name^="f:"]`);

// Who has a CPF is known by it alone, where the block asks for it.
function fill(block, cidadao) {
  for (const role of ROLES) {
    const field = fieldOf(block, role);
    if (!field) continue;
    const byCpf = role === "cns" && cidadao.cpf && fieldOf(block, "cpf");
    field.value = byCpf ? "" : cidadao[role] || "";
    field.mostrar?.();
  }
  if (cidadao.cpf) hasCpf(block);
  block.closest("form").dispatchEvent(new Event("change", { bubbles: true }));
  block.querySelector("[name^='f:']").dispatchEvent(new Event("change", { bubbles: true }));
}

export function hasCpf(block) {
  const box = block.querySelector('[data-papel="sem_cpf"]');
  setYesNo(box, "nao");
  return box;
}
