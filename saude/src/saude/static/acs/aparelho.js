// What is on the phone and what came back.

import { meta } from "./banco.js";
import { ilegiveis } from "./cofre.js";
import { carregar } from "./domicilios.js";
import { NOMES } from "./registros.js";
import { registroCartao } from "./telas.js";
import { dia, h, icone, nomeProprio, plural } from "./uteis.js";

const ORDEM = { recusado: 0, por_enviar: 1, rascunho: 2 };

export async function aparelho() {
  const { registros, retornos, historico } = await carregar();
  registros.sort((a, b) => ORDEM[a.estado] - ORDEM[b.estado] || b.criado_em - a.criado_em);
  return [
    (await meta("guarda")) === false ? semGuarda() : null,
    estragados(ilegiveis("registros")),
    h("h2", {}, "Registros neste aparelho"),
    registros.length
      ? registros.map((r) => registroCartao(r, quando(r)))
      : h("p", { class: "certo" }, icone("certo"), "Nada por enviar: tudo o que foi salvo já está no servidor."),
    paraCorrigir(retornos.filter((r) => r.editavel)),
    daCoordenacao(retornos.filter((r) => !r.editavel)),
    enviadosHoje(historico),
  ];
}

const semGuarda = () =>
  h(
    "p",
    { class: "aviso" },
    icone("alerta"),
    "O navegador não garantiu guardar os dados se faltar espaço no aparelho. Instale o aplicativo na " +
      "tela inicial e sincronize sempre que puder.",
  );

const estragados = (n) =>
  n
    ? h(
        "p",
        { class: "erro" },
        icone("alerta"),
        `${plural(n, "registro se estragou", "registros se estragaram")} neste aparelho e não há como ler nem ` +
          "enviar. Os outros seguem. Conte à coordenação e registre de novo o que faltar.",
      )
    : null;

const paraCorrigir = (meus) =>
  meus.length
    ? [
        h("h2", {}, `Voltaram para corrigir (${meus.length})`),
        h("p", { class: "fraco" }, "Toque para corrigir e enviar de novo."),
        meus.map((r) => h("div", { class: "realce" }, registroCartao(r, dia(r.data)))),
      ]
    : null;

const daCoordenacao = (outros) =>
  outros.length
    ? [
        h("h2", {}, `A coordenação corrige (${outros.length})`),
        h("p", { class: "fraco" }, "Não foram feitos neste aplicativo. Se souber a resposta, avise a coordenação."),
        outros.map((r) =>
          h(
            "div",
            { class: "cartao" },
            h("b", {}, nomeProprio(r.quem) || NOMES[r.tipo]),
            h("span", { class: "fraco" }, `${NOMES[r.tipo]} · ${dia(r.data)}`),
            r.motivos.map((m) => h("span", { class: "motivo" }, m.mensagem)),
          ),
        ),
      ]
    : null;

const quando = (r) => dia(r.ficha?.headerTransport?.dataAtendimento);

function enviadosHoje(historico) {
  const ultimos = historico.sort((a, b) => b.em - a.em).slice(0, 20);
  if (!ultimos.length) return null;
  return h(
    "details",
    { class: "grupo" },
    h("summary", {}, "Últimos enviados"),
    ultimos.map((x) =>
      h(
        "p",
        { class: "fraco" },
        icone("certo"),
        ` ${nomeProprio(x.titulo) || NOMES[x.tipo]} · ${NOMES[x.tipo]} · ${dia(x.data)}`,
      ),
    ),
  );
}
