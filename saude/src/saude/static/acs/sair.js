// "Sair deste aparelho": everything of the citizens and of the agent leaves the phone.

import { sair } from "./api.js";
import { avisar, meta, todos, transacao } from "./banco.js";
import { ilegiveis, usar } from "./cofre.js";
import { CHAVES } from "./cru.js";
import { contagem, sincronizar } from "./sincronia.js";
import { h, icone, plural } from "./uteis.js";

const LOJAS = Object.keys(CHAVES);

// The server is told when it can be; without network the coordination revokes the access on its page.
export async function apagarTudo() {
  const trabalho = async () => {
    let avisado = true;
    if (await meta("acesso"))
      await sair().catch(() => {
        avisado = false;
      });
    await transacao(LOJAS, "readwrite", async (l) => {
      for (const loja of LOJAS) await l[loja].clear();
    });
    usar(null);
    return avisado;
  };
  const avisado = navigator.locks ? await navigator.locks.request("acs-sincronia", trabalho) : await trabalho();
  avisar("saiu");
  return avisado;
}

export async function tela(aoSair) {
  const registros = await todos("registros");
  const estragados = ilegiveis("registros"); // as the reading above found them
  const perde = registros.length + estragados > 0;
  const sair = async () => {
    apagar.disabled = true;
    if (!perde && ((await todos("registros")).length || ilegiveis("registros")))
      location.reload(); // saved meanwhile, in another tab
    else aoSair(await apagarTudo());
  };
  const apagar = h(
    "button",
    { type: "button", class: "perigo", disabled: perde, onclick: sair },
    icone("lixo"),
    "Apagar tudo e sair",
  );
  return [
    h(
      "p",
      {},
      "Apaga deste aparelho os domicílios, as pessoas, os registros e o acesso. O aplicativo continua " +
        "instalado, vazio. Para voltar, peça outro código à coordenação.",
    ),
    perde
      ? oQueSePerde(registros, estragados, (mesmoAssim) => {
          apagar.disabled = !mesmoAssim;
        })
      : h("p", { class: "certo" }, icone("certo"), "Tudo o que foi salvo já está no servidor."),
    h("div", { class: "acoes" }, apagar),
  ];
}

function oQueSePerde(registros, estragados, aoMarcar) {
  const perde = h("input", { type: "checkbox", onchange: () => aoMarcar(perde.checked) });
  const enviar = async () => {
    await sincronizar({ manual: true });
    location.hash = "#/aparelho";
  };
  return [
    registros.length
      ? h(
          "p",
          { class: "erro" },
          h("b", {}, `Ainda não foi enviado: ${contagem(registros).tudo}.`),
          " Se sair agora, isso se perde.",
        )
      : null,
    estragados
      ? h(
          "p",
          { class: "erro" },
          h("b", {}, `${plural(estragados, "registro se estragou", "registros se estragaram")} neste aparelho.`),
          " Não há como ler nem enviar, e ao sair some. Antes, conte à coordenação e registre de novo o que faltar.",
        )
      : null,
    registros.length
      ? h(
          "div",
          { class: "acoes" },
          h("button", { type: "button", class: "principal", onclick: enviar }, icone("giro"), "Enviar antes de sair"),
        )
      : null,
    h("label", { class: "opcao" }, perde, "Quero apagar mesmo assim o que não foi enviado"),
  ];
}
