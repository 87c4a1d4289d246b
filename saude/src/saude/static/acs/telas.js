// The screens that show: the frame, the phone's first code, households, one household, more.

import { registrar, VERSAO } from "./api.js";
import { aplicar, novidade } from "./atualizacao.js";
import { espaco, gravarMeta, guardaGarantida, item, meta, todos, transacao } from "./banco.js";
import { carregar, hoje } from "./domicilios.js";
import { NOMES } from "./registros.js";
import { aviso as avisoDoRelogio } from "./relogio.js";
import { contagem, sincronizar, situacao } from "./sincronia.js";
import { diasDesde, dobrar, emPalavras, h, ha, icone, idade, momento, nomeProprio, plural, uuid4 } from "./uteis.js";

const VELHOS = 7; // days after which the data on the phone are told to be old
const MUITOS = 200;
const ABAS = [
  ["#/", "casa", "Famílias"],
  ["#/nova", "mais", "Registrar"],
  ["#/aparelho", "prancheta", "No aparelho"],
  ["#/mais", "menu", "Mais"],
];

// `aqui`: the tab this screen belongs to; `voltar`: where the arrow leads; `cheia`: a form, without the tabs.
export async function moldura(titulo, conteudo, { aqui, voltar, cheia }) {
  const [registros, bloqueio] = [await todos("registros"), await meta("bloqueio")];
  const voltaram = (await todos("territorio")).filter(
    (i) => i.chave.startsWith("retorno:") && i.dado.editavel && !registros.some((r) => r.uuid === i.dado.uuid),
  ).length;
  const n = contagem(registros);
  const [faltam, parados] = [n.espera + n.recusados + n.rascunhos, n.recusados + voltaram];
  return [
    h(
      "header",
      {},
      voltar ? h("a", { class: "redondo", href: voltar, "aria-label": "Voltar" }, icone("voltar")) : null,
      h("h1", {}, titulo),
      h(
        "button",
        {
          type: "button",
          class: "redondo",
          "aria-label": "Sincronizar",
          disabled: situacao.rodando,
          onclick: () => sincronizar({ manual: true }),
        },
        icone("giro"),
      ),
    ),
    await faixa(n),
    h("main", {}, await avisos(bloqueio, cheia), conteudo),
    cheia
      ? null
      : h(
          "nav",
          { "aria-label": "Principal" },
          ABAS.map(([href, desenho, nome]) =>
            h(
              "a",
              { href, "aria-current": href === aqui ? "page" : undefined },
              icone(desenho),
              nome,
              href === "#/aparelho" && faltam + voltaram
                ? h(
                    "b",
                    { class: parados ? "selo alerta" : "selo" },
                    String(faltam + voltaram),
                    h("span", { class: "oculto" }, " para ver"),
                  )
                : null,
            ),
          ),
        ),
  ].filter(Boolean);
}

// What is not sent yet is said on every screen.
export async function faixa(contado) {
  const n = contado || contagem(await todos("registros"));
  const rede = navigator.onLine ? "" : " · sem rede";
  const parado = n.espera || n.recusados;
  const nunca = !(await meta("sincronizado_em"));
  const texto = situacao.rodando
    ? "Sincronizando…"
    : n.espera
      ? `${n.texto} neste aparelho, por enviar`
      : nunca
        ? "Ainda sem os dados da microárea"
        : "Tudo enviado";
  return h(
    "p",
    { id: "estado", role: "status", class: parado ? "espera" : "enviado", "data-por-enviar": String(n.espera) },
    h(
      "a",
      { href: "#/aparelho" },
      icone(navigator.onLine ? (parado ? "nuvem" : "certo") : "fora"),
      [texto, n.extra].filter(Boolean).join(" · ") + rede,
    ),
  );
}

async function avisos(bloqueio, cheia) {
  const { feito } = situacao;
  const sincronizado = await meta("sincronizado_em");
  const dias = sincronizado ? Math.floor((Date.now() - sincronizado) / 86400e3) : 0;
  const velho = situacao.atualizar || (novidade.pronta ? "Uma nova versão do aplicativo está pronta." : "");
  return [
    feito ? h("p", { class: "certo", role: "status" }, icone("certo"), feito) : null,
    bloqueio
      ? h(
          "p",
          { class: "erro" },
          icone("alerta"),
          h(
            "span",
            {},
            bloqueio,
            " O que não foi enviado continua aqui. ",
            h("a", { href: "#/entrar" }, "Digitar novo código"),
          ),
        )
      : null,
    !bloqueio && situacao.erro && navigator.onLine
      ? h(
          "p",
          { class: "aviso" },
          icone("alerta"),
          h("span", {}, situacao.erro, " Os registros continuam no aparelho e o envio será tentado de novo."),
        )
      : null,
    !cheia && avisoDoRelogio() ? h("p", { class: "aviso" }, icone("relogio"), avisoDoRelogio()) : null,
    dias >= VELHOS
      ? h(
          "p",
          { class: "aviso" },
          icone("alerta"),
          `Os domicílios e as pessoas neste aparelho são de ${plural(dias, "dia", "dias")} atrás. ` +
            "Sincronize quando tiver internet.",
        )
      : null,
    velho && !cheia
      ? h(
          "div",
          { class: "aviso" },
          h(
            "span",
            {},
            velho,
            " ",
            h("button", { type: "button", class: "simples", onclick: aplicar }, "Atualizar agora"),
          ),
        )
      : null,
    ...situacao.avisos.map((t) => h("p", { class: "aviso" }, icone("alerta"), t)),
  ];
}

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
  await transacao(["meta", "territorio"], "readwrite", async (l) => {
    await l.meta.put({ chave: "acesso", valor: { token: r.token, instalacao } });
    await l.meta.put({ chave: "bloqueio", valor: "" });
    await l.meta.put({ chave: "cursor", valor: "" });
    await l.territorio.put({ chave: "perfil", dado: r.perfil });
  });
  await gravarMeta("guarda", await guardaGarantida());
  situacao.avisos = r.aviso ? [r.aviso] : [];
}

