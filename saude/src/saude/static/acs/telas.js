// The screens that show: the phone's first code, what can be registered, more; a record as a card.

import { registrar, VERSAO } from "./api.js";
import { espaco, gravarMeta, guardaGarantida, item, meta, todos, transacao } from "./banco.js";
import { NOMES } from "./registros.js";
import { contagem, situacao } from "./sincronia.js";
import { emPalavras, h, icone, momento, nomeProprio, uuid4 } from "./uteis.js";

export async function entrar(aoEntrar) {
  const erro = h("p", { role: "alert", class: "erro", hidden: true });
  const codigo = h("input", {
    id: "codigo",
    autocomplete: "off",
    autocapitalize: "characters",
    placeholder: "ABCD-2345",
    required: true,
  });
  const botao = h("button", { class: "principal" }, "Entrar");
  const enviar = async (e) => {
    e.preventDefault();
    botao.disabled = true;
    try {
      await receber(await registrar(codigo.value, await identificador()));
      aoEntrar();
    } catch (falha) {
      erro.hidden = false;
      erro.textContent = emPalavras(falha);
    } finally {
      botao.disabled = false;
    }
  };
  const n = contagem(await todos("registros"));
  return [
    h("header", {}, h("h1", {}, "Saúde Domiciliar")),
    h(
      "main",
      {},
      situacao.feito ? h("p", { class: "certo", role: "status" }, icone("certo"), situacao.feito) : null,
      n.tudo
        ? h("p", { class: "aviso" }, icone("prancheta"), `Neste aparelho: ${n.tudo}. Seguem depois que você entrar.`)
        : null,
      h("h2", {}, "Registrar este aparelho"),
      h(
        "p",
        {},
        "Digite o código que a coordenação gerou para você. É preciso internet só desta vez; depois, " +
          "visitas e cadastros são guardados no aparelho mesmo sem rede.",
      ),
      h(
        "form",
        { onsubmit: enviar },
        h("div", { class: "campo" }, h("label", { for: "codigo" }, "Código do aparelho"), codigo),
        erro,
        h("div", { class: "acoes" }, botao),
      ),
    ),
  ];
}

async function identificador() {
  const instalacao = (await meta("instalacao")) || uuid4();
  await gravarMeta("instalacao", instalacao);
  return instalacao;
}

async function receber(r) {
  const instalacao = await meta("instalacao");
  await transacao(["meta", "territorio", "registros"], "readwrite", async (l) => {
    // what an access that ended could not send is asked again under the new one
    for (const x of await l.registros.getAll())
      if (x.estado === "recusado") await l.registros.put({ ...x, estado: "por_enviar" });
    await l.meta.put({ chave: "acesso", valor: { token: r.token, instalacao } });
    await l.meta.put({ chave: "bloqueio", valor: "" });
    await l.meta.put({ chave: "cursor", valor: "" });
    await l.territorio.put({ chave: "perfil", dado: r.perfil });
  });
  await gravarMeta("guarda", await guardaGarantida());
  situacao.avisos = r.aviso ? [r.aviso] : [];
}

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

export async function mais(instalar) {
  const [p, e, r] = [await item("perfil"), await espaco(), (await meta("resumo")) || {}];
  const livre = e
    ? e.livre >= 1e9
      ? `${(e.livre / 1e9).toFixed(1).replace(".", ",")} GB`
      : `${Math.round(e.livre / 1e6)} MB`
    : "não informado";
  const linhas = [
    ["Profissional", nomeProprio(p?.profissional.nome)],
    ["Unidade", p?.estabelecimento.nome],
    ["Equipe", p?.equipe?.nome],
    ["Microárea", p?.microarea],
    ["Última sincronização", momento(await meta("sincronizado_em"))],
  ];
  const enviados = [
    ["Esperam a coordenação", r.pendente || 0],
    ["Aceitos", (r.processada || 0) + (r.exportada || 0)],
    ["Com algo a corrigir", r.inconsistente || 0],
  ];
  const aparelho = [
    ["Espaço livre", livre],
    ["Versão do aplicativo", VERSAO],
  ];
  const quadro = (nome, ls) => [
    h("h2", {}, nome),
    h(
      "dl",
      { class: "cartao" },
      ls
        .filter(([, v]) => v !== undefined && v !== "")
        .map(([k, v]) => h("div", {}, h("dt", { class: "fraco" }, k), h("dd", {}, String(v)))),
    ),
  ];
  return [
    quadro("Você", linhas),
    quadro("O que você já enviou", enviados),
    quadro("Este aparelho", aparelho),
    instalar
      ? h(
          "div",
          { class: "acoes" },
          h(
            "button",
            { type: "button", class: "larga", onclick: instalar },
            icone("baixar"),
            "Instalar na tela inicial",
          ),
        )
      : null,
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
    ),
  ];
}
