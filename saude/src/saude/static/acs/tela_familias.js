// The screens of households: the list, with its search and its orders, and one household.

import { carregar, hoje } from "./domicilios.js";
import { NOMES } from "./registros.js";
import { registroCartao } from "./telas.js";
import { diasDesde, dobrar, h, ha, icone, idade, nomeProprio, plural } from "./uteis.js";

const MUITOS = 200;
const ORDENS = { visita: "Sem visita há mais tempo", rua: "Por rua" };
let ordem = "visita";
let procurado = "";

export async function familias() {
  const t = await carregar();
  if (!t.domicilios.length && !t.soltos.length)
    return [
      h(
        "p",
        { class: "aviso" },
        "Nenhum domicílio neste aparelho. Sincronize com internet, ou registre um cadastro domiciliar.",
      ),
    ];
  const lista = h("div");
  const desenhar = () => lista.replaceChildren(...resultado(t, procurado, ordem).flat(9).filter(Boolean));
  desenhar();
  const voltaram = t.retornos.filter((r) => r.editavel).length;
  return [
    voltaram
      ? voltou(
          "#/aparelho",
          plural(voltaram, "registro voltou para corrigir", "registros voltaram para corrigir"),
          h("span", { class: "fraco" }, "Toque para ver o que falta"),
        )
      : null,
    buscar(desenhar),
    h("div", { class: "lado ordem", role: "group", "aria-label": "Ordem" }, ordenar(desenhar)),
    lista,
  ];
}

const voltou = (href, oQue, ...porque) =>
  h("a", { class: "cartao voltou", href }, icone("alerta"), h("span", {}, h("b", {}, oQue), ...porque));

const buscar = (desenhar) =>
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
  );

function ordenar(desenhar) {
  const escolher = (nome) => (e) => {
    ordem = nome;
    for (const b of botoes) b.setAttribute("aria-pressed", String(b === e.currentTarget));
    desenhar();
  };
  const botoes = Object.entries(ORDENS).map(([nome, texto]) =>
    h("button", { type: "button", "aria-pressed": String(nome === ordem), onclick: escolher(nome) }, texto),
  );
  return botoes;
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
  return [
    h("h2", { class: "endereco" }, nomeProprio(d.endereco) || "Endereço não informado"),
    h("p", { class: "fraco" }, sobre(d)),
    d.voltou.map((r) =>
      voltou(
        `#/registro/${r.uuid}`,
        `${NOMES[r.tipo]} para corrigir`,
        ...r.motivos.slice(0, 2).map((m) => h("span", { class: "fraco" }, m.mensagem)),
      ),
    ),
    oQueFazer(d),
    meus.length ? [h("h2", {}, "Deste domicílio, no aparelho"), meus.map((r) => registroCartao(r))] : null,
    quemMora(d),
  ];
}

const sobre = (d) =>
  [
    nomeProprio(d.bairro),
    d.microarea ? `microárea ${d.microarea}` : "",
    d.quando ? `última visita: ${ha(d.quando)}` : "sem visita registrada",
  ]
    .filter(Boolean)
    .join(" · ");

const oQueFazer = (d) => [
  h(
    "div",
    { class: "acoes" },
    h("a", { class: "botao principal larga", href: `#/nova/FVD/${d.uuid}` }, icone("mais"), "Visita ao domicílio"),
  ),
  h(
    "div",
    { class: "par" },
    h(
      "a",
      { class: "botao", href: `#/nova/FCI/${d.uuid}//nova` },
      icone("pessoa"),
      d.familias.length ? "Nova família" : "Nova pessoa",
    ),
    h("a", { class: "botao", href: `#/nova/FCD/${d.uuid}` }, icone("lapis"), "Cadastro"),
  ),
  d.familias.length
    ? null
    : h(
        "p",
        { class: "fraco" },
        "Comece pela pessoa responsável: com CPF ou CNS, a família dela entra no cadastro do domicílio.",
      ),
];

function quemMora(d) {
  const familias = d.familias.map((f, n) => {
    const gente = d.gente.filter((c) => c.familia === n);
    const nome = f.responsavel || gente.find((c) => c.responsavel)?.nome;
    return [`Família de ${nomeProprio(nome) || "responsável não informado"}`, gente, `#/nova/FCI/${d.uuid}//${n}`];
  });
  const outras = d.gente.filter((c) => c.familia >= d.familias.length);
  if (outras.length) familias.push(["Outras pessoas", outras]);
  return familias.map(([nome, gente, incluir]) => [
    h("h2", {}, nome),
    gente.length ? gente.map((c) => pessoa(c, d.uuid)) : h("p", { class: "fraco" }, "Nenhuma pessoa cadastrada."),
    incluir ? h("a", { class: "botao larga", href: incluir }, icone("pessoa"), "Nova pessoa nesta família") : null,
  ]);
}