const ORDENS = { visita: "Sem visita há mais tempo", rua: "Por rua" };
let ordem = "visita";
let procurado = "";

export async function familias() {
  const t = await carregar();
  const lista = h("div");
  const desenhar = () => lista.replaceChildren(...resultado(t, procurado, ordem).flat(9).filter(Boolean));
  const botoes = Object.entries(ORDENS).map(([nome, texto]) =>
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String(nome === ordem),
        onclick: (e) => {
          ordem = nome;
          for (const b of botoes) b.setAttribute("aria-pressed", String(b === e.currentTarget));
          desenhar();
        },
      },
      texto,
    ),
  );
  desenhar();
  const voltaram = t.retornos.filter((r) => r.editavel).length;
  if (!t.domicilios.length && !t.soltos.length)
    return [
      h(
        "p",
        { class: "aviso" },
        "Nenhum domicílio neste aparelho. Sincronize com internet, ou registre um cadastro domiciliar.",
      ),
    ];
  return [
    voltaram
      ? h(
          "a",
          { class: "cartao voltou", href: "#/aparelho" },
          icone("alerta"),
          h(
            "span",
            {},
            h("b", {}, plural(voltaram, "registro voltou para corrigir", "registros voltaram para corrigir")),
            h("span", { class: "fraco" }, "Toque para ver o que falta"),
          ),
        )
      : null,
    h(
      "div",
      { class: "campo busca" },
      h("label", { for: "busca", class: "oculto" }, "Buscar endereço, pessoa, CPF ou CNS"),
      icone("busca"),
      h("input", {
        id: "busca",
        type: "search",
        placeholder: "Endereço, pessoa, CPF ou CNS",
        value: procurado,
        oninput: (e) => {
          procurado = e.target.value;
          desenhar();
        },
      }),
    ),
    h("div", { class: "lado ordem", role: "group", "aria-label": "Ordem" }, botoes),
    lista,
  ];
}

const texto = (d) =>
  dobrar(
    [
      d.endereco,
      d.bairro,
      ...d.familias.map((f) => f.responsavel),
      ...d.gente.map((c) => `${c.nome} ${c.nome_social} ${c.cpf} ${c.cns}`),
    ].join(" "),
  );

function resultado(t, busca, como) {
  const certos = t.domicilios.filter((d) => texto(d).includes(dobrar(busca)));
  const pessoas = t.soltos
    .filter((c) => dobrar(`${c.nome} ${c.nome_social} ${c.cpf} ${c.cns}`).includes(dobrar(busca)))
    .sort((a, b) => a.nome.localeCompare(b.nome, "pt-BR"));
  const porRua = (a, b) => a.endereco.localeCompare(b.endereco, "pt-BR", { numeric: true });
  const grupos =
    como === "rua"
      ? [["Domicílios, por rua", certos.sort(porRua)]]
      : porVisita(certos.sort((a, b) => (a.quando || "").localeCompare(b.quando || "") || porRua(a, b)));
  const feitos = grupos
    .filter(([, ds]) => ds.length)
    .map(([nome, ds]) => [
      h("h2", {}, `${nome} (${ds.length})`),
      ds.slice(0, MUITOS).map(cartao),
      ds.length > MUITOS
        ? h("p", { class: "fraco" }, `Os primeiros ${MUITOS}. Use a busca para achar os outros.`)
        : null,
    ]);
  if (!certos.length && !pessoas.length)
    return [h("p", { class: "fraco" }, "Nada encontrado. Confira a grafia, ou busque só parte do nome.")];
  return [
    feitos,
    pessoas.length
      ? [
          h("h2", {}, `Pessoas sem domicílio vinculado (${pessoas.length})`),
          pessoas.slice(0, MUITOS).map((c) => pessoa(c, null)),
        ]
      : null,
  ];
}

function porVisita(ds) {
  const mes = (d) => d.quando && diasDesde(d.quando) <= 30;
  return [
    ["Para visitar", ds.filter((d) => !mes(d))],
    ["Visitados nos últimos 30 dias", ds.filter((d) => mes(d) && !hoje(d.quando))],
    ["Visitados hoje", ds.filter((d) => hoje(d.quando))],
  ];
}

