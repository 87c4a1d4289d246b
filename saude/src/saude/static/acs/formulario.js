// A form made from the layout: fields appear and vanish by the rules' conditions.

import { aceita, leitorDaPilha, preenchido } from "../comum/condicoes.js";
import { estado } from "./estado.js";
import { localizacao } from "./localizacao.js";
import { dobrar, h } from "./uteis.js";

let n = 0;

// Draws `campos` for `ficha` (changed in place). `listas`: name -> options. `mudou` is called on each change.
// `manter`: the groups that stay as the server has them, until the user answers them anew (changed in place).
export function montar(campos, ficha, listas, manter, mudou) {
  const vivos = [];
  const ctx = {
    listas,
    vivos,
    manter,
    mudou: () => {
      julgar(vivos);
      mudou();
    },
    redesenhar: null,
  };
  const raiz = h("div");
  ctx.redesenhar = () => {
    vivos.length = 0;
    raiz.replaceChildren(...desenhar(campos, [ficha], "", ctx));
    julgar(vivos);
  };
  ctx.redesenhar();
  return { raiz, mostrar: (achados) => mostrar(vivos, achados) };
}

// `nivel`: of the headings here, one below the heading they stand under (the screen's own is the first).
function desenhar(campos, pilha, base, ctx, nivel = 2) {
  const feitos = [];
  let secao = null;
  for (const campo of campos) {
    const feito = um(campo, pilha, base ? `${base}.${campo.n}` : campo.n, ctx, campo.s ? nivel + 1 : nivel);
    if (!campo.s) {
      feitos.push(feito);
      continue;
    }
    if (secao?.titulo !== campo.s) {
      secao = {
        titulo: campo.s,
        dentro: h("div", { class: "secao" }, h(`h${nivel}`, {}, campo.s)),
      };
      feitos.push(secao.dentro);
    }
    secao.dentro.append(feito);
  }
  return feitos;
}

function um(campo, pilha, caminho, ctx, nivel) {
  const no = pilha[pilha.length - 1];
  if (campo.w === "grupo" && !pilha[1] && ctx.manter.includes(campo.n)) return mantido(campo, pilha, caminho, ctx);
  if (campo.w === "grupo") {
    no[campo.n] ??= {};
    const caixa = h(
      "details",
      { class: "grupo", open: estado(campo, pilha).exigido || !pilha[1] },
      h("summary", {}, campo.r),
      desenhar(campo.campos, [...pilha, no[campo.n]], caminho, ctx, nivel),
    );
    ctx.vivos.push({ campo, pilha, caminho, caixa });
    return caixa;
  }
  if (campo.w === "lista") return lista(campo, pilha, caminho, ctx, nivel);
  const id = `c${++n}`;
  const erro = h("p", { role: "alert", id: `${id}-e`, hidden: true });
  const marca = h("span", { class: "exigido", hidden: true }, " *");
  const grupo = ["opcoes", "booleano", "escolha", "localizacao"].includes(campo.w) && !longa(campo, ctx);
  const mudar = (valor) => {
    if (preenchido(valor)) no[campo.n] = valor;
    else delete no[campo.n];
    ctx.mudou();
  };
  const dentro =
    campo.w === "localizacao"
      ? localizacao(campo, no, id, ctx.mudou)
      : controle(campo, no[campo.n], id, mudar, ctx, pilha);
  const caixa = grupo
    ? h(
        "fieldset",
        { class: campo.w === "booleano" ? "campo pergunta" : "campo", "aria-describedby": `${id}-e` },
        h("legend", {}, campo.r, marca),
        dentro,
        erro,
      )
    : h("div", { class: "campo" }, h("label", { for: id }, campo.r, marca), dentro, erro);
  ctx.vivos.push({ campo, pilha, caminho, caixa, erro, marca });
  return caixa;
}

// A section that is not on the phone: it stays as it is in the registration, unless it is answered anew.
function mantido(campo, pilha, caminho, ctx) {
  const responder = h(
    "button",
    {
      type: "button",
      class: "simples",
      "aria-label": `Responder de novo: ${campo.r}`,
      onclick: () => {
        ctx.manter.splice(ctx.manter.indexOf(campo.n), 1);
        ctx.redesenhar();
        ctx.mudou();
      },
    },
    "Responder de novo",
  );
  const caixa = h(
    "div",
    { class: "grupo mantido" },
    h("b", {}, campo.r),
    h("p", { class: "fraco" }, "Fica como está no cadastro do município."),
    responder,
  );
  ctx.vivos.push({ campo, pilha, caminho, caixa });
  return caixa;
}

function lista(campo, pilha, caminho, ctx, nivel) {
  const no = pilha[pilha.length - 1];
  const unico = campo.n === "visitasDomiciliares";
  no[campo.n] ??= unico ? [{}] : [];
  const itens = no[campo.n].map((item, i) => {
    const dentro = desenhar(campo.campos, [...pilha, item], `${caminho}[${i}]`, ctx, unico ? nivel : nivel + 2);
    if (unico) return h("div", {}, dentro);
    const tirar = h(
      "button",
      {
        type: "button",
        onclick: () => {
          no[campo.n].splice(i, 1);
          ctx.redesenhar();
          ctx.mudou();
        },
      },
      "Retirar",
    );
    return h("section", { class: "grupo" }, h(`h${nivel + 1}`, {}, `${campo.item} ${i + 1}`), dentro, tirar);
  });
  const mais = h(
    "button",
    {
      type: "button",
      onclick: () => {
        no[campo.n].push({});
        ctx.redesenhar();
        ctx.mudou();
      },
    },
    `Incluir: ${campo.r}`,
  );
  const erro = h("p", { role: "alert", hidden: true });
  const caixa = h(
    "div",
    { class: "campo" },
    unico ? null : h(`h${nivel}`, {}, campo.r),
    itens,
    unico ? null : mais,
    erro,
  );
  ctx.vivos.push({ campo, pilha, caminho, caixa, erro });
  return caixa;
}

