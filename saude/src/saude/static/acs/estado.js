// What the rules say of a field of the form now.

import { leitorDaPilha, vale, valorEm } from "../comum/condicoes.js";

const soDePreenchimento = (c) =>
  c[0] === "filled" || ((c[0] === "all" || c[0] === "any") && c.length > 1 && c.slice(1).every(soDePreenchimento));

// `exigido`, `proibido`, `conflito` (forbidden because another is filled) and `dependente` (the question before it
// was not answered yes). The days of a record on the phone are local text: no time zone is asked for.
export function estado(campo, pilha) {
  const dito = { exigido: campo.o === true, proibido: false, conflito: false, dependente: false };
  const leitor = leitorDaPilha(pilha);
  for (const [tipo, condicao] of campo.regras || []) {
    const resposta = vale(condicao, leitor);
    // "not when X is no" waits for X to be yes: nothing to ask before that
    if (tipo === "proibe" && condicao[0] === "false" && valorEm(pilha, condicao[1]) !== true) dito.dependente = true;
    if (tipo !== "proibe" && resposta === true) dito.exigido = true;
    if (tipo === "proibe" ? resposta === true : tipo === "so" && resposta === false) {
      if (tipo === "proibe" && soDePreenchimento(condicao)) dito.conflito = true;
      else dito.proibido = true;
    }
  }
  if (dito.proibido) dito.exigido = false;
  return dito;
}
