// Checks a record before it is saved on the phone: required, forbidden, ranges, documents, dates.

import { preenchido } from "../comum/condicoes.js";
import { cnsValido, cpfValido, nomeValido } from "./documentos.js";
import { estado } from "./estado.js";
import { ultimoDia } from "./relogio.js";

const VAZIO = "Preencha este campo.";

// [{caminho, mensagem}] of everything wrong in the ficha.
export function conferir(campos, ficha) {
  const achados = [];
  const data = ficha.headerTransport?.dataAtendimento;
  const mensagem = typeof data === "string" ? conferirData(data) : "";
  if (mensagem) achados.push({ caminho: "headerTransport.dataAtendimento", mensagem });
  percorrer(campos, [ficha], "", achados);
  return achados;
}

function percorrer(campos, pilha, base, achados) {
  const no = pilha[pilha.length - 1];
  for (const campo of campos) {
    const caminho = base ? `${base}.${campo.n}` : campo.n;
    const regra = estado(campo, pilha);
    if (regra.proibido) continue; // it is not shown, and it is taken away when the record is saved
    const valor = no[campo.n];
    if (campo.w === "grupo") {
      if (regra.exigido || temAlgo(valor)) percorrer(campo.campos, [...pilha, valor || {}], caminho, achados);
    } else if (campo.w === "lista") {
      for (const [i, item] of (valor || []).entries())
        percorrer(campo.campos, [...pilha, item], `${caminho}[${i}]`, achados);
      if (regra.exigido && !(valor || []).length) achados.push({ caminho, mensagem: "Inclua ao menos um." });
    } else {
      const mensagem = conferirCampo(campo, valor, regra, no);
      if (mensagem) achados.push({ caminho, mensagem });
    }
  }
}

export function temAlgo(no) {
  if (Array.isArray(no)) return no.some((v) => (typeof v === "object" && v !== null ? temAlgo(v) : preenchido(v)));
  if (no && typeof no === "object")
    return Object.values(no).some((v) => (typeof v === "object" && v !== null ? temAlgo(v) : preenchido(v)));
  return preenchido(no);
}

function conferirCampo(campo, valor, regra, no) {
  if (!preenchido(valor)) return regra.exigido ? VAZIO : "";
  if (regra.conflito) return "Deixe só um: este ou o outro documento.";
  if (campo.com && !preenchido(no[campo.com])) return "Preencha também o campo que acompanha este.";
  if (campo.fmt === "cpf") return cpfValido(valor) ? "" : "CPF inválido: confira os 11 dígitos.";
  if (campo.fmt === "cns") return cnsValido(valor) ? "" : "CNS inválido: confira os 15 dígitos.";
  if (campo.fmt === "nome" && !nomeValido(String(valor))) return "Informe nome e sobrenome, só com letras.";
  if (campo.fmt === "email" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(valor)) return "E-mail inválido.";
  if (campo.w === "data") return conferirData(valor);
  if (campo.w === "inteiro" || campo.w === "decimal") return conferirNumero(campo, valor);
  return conferirTamanho(campo, valor);
}

function conferirData(valor) {
  if (!/^\d{4}-\d\d-\d\d/.test(valor)) return "Data inválida.";
  if (valor.slice(0, 10) > ultimoDia()) return "A data está no futuro.";
  return valor < "1870" ? "Data muito antiga: confira o ano." : "";
}

function conferirNumero(campo, valor) {
  const n = Number(String(valor).replace(",", "."));
  if (!Number.isFinite(n)) return "Informe um número.";
  if (campo.w === "inteiro" && !Number.isInteger(n)) return "Informe um número inteiro.";
  const [menor, maior] = campo.faixa || (campo.u === "valor" ? [campo.min ?? null, campo.max ?? null] : [null, null]);
  const escrito = (x) => String(x).replace(".", ",");
  if (menor !== null && n < menor)
    return maior !== null
      ? `Deve ficar de ${escrito(menor)} a ${escrito(maior)}.`
      : `Deve ser ${escrito(menor)} ou mais.`;
  if (maior !== null && n > maior)
    return menor !== null
      ? `Deve ficar de ${escrito(menor)} a ${escrito(maior)}.`
      : `Deve ser no máximo ${escrito(maior)}.`;
  if (campo.u === "digitos" && campo.max && String(Math.abs(n)).replace(/\D/g, "").length > campo.max)
    return `Até ${campo.max} dígitos.`;
  return "";
}

function conferirTamanho(campo, valor) {
  if (campo.u === "caracteres" && typeof valor === "string") {
    const n = valor.trim().length;
    if (campo.min && n < campo.min)
      return campo.min === campo.max ? `São ${campo.min} caracteres.` : `Ao menos ${campo.min} caracteres.`;
    if (campo.max && n > campo.max) return `Até ${campo.max} caracteres (agora ${n}).`;
  }
  if (campo.u === "itens" && Array.isArray(valor) && campo.max && valor.length > campo.max)
    return `Até ${campo.max} opções.`;
  return "";
}

// The ficha as it is saved: without what the rules forbid, without empty values and groups.
export function limpa(campos, ficha) {
  return limparNo(campos, [ficha]);
}

function limparNo(campos, pilha) {
  const no = pilha[pilha.length - 1];
  const conhecidos = new Set(campos.map((c) => c.n));
  const feito = {};
  for (const [nome, valor] of Object.entries(no)) if (!conhecidos.has(nome) && preenchido(valor)) feito[nome] = valor;
  for (const campo of campos) {
    const valor = no[campo.n];
    if (!preenchido(valor) || estado(campo, pilha).proibido) continue;
    if (campo.w === "grupo") {
      if (temAlgo(valor)) feito[campo.n] = limparNo(campo.campos, [...pilha, valor]);
    } else if (campo.w === "lista") {
      const itens = valor.map((i) => limparNo(campo.campos, [...pilha, i])).filter(temAlgo);
      if (itens.length) feito[campo.n] = itens;
    } else feito[campo.n] = escrever(campo, valor);
  }
  return feito;
}

function escrever(campo, valor) {
  if (campo.w === "inteiro" || campo.w === "decimal") {
    const n = Number(String(valor).replace(",", "."));
    return Number.isFinite(n) ? n : valor; // what is no number goes as it was written: nothing is lost
  }
  if (typeof valor === "string") return valor.trim();
  return valor;
}