// What the field may have in some record; and, with what is answered so far, in this one.
const opcoes = (campo, ctx) => {
  const nunca = new Set((campo.menos || []).map(String));
  return (ctx.listas[campo.d] || []).filter(([c]) => !nunca.has(String(c)));
};
const serve = (campo, pilha) => (campo.aceita ? aceita(campo.aceita, leitorDaPilha(pilha)) : () => true);
const longa = (campo, ctx) => campo.w === "escolha" && opcoes(campo, ctx).length > 6;

function controle(campo, valor, id, mudar, ctx, pilha) {
  const numero = (t) => (campo.num && t !== "" ? Number(t) : t);
  if (campo.w === "booleano")
    return escolher(
      [
        ["sim", "Sim"],
        ["nao", "Não"],
      ],
      id,
      valor === true ? "sim" : valor === false ? "nao" : "",
      (t) => mudar(t === undefined ? undefined : t === "sim"),
    );
  if (campo.w === "escolha" && !longa(campo, ctx))
    return escolher(opcoes(campo, ctx), id, valor, (t) => mudar(t === undefined ? undefined : numero(t)));
  if (campo.w === "escolha") {
    const caixas = opcoes(campo, ctx).map(([c, t]) =>
      h("option", { value: String(c), selected: String(c) === String(valor ?? "") }, t),
    );
    return h(
      "select",
      { id, onchange: (e) => mudar(numero(e.target.value)) },
      h("option", { value: "" }, "Escolha…"),
      caixas,
    );
  }
  if (campo.w === "opcoes") return varias(campo, valor || [], mudar, ctx);
  if (campo.w === "busca" && opcoes(campo, ctx).length) return busca(campo, valor, id, mudar, ctx, numero, pilha);
  const tipo = campo.w === "data" ? "date" : "text";
  const teclado =
    { inteiro: "numeric", decimal: "decimal" }[campo.w] ||
    (["cpf", "cns", "cep", "telefone"].includes(campo.fmt) ? "numeric" : undefined);
  const soDigitos = ["cpf", "cns", "cep", "telefone"].includes(campo.fmt);
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

function busca(campo, valor, id, mudar, ctx, numero, pilha) {
  const linhas = opcoes(campo, ctx);
  const todas = ctx.listas[campo.d] || [];
  const rotulo = (c) => todas.find((l) => String(l[0]) === String(c))?.[1] ?? String(c ?? "");
  const achadas = h("div");
  const entrada = h("input", {
    id,
    type: "text",
    autocomplete: "off",
    value: rotulo(valor),
    oninput: () => {
      const texto = dobrar(entrada.value);
      const aceito = serve(campo, pilha);
      const certas = texto
        ? linhas
            .filter(([c]) => aceito(c))
            .filter(([c, t]) => dobrar(t).includes(texto) || String(c).startsWith(texto))
            .sort((a, b) => ordem(a, texto) - ordem(b, texto))
            .slice(0, 12)
        : [];
      achadas.replaceChildren(
        ...certas.map(([c, t]) =>
          h(
            "button",
            {
              type: "button",
              class: "opcao",
              onclick: () => {
                entrada.value = t;
                achadas.replaceChildren();
                mudar(numero(c));
              },
            },
            t,
          ),
        ),
      );
      mudar(undefined);
    },
  });
  return h("div", {}, entrada, achadas);
}

function julgar(vivos) {
  for (const v of vivos) {
    const dito = estado(v.campo, v.pilha);
    const vazio = !preenchido(v.pilha[v.pilha.length - 1][v.campo.n]);
    v.caixa.hidden = dito.proibido || ((dito.conflito || (dito.dependente && !dito.exigido)) && vazio);
    if (v.marca) v.marca.hidden = !dito.exigido;
    if (v.campo.aceita) oferecer(v);
  }
  const secoes = new Set(vivos.map((v) => v.caixa.parentElement).filter((e) => e?.className === "secao"));
  for (const s of secoes) s.hidden = [...s.children].slice(1).every((e) => e.hidden); // no heading over nothing
}

// What is not accepted with what is answered goes out of sight; what is chosen stays.
function oferecer({ campo, pilha, caixa }) {
  const aceito = serve(campo, pilha);
  for (const opcao of caixa.querySelectorAll("option:not([value='']), input[type=radio], input[type=checkbox]")) {
    const fora = !aceito(opcao.value) && !opcao.checked && !opcao.selected;
    (opcao.closest("label") ?? opcao).hidden = fora;
    opcao.disabled = fora;
  }
  // a heading of a group with nothing under it goes
  for (const titulo of caixa.querySelectorAll("p.rotulo"))
    titulo.hidden = [...titulo.nextElementSibling.children].every((o) => o.hidden);
}

function mostrar(vivos, achados) {
  let primeiro = null;
  for (const v of vivos.filter((x) => x.erro)) {
    const achado = achados.find((a) => a.caminho === v.caminho);
    v.erro.hidden = !achado;
    v.erro.textContent = achado ? achado.mensagem : "";
    if (achado && !primeiro) primeiro = v.caixa;
  }
  for (let p = primeiro?.parentElement; p; p = p.parentElement) if (p.tagName === "DETAILS") p.open = true;
  primeiro?.scrollIntoView({ block: "center" });
  primeiro?.querySelector("input, select")?.focus({ preventScroll: true });
}
