// A form made from the layout: fields appear and vanish by the rules' conditions.

import { preenchido } from "../comum/condicoes.js";
import { controle, longa, serve } from "./controles.js";
import { estado } from "./estado.js";
import { localizacao } from "./localizacao.js";
import { h } from "./uteis.js";

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
    raiz.replaceChildren(...desenhar(campos, [ficha], "", ctx, 2));
    julgar(vivos);
  };
  ctx.redesenhar();
  return { raiz, mostrar: (achados) => mostrar(vivos, achados) };
}

// `nivel`: of the headings here. Under the name of the form (h1) they are h2, and none is skipped further down.
function desenhar(campos, pilha, base, ctx, nivel) {
  const feitos = [];
  let secao = null;
  for (const campo of campos) {
    const caminho = base ? `${base}.${campo.n}` : campo.n;
    const feito = um(campo, pilha, caminho, ctx, campo.s ? nivel + 1 : nivel);
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
  const mudar = (como) => () => {
    como(no[campo.n]);
    ctx.redesenhar();
    ctx.mudou();
  };
  const itens = no[campo.n].map((item, i) => {
    const abaixo = unico ? nivel : nivel + 2;
    const dentro = desenhar(campo.campos, [...pilha, item], `${caminho}[${i}]`, ctx, abaixo);
    if (unico) return h("div", {}, dentro);
    const tirar = mudar((feitos) => feitos.splice(i, 1));
    return h(
      "section",
      { class: "grupo" },
      h(`h${nivel + 1}`, {}, `${campo.item} ${i + 1}`),
      dentro,
      h("button", { type: "button", onclick: tirar }, "Retirar"),
    );
  });
  const incluir = mudar((feitos) => feitos.push({}));
  const erro = h("p", { role: "alert", hidden: true });
  const caixa = unico
    ? h("div", { class: "campo" }, itens, erro)
    : h(
        "div",
        { class: "campo" },
        h(`h${nivel}`, {}, campo.r),
        itens,
        h("button", { type: "button", onclick: incluir }, `Incluir: ${campo.r}`),
        erro,
      );
  ctx.vivos.push({ campo, pilha, caminho, caixa, erro });
  return caixa;
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
