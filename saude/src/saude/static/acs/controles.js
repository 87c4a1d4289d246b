// The control of one field of a form: what is tapped, chosen or written.

import { aceita, leitorDaPilha } from "../comum/condicoes.js";
import { dobrar, h } from "./uteis.js";

// What the field may have in some record; and, with what is answered so far, in this one.
const opcoes = (campo, ctx) => {
  const nunca = new Set((campo.menos || []).map(String));
  return (ctx.listas[campo.d] || []).filter(([c]) => !nunca.has(String(c)));
};
export const serve = (campo, pilha) => (campo.aceita ? aceita(campo.aceita, leitorDaPilha(pilha)) : () => true);
export const longa = (campo, ctx) => campo.w === "escolha" && opcoes(campo, ctx).length > 6;

export function controle(campo, valor, id, mudar, ctx, pilha) {
  const numero = (t) => (campo.num && t !== "" ? Number(t) : t);
  if (campo.w === "booleano") return simOuNao(valor, id, mudar);
  if (campo.w === "escolha" && !longa(campo, ctx))
    return escolher(opcoes(campo, ctx), id, valor, (t) => mudar(t === undefined ? undefined : numero(t)));
  if (campo.w === "escolha") return selecionar(opcoes(campo, ctx), id, valor, (t) => mudar(numero(t)));
  if (campo.w === "opcoes") return varias(campo, valor || [], mudar, ctx);
  if (campo.w === "busca" && opcoes(campo, ctx).length) return busca(campo, valor, id, mudar, ctx, numero, pilha);
  return escrever(campo, valor, id, mudar);
}

function simOuNao(valor, id, mudar) {
  const linhas = [
    ["sim", "Sim"],
    ["nao", "Não"],
  ];
  const marcado = valor === true ? "sim" : valor === false ? "nao" : "";
  return escolher(linhas, id, marcado, (t) => mudar(t === undefined ? undefined : t === "sim"));
}

function selecionar(linhas, id, valor, mudar) {
  const caixas = linhas.map(([c, t]) =>
    h("option", { value: String(c), selected: String(c) === String(valor ?? "") }, t),
  );
  return h("select", { id, onchange: (e) => mudar(e.target.value) }, h("option", { value: "" }, "Escolha…"), caixas);
}

const DIGITOS = ["cpf", "cns", "cep", "telefone"];
function escrever(campo, valor, id, mudar) {
  const tipo = campo.w === "data" ? "date" : "text";
  const soDigitos = DIGITOS.includes(campo.fmt);
  const teclado = { inteiro: "numeric", decimal: "decimal" }[campo.w] || (soDigitos ? "numeric" : undefined);
  return h("input", {
    id,
    type: tipo,
    inputmode: teclado,
    "data-teclas": soDigitos || campo.w === "inteiro" ? "digitos" : campo.w === "decimal" ? "decimal" : undefined,
    "data-cabem": ["caracteres", "digitos"].includes(campo.u) && campo.w !== "decimal" ? campo.max : undefined,
    autocomplete: "off",
    value: String(valor ?? "").slice(0, tipo === "date" ? 10 : undefined),
    oninput: (e) => mudar(soDigitos ? e.target.value.replace(/\D/g, "") : e.target.value),
  });
}

// Short answers stand side by side, as many as fit; long ones one below the other.
const fichas = (linhas) => (linhas.length > 2 && linhas.every(([, t]) => t.length <= 34) ? "fichas" : undefined);

// Touching the chosen one again takes the answer back.
function escolher(linhas, id, valor, mudar) {
  let atual = String(valor ?? "");
  const tocar = (e) => {
    if (e.target.value === atual) {
      e.target.checked = false;
      atual = "";
      mudar(undefined);
      return;
    }
    atual = e.target.value;
    mudar(atual);
  };
  const curtas = linhas.length <= 3 && linhas.every(([, t]) => t.length < 10);
  return h(
    "div",
    { class: curtas ? "lado" : fichas(linhas) },
    linhas.map(([c, t]) =>
      h(
        "label",
        { class: "opcao" },
        h("input", { type: "radio", name: id, value: String(c), checked: String(c) === atual, onclick: tocar }),
        t,
      ),
    ),
  );
}

function varias(campo, valor, mudar, ctx) {
  const marcados = new Set(valor.map(String));
  const grupos = new Map();
  for (const [c, t, g = ""] of opcoes(campo, ctx)) grupos.set(g, [...(grupos.get(g) || []), [c, t]]);
  return [...grupos].map(([g, linhas]) => [
    g ? h("p", { class: "rotulo" }, g) : null,
    h(
      "div",
      { class: fichas(linhas) },
      linhas.map(([c, t]) =>
        h(
          "label",
          { class: "opcao" },
          h("input", {
            type: "checkbox",
            value: String(c),
            checked: marcados.has(String(c)),
            onchange: (e) => {
              if (e.target.checked) marcados.add(String(c));
              else marcados.delete(String(c));
              mudar([...marcados].map((x) => (campo.num ? Number(x) : x)));
            },
          }),
          t,
        ),
      ),
    ),
  ]);
}

// The very word first, then what begins with it.
const ordem = ([, t], texto) => (dobrar(t) === texto ? 0 : dobrar(t).startsWith(texto) ? 1 : 2);

const CABEM = 12;
const achadas = (linhas, texto) =>
  texto
    ? linhas
        .filter(([c, t]) => dobrar(t).includes(texto) || String(c).startsWith(texto))
        .sort((a, b) => ordem(a, texto) - ordem(b, texto))
        .slice(0, CABEM)
    : [];

function busca(campo, valor, id, mudar, ctx, numero, pilha) {
  const linhas = opcoes(campo, ctx);
  const todas = ctx.listas[campo.d] || [];
  const rotulo = (c) => todas.find((l) => String(l[0]) === String(c))?.[1] ?? String(c ?? "");
  const lista = h("div");
  const escolhida = (c, t) => () => {
    entrada.value = t;
    lista.replaceChildren();
    mudar(numero(c));
  };
  const procurar = () => {
    const aceito = serve(campo, pilha);
    const servem = linhas.filter(([c]) => aceito(c));
    lista.replaceChildren(
      ...achadas(servem, dobrar(entrada.value)).map(([c, t]) =>
        h("button", { type: "button", class: "opcao", onclick: escolhida(c, t) }, t),
      ),
    );
    mudar(undefined);
  };
  const entrada = h("input", { id, type: "text", autocomplete: "off", value: rotulo(valor), oninput: procurar });
  return h("div", {}, entrada, lista);
}