function cartao(d) {
  const dias = d.quando ? diasDesde(d.quando) : null;
  const cor = dias === null || dias > 60 ? "chip tarde" : dias > 30 ? "chip perto" : dias <= 0 ? "chip feito" : "chip";
  const nomes = d.familias
    .map((f) => nomeProprio(f.responsavel || d.gente.find((c) => c.responsavel)?.nome))
    .filter(Boolean)
    .join(", ");
  return h(
    "a",
    { class: `cartao linha${d.voltou.length ? " voltou" : ""}`, href: `#/domicilio/${d.uuid}` },
    h(
      "span",
      {},
      h("b", {}, nomeProprio(d.endereco) || "Endereço não informado"),
      h(
        "span",
        { class: "fraco" },
        [nomes, plural(d.gente.length, "pessoa", "pessoas"), d.recusado ? "recusou o cadastro" : ""]
          .filter(Boolean)
          .join(" · "),
      ),
      d.voltou.length ? h("span", { class: "chip tarde" }, "registro para corrigir") : null,
      d.local ? h("span", { class: "chip" }, "cadastro por enviar") : null,
    ),
    h("span", { class: cor }, ha(d.quando)),
  );
}

function pessoa(c, casa) {
  const visita = `#/nova/FVD/${casa || ""}/${c.uuid}`;
  return h(
    "div",
    { class: "cartao pessoa" },
    h(
      "div",
      { class: "linha" },
      h(
        "span",
        {},
        h("b", {}, nomeProprio(c.nome_social || c.nome) || "Sem nome"),
        h(
          "span",
          { class: "fraco" },
          [idade(c.nascimento), c.responsavel ? "responsável" : "", c.recusado ? "recusou o cadastro" : ""]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
      c.local
        ? h("span", { class: "chip" }, "por enviar")
        : hoje(c.quando)
          ? h("span", { class: "chip feito" }, "visita hoje")
          : null,
    ),
    h(
      "div",
      { class: "par" },
      h("a", { class: "botao", href: visita }, icone("mais"), "Visita"),
      h("a", { class: "botao", href: `#/nova/FCI/${casa || ""}/${c.uuid}` }, icone("lapis"), "Cadastro"),
    ),
  );
}

export async function domicilio(uuid) {
  const { domicilios, registros } = await carregar();
  const d = domicilios.find((x) => x.uuid === uuid);
  if (!d) return [h("p", { class: "aviso" }, "Este domicílio não está no aparelho.")];
  const meus = registros.filter((r) => r.domicilio === uuid || r.uuid === uuid);
  const familias = d.familias.map((f, n) => {
    const gente = d.gente.filter((c) => c.familia === n);
    const nome = f.responsavel || gente.find((c) => c.responsavel)?.nome;
    return [`Família de ${nomeProprio(nome) || "responsável não informado"}`, gente, `#/nova/FCI/${uuid}//${n}`];
  });
  const outras = d.gente.filter((c) => c.familia >= d.familias.length);
  return [
    h("h2", { class: "endereco" }, nomeProprio(d.endereco) || "Endereço não informado"),
    h(
      "p",
      { class: "fraco" },
      [
        nomeProprio(d.bairro),
        d.microarea ? `microárea ${d.microarea}` : "",
        d.quando ? `última visita: ${ha(d.quando)}` : "sem visita registrada",
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    d.voltou.map((r) =>
      h(
        "a",
        { class: "cartao voltou", href: `#/registro/${r.uuid}` },
        icone("alerta"),
        h(
          "span",
          {},
          h("b", {}, `${NOMES[r.tipo]} para corrigir`),
          r.motivos.slice(0, 2).map((m) => h("span", { class: "fraco" }, m.mensagem)),
        ),
      ),
    ),
    h(
      "div",
      { class: "acoes" },
      h("a", { class: "botao principal larga", href: `#/nova/FVD/${uuid}` }, icone("mais"), "Visita ao domicílio"),
    ),
    h(
      "div",
      { class: "par" },
      h(
        "a",
        { class: "botao", href: `#/nova/FCI/${uuid}//nova` },
        icone("pessoa"),
        d.familias.length ? "Nova família" : "Nova pessoa",
      ),
      h("a", { class: "botao", href: `#/nova/FCD/${uuid}` }, icone("lapis"), "Cadastro"),
    ),
    d.familias.length
      ? null
      : h(
          "p",
          { class: "fraco" },
          "Comece pela pessoa responsável: com CPF ou CNS, a família dela entra no cadastro do domicílio.",
        ),
    meus.length ? [h("h2", {}, "Deste domicílio, no aparelho"), meus.map((r) => registroCartao(r))] : null,
    [...familias, ["Outras pessoas", outras]]
      .filter(([nome, gente]) => gente.length || nome !== "Outras pessoas")
      .map(([nome, gente, incluir]) => [
        h("h2", {}, nome),
        gente.length ? gente.map((c) => pessoa(c, uuid)) : h("p", { class: "fraco" }, "Nenhuma pessoa cadastrada."),
        incluir ? h("a", { class: "botao larga", href: incluir }, icone("pessoa"), "Nova pessoa nesta família") : null,
      ]),
  ];
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
