// The screens that show: what can be registered, more; a record as a card.

import { VERSAO } from "./api.js";
import { espaco, item, meta } from "./banco.js";
import { NOMES } from "./registros.js";
import { h, icone, momento, nomeProprio } from "./uteis.js";

const ESTADOS = {
  rascunho: ["Rascunho", "chip"],
  por_enviar: ["Por enviar", "chip perto"],
  recusado: ["Recusado", "chip tarde"],
};

export function registroCartao(r, quando = "") {
  const [nome, cor] = ESTADOS[r.estado] || ["", ""];
  const oQue = r.ficha?.fichaAtualizada ? `Atualização de ${NOMES[r.tipo].toLowerCase()}` : NOMES[r.tipo];
  return h(
    "a",
    { class: "cartao", href: `#/registro/${r.uuid}` },
    h(
      "span",
      { class: "linha" },
      h(
        "span",
        {},
        h("b", {}, nomeProprio(r.titulo || r.quem) || oQue),
        h("span", { class: "fraco" }, [oQue, quando].filter(Boolean).join(" · ")),
      ),
      nome ? h("span", { class: cor }, nome) : null,
    ),
    (r.motivos || []).map((m) => h("span", { class: "motivo" }, m.mensagem)),
  );
}

export const registrarMenu = () =>
  [
    ["FVD", "casa", "A um domicílio ou a uma pessoa que não está na lista"],
    ["FCI", "pessoa", "Uma pessoa nova na microárea"],
    ["FCD", "prancheta", "Um domicílio ou outro imóvel novo"],
  ]
    .map(([tipo, desenho, ajuda]) =>
      h(
        "a",
        { class: "cartao menu", href: `#/nova/${tipo}` },
        icone(desenho),
        h("span", {}, h("b", {}, NOMES[tipo]), h("span", { class: "fraco" }, ajuda)),
        icone("seta"),
      ),
    )
    .concat(
      h(
        "p",
        { class: "fraco" },
        "Para visitar ou atualizar quem já é cadastrado, procure em Famílias: os dados vêm preenchidos.",
      ),
    );

const quadro = (nome, linhas) => [
  h("h2", {}, nome),
  h(
    "dl",
    { class: "cartao" },
    linhas
      .filter(([, v]) => v !== undefined && v !== "")
      .map(([k, v]) => h("div", {}, h("dt", { class: "fraco" }, k), h("dd", {}, String(v)))),
  ),
];

const emBytes = (livre) =>
  livre >= 1e9 ? `${(livre / 1e9).toFixed(1).replace(".", ",")} GB` : `${Math.round(livre / 1e6)} MB`;

export async function mais(instalar) {
  const [p, e, r] = [await item("perfil"), await espaco(), (await meta("resumo")) || {}];
  return [
    quadro("Você", [
      ["Profissional", nomeProprio(p?.profissional.nome)],
      ["Unidade", p?.estabelecimento.nome],
      ["Equipe", p?.equipe?.nome],
      ["Microárea", p?.microarea],
      ["Última sincronização", momento(await meta("sincronizado_em"))],
    ]),
    quadro("O que você já enviou", [
      ["Esperam a coordenação", r.pendente || 0],
      ["Aceitos", (r.processada || 0) + (r.exportada || 0)],
      ["Com algo a corrigir", r.inconsistente || 0],
    ]),
    quadro("Este aparelho", [
      ["Espaço livre", e ? emBytes(e.livre) : "não informado"],
      ["Versão do aplicativo", VERSAO],
    ]),
    instalar ? h("div", { class: "acoes" }, botaoInstalar(instalar)) : null,
    sairDaqui(),
  ];
}

const botaoInstalar = (instalar) =>
  h("button", { type: "button", class: "larga", onclick: instalar }, icone("baixar"), "Instalar na tela inicial");

const sairDaqui = () =>
  h(
    "a",
    { class: "cartao menu", href: "#/sair" },
    icone("sair"),
    h(
      "span",
      {},
      h("b", {}, "Sair deste aparelho"),
      h("span", { class: "fraco" }, "Apaga os dados e o acesso, para devolver ou trocar o aparelho"),
    ),
    icone("seta"),
  );
