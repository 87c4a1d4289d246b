// The rules' conditions, as the server sends them (Cond.as_json), answered for the record being filled: in the forms
// of the system and in the agents' app. true, false, or null when only the server can tell.
// A reader says what the record has: { valor(ref), fuso }. `campo` is in the same struct, `^campo` one struct up,
// `/a.b` from the root of the ficha.

import { diaLocal, mesesEntre } from "./datas.js";

const ATENDIMENTO = "/headerTransport.dataAtendimento";

export const preenchido = (v) => v !== null && v !== undefined && v !== "" && !(Array.isArray(v) && !v.length);

const numero = (v) => Number(String(v).replace(",", "."));
const OPERADORES = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
};

// What each kind of condition says of one value (or of the items of a list).
const SIMPLES = {
  filled: (valor) => preenchido(valor),
  empty: (valor) => !preenchido(valor),
  true: (valor) => valor === true,
  false: (valor) => valor === false,
  in: (valor, [codigos]) => itens(valor).some((v) => preenchido(v) && codigos.some((c) => String(c) === String(v))),
  matches: (valor, [padrao]) => {
    const inteiro = new RegExp(`^(?:${padrao})$`);
    return itens(valor).some((v) => typeof v === "string" && inteiro.test(v));
  },
  compare: (valor, [operador, limite]) => preenchido(valor) && OPERADORES[operador](numero(valor), limite),
  age: (valor, [operador, limite, unidade], leitor) => {
    const idade = mesesEntre(diaLocal(valor, leitor.fuso), diaLocal(leitor.valor(ATENDIMENTO), leitor.fuso));
    if (idade === null) return false;
    return OPERADORES[operador](unidade === "meses" ? idade : Math.floor(idade / 12), limite);
  },
};

const itens = (valor) => (Array.isArray(valor) ? valor : [valor]);

export function vale(condicao, leitor) {
  const [tipo, ...resto] = condicao;
  if (tipo === "all" || tipo === "any") {
    const fim = tipo === "any";
    const partes = resto.map((c) => vale(c, leitor));
    if (partes.includes(fim)) return fim;
    return partes.includes(null) ? null : !fim;
  }
  if (tipo === "not") {
    const dentro = vale(resto[0], leitor);
    return dentro === null ? null : !dentro;
  }
  if (!Object.hasOwn(SIMPLES, tipo)) return null;
  const [ref, ...argumentos] = resto;
  return SIMPLES[tipo](leitor.valor(ref), argumentos, leitor);
}

// Which codes a list may have now, of [condition, "so" or "menos", codes]: false only for what is surely refused.
export function aceita(restricoes, leitor) {
  const vigentes = restricoes.filter(([quando]) => vale(quando, leitor) === true);
  return (codigo) =>
    vigentes.every(([, tipo, codigos]) => codigos.some((c) => String(c) === String(codigo)) === (tipo === "so"));
}

// A record as it is: `pilha` are the structs from the root of the ficha down to the one the field is in.
export const leitorDaPilha = (pilha, fuso) => ({ fuso, valor: (ref) => valorEm(pilha, ref) });

export function valorEm(pilha, ref) {
  const acima = /^\^*/.exec(ref)[0].length;
  const nivel = ref.startsWith("/") ? 0 : Math.max(0, pilha.length - 1 - acima);
  const nomes = ref.replace(/^(\/|\^+)/, "").split(".");
  return nomes.reduce((no, nome) => no?.[nome], pilha[nivel]);
}
