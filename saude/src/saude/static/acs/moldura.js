// The frame of every screen: its head, what is not sent yet, what is to be known, the tabs.

import { aplicar, novidade } from "./atualizacao.js";
import { meta, todos } from "./banco.js";
import { aviso as avisoDoRelogio } from "./relogio.js";
import { contagem, sincronizar, situacao } from "./sincronia.js";
import { h, icone, plural } from "./uteis.js";

const VELHOS = 7; // days after which the data on the phone are told to be old
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
  return [
    cabecalho(titulo, voltar),
    await faixa(n),
    h("main", {}, await avisos(bloqueio, cheia), conteudo),
    cheia ? null : abas(aqui, n.espera + n.recusados + n.rascunhos + voltaram, n.recusados + voltaram),
  ].filter(Boolean);
}

const cabecalho = (titulo, voltar) =>
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
  );

// `ver`: how many records there are to look at; `parados`: of them, those that wait for the agent.
const abas = (aqui, ver, parados) =>
  h(
    "nav",
    { "aria-label": "Principal" },
    ABAS.map(([href, desenho, nome]) =>
      h(
        "a",
        { href, "aria-current": href === aqui ? "page" : undefined },
        icone(desenho),
        nome,
        href === "#/aparelho" && ver
          ? h(
              "b",
              { class: parados ? "selo alerta" : "selo" },
              String(ver),
              h("span", { class: "oculto" }, " para ver"),
            )
          : null,
      ),
    ),
  );

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

const aviso = (desenho, ...texto) => h("p", { class: "aviso" }, icone(desenho), ...texto);

async function avisos(bloqueio, cheia) {
  const { feito, erro } = situacao;
  const sincronizado = await meta("sincronizado_em");
  const dias = sincronizado ? Math.floor((Date.now() - sincronizado) / 86400e3) : 0;
  const velho = situacao.atualizar || (novidade.pronta ? "Uma nova versão do aplicativo está pronta." : "");
  const tentara = " Os registros continuam no aparelho e o envio será tentado de novo.";
  return [
    feito ? h("p", { class: "certo", role: "status" }, icone("certo"), feito) : null,
    bloqueio ? bloqueado(bloqueio) : null,
    !bloqueio && erro && navigator.onLine ? aviso("alerta", h("span", {}, erro, tentara)) : null,
    !cheia && avisoDoRelogio() ? aviso("relogio", avisoDoRelogio()) : null,
    dias >= VELHOS
      ? aviso(
          "alerta",
          `Os domicílios e as pessoas neste aparelho são de ${plural(dias, "dia", "dias")} atrás. ` +
            "Sincronize quando tiver internet.",
        )
      : null,
    velho && !cheia ? atualizar(velho) : null,
    ...situacao.avisos.map((t) => aviso("alerta", t)),
  ];
}

const bloqueado = (motivo) =>
  h(
    "p",
    { class: "erro" },
    icone("alerta"),
    h(
      "span",
      {},
      motivo,
      " O que não foi enviado continua aqui. ",
      h("a", { href: "#/entrar" }, "Digitar novo código"),
    ),
  );

const atualizar = (velho) =>
  h(
    "div",
    { class: "aviso" },
    h("span", {}, velho, " ", h("button", { type: "button", class: "simples", onclick: aplicar }, "Atualizar agora")),
  );
