// Filters that are chosen by name: the address gets the internal id (or the sealed cause) of what was chosen.

import { answer, combobox, noOption, optionOf, settled } from "./combobox.js";
import { begun } from "./inicio.js";

const SHORTEST = 2;
const BOX = "[data-escolha]";
const hidden = (input) => [...input.parentElement.querySelectorAll("input[type=hidden]")];
const chosen = (input) => hidden(input).some((h) => h.value);

combobox(BOX, {
  wait: 250,
  whole: true,
  async ask(input, text) {
    if (!text && input.dataset.inteira === undefined) return null;
    // who or what is looked for is never in an address
    const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const { competencia = "", situacao = "" } = input.dataset;
    const got = await answer(
      input.dataset.escolha,
      new URLSearchParams({ q: text, competencia, situacao, csrfmiddlewaretoken }),
    );
    if (!got) return null;
    const { opcoes, clientes = [] } = await got.json();
    const found = opcoes ?? clientes.map((c) => ({ ...c, campo: "cliente", valor: c.id, texto: c.nome || "Sem nome" }));
    return found.length
      ? found.map(row)
      : [noOption(text.length < SHORTEST ? "Digite mais letras" : "Nada encontrado")];
  },
  sure: () => true,
  choose(input, option) {
    for (const h of hidden(input)) h.value = h.name === option.opcao.campo ? option.opcao.valor : "";
    input.value = option.opcao.texto;
    input.setCustomValidity("");
  },
});

function row(opcao) {
  const option = optionOf(opcao.detalhe ? `${opcao.texto} (${opcao.detalhe})` : opcao.texto);
  option.opcao = opcao;
  return option;
}

// What is typed and not chosen is no filter: said, not passed over.
document.addEventListener("input", ({ target }) => {
  if (!target.matches(BOX) || settled(target)) return;
  for (const h of hidden(target)) h.value = "";
});
document.addEventListener("focusout", ({ target }) => {
  if (target.matches(BOX) && !target.value.trim()) for (const h of hidden(target)) h.value = "";
});
document.addEventListener("click", ({ target }) => {
  const form = target.closest("button")?.form;
  for (const input of form?.querySelectorAll(BOX) ?? []) {
    const open = input.value.trim() && !chosen(input);
    input.setCustomValidity(open ? "Escolha uma das opções da lista, ou deixe vazio." : "");
  }
});

begun("filtros");
