// The rules' conditions, as the server sends them (Cond.as_json), answered for the record being filled.
// true, false, or null when only the server can tell.

export const preenchido = (v) => v !== null && v !== undefined && v !== "" && !(Array.isArray(v) && !v.length);

// `pilha`: the structs from the root of the ficha down to the one the field is in.
export function valorEm(pilha, ref) {
  let nivel = pilha.length - 1;
  let caminho = ref;
  if (caminho.startsWith("/")) {
    nivel = 0;
    caminho = caminho.slice(1);
  }
  while (caminho.startsWith("^")) {
    nivel -= 1;
    caminho = caminho.slice(1);
  }
  return caminho
    .split(".")
    .reduce((no, nome) => (no === null || no === undefined ? undefined : no[nome]), pilha[Math.max(0, nivel)]);
}

const comparar = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
};

function meses(pilha, nascimento) {
  const header = pilha[0].headerTransport || {};
  const [de, ate] = [nascimento, header.dataAtendimento].map((t) =>
    /^\d{4}-\d\d-\d\d/.test(t || "") ? t.slice(0, 10).split("-").map(Number) : null,
  );
  if (!de || !ate) return null;
  return (ate[0] - de[0]) * 12 + ate[1] - de[1] - (ate[2] < de[2] ? 1 : 0);
}

export function vale(pilha, condicao) {
  const [tipo, ...resto] = condicao;
  if (tipo === "all" || tipo === "any") {
    const fim = tipo === "any";
    const partes = resto.map((c) => vale(pilha, c));
    if (partes.includes(fim)) return fim;
    return partes.includes(null) ? null : !fim;
  }
  if (tipo === "not") {
    const dentro = vale(pilha, resto[0]);
    return dentro === null ? null : !dentro;
  }
  if (tipo === "server") return null;
  const valor = valorEm(pilha, resto[0]);
  const valores = Array.isArray(valor) ? valor : [valor];
  switch (tipo) {
    case "filled":
      return preenchido(valor);
    case "empty":
      return !preenchido(valor);
    case "true":
      return valor === true;
    case "false":
      return valor === false;
    case "in": {
      const codigos = resto[1].map(String);
      return valores.some((v) => preenchido(v) && codigos.includes(String(v)));
    }
    case "matches":
      return valores.some((v) => typeof v === "string" && new RegExp(`^(?:${resto[1]})$`).test(v));
    case "compare":
      return preenchido(valor) && comparar[resto[1]](Number(String(valor).replace(",", ".")), resto[2]);
    case "age": {
      const idade = meses(pilha, valor);
      return idade !== null && comparar[resto[1]](resto[3] === "meses" ? idade : Math.floor(idade / 12), resto[2]);
    }
    default:
      return null;
  }
}

const soDePreenchimento = (c) =>
  c[0] === "filled" || ((c[0] === "all" || c[0] === "any") && c.length > 1 && c.slice(1).every(soDePreenchimento));

// What the rules say of a field now: `exigido`, `proibido`, `conflito` (forbidden because another is filled) and
// `dependente` (the question before it was not answered yes).
export function estado(campo, pilha) {
  const dito = { exigido: campo.o === true, proibido: false, conflito: false, dependente: false };
  for (const [tipo, condicao] of campo.regras || []) {
    const resposta = vale(pilha, condicao);
    // "not when X is no" waits for X to be yes: nothing to ask before that
    if (tipo === "proibe" && condicao[0] === "false" && valorEm(pilha, condicao[1]) !== true) dito.dependente = true;
    if (tipo === "exige" && resposta) dito.exigido = true;
    if (tipo === "so" && resposta === true) dito.exigido = true;
    if ((tipo === "proibe" && resposta === true) || (tipo === "so" && resposta === false)) {
      if (tipo === "proibe" && soDePreenchimento(condicao)) dito.conflito = true;
      else dito.proibido = true;
    }
  }
  if (dito.proibido) dito.exigido = false;
  return dito;
}
