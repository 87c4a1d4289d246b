// A record being filled: kept as a draft while it is typed, checked when it is saved.

import { apagarRegistro, gravarRegistro, item, todos } from "./banco.js";
import { estado } from "./estado.js";
import { ligarFamilia } from "./familias.js";
import { montar } from "./formulario.js";
import { NOMES } from "./registros.js";
import { aviso } from "./relogio.js";
import { sincronizar, situacao } from "./sincronia.js";
import { agora, emPalavras, h, icone, nomeProprio, plural } from "./uteis.js";
import { conferir, limpa } from "./validacao.js";

const FEITO = {
  FVD: "Visita guardada neste aparelho.",
  FCI: "Cadastro guardado neste aparelho.",
  FCD: "Cadastro guardado neste aparelho.",
};

export async function formulario(registro, titular) {
  const def = await item(`formulario:${registro.tipo}`);
  if (!def)
    return [h("p", { class: "aviso" }, "O formulário ainda não está no aparelho. Sincronize uma vez com internet.")];
  const listas = Object.fromEntries(
    (await todos("territorio")).filter((i) => i.chave.startsWith("lista:")).map((i) => [i.dado.nome, i.dado.opcoes]),
  );
  let atual = { ...registro, manter: registro.manter || [] };
  const ficha = atual.ficha; // changed in place by the form, kept by `guardar`
  const rascunho = guardador(atual, (novo) => {
    atual = novo;
  });
  const resumo = h("p", { role: "alert", class: "erro", hidden: true });
  const dizer = (texto) => {
    resumo.hidden = !texto;
    resumo.textContent = texto;
  };
  const dito = h("p", { role: "status", class: "fraco rodape", hidden: true });
  const contar = (texto) => {
    dito.hidden = !texto;
    dito.textContent = texto;
  };
  const mudou = () =>
    rascunho.marcar({ estado: "rascunho", ficha }, (erro) => {
      if (erro) dizer(emPalavras(erro));
      else contar(`Rascunho guardado às ${agora().slice(11)}`);
    });
  const { raiz, mostrar } = montar(def.campos, ficha, listas, atual.manter, mudou);

  const gravar = async () => {
    const fica = def.campos.filter((c) => atual.manter.includes(c.n) && !estado(c, [ficha]).proibido).map((c) => c.n);
    try {
      await rascunho.agora({
        estado: "por_enviar",
        motivos: [],
        versao: def.versao,
        manter: fica,
        titulo: titulo(ficha) || atual.titulo,
        ficha: limpa(def.campos, ficha),
      });
    } catch (falha) {
      dizer(emPalavras(falha));
      return;
    }
    const ligada = await ligarFamilia(atual).catch((falha) => ` ${emPalavras(falha)}`);
    situacao.feito = FEITO[atual.tipo] + ligada;
    location.hash = atual.domicilio ? `#/domicilio/${atual.domicilio}` : "#/aparelho";
    if (navigator.onLine) sincronizar();
  };
  const salvar = (e) => {
    e.preventDefault();
    const achados = conferir(
      def.campos.filter((c) => !atual.manter.includes(c.n)),
      ficha,
    );
    mostrar(achados);
    assim.hidden = !achados.length;
    const data = achados.find((a) => a.caminho === "headerTransport.dataAtendimento");
    dizer(
      achados.length
        ? `${plural(achados.length, "campo precisa", "campos precisam")} de atenção` +
            `${data ? ` (data do registro: ${data.mensagem.toLowerCase()})` : ""}. Se não puder ` +
            "completar agora, salve assim mesmo: a coordenação verá o que falta."
        : "",
    );
    if (!achados.length) gravar();
  };
  const assim = h("button", { type: "button", hidden: true, onclick: gravar }, "Salvar assim mesmo");
  const descartar = async () => {
    if (!confirm("Descartar este registro do aparelho? O que foi preenchido se perde.")) return;
    await rascunho.parar();
    await apagarRegistro(atual.uuid);
    location.hash = atual.domicilio ? `#/domicilio/${atual.domicilio}` : "#/aparelho";
  };
  titular(ficha.fichaAtualizada ? `Atualizar ${NOMES[atual.tipo].toLowerCase()}` : NOMES[atual.tipo]);
  return [
    atual.titulo ? h("p", { class: "quem" }, nomeProprio(atual.titulo)) : null,
    atual.motivos?.length
      ? h(
          "div",
          { class: "erro" },
          h("b", {}, "O que corrigir"),
          atual.motivos.map((m) => h("p", {}, m.mensagem)),
        )
      : null,
    h(
      "form",
      { novalidate: true, onsubmit: salvar },
      data(ficha, atual.tipo, mudou),
      raiz,
      h(
        "button",
        { type: "button", class: "simples perigo", onclick: descartar },
        icone("lixo"),
        "Descartar este registro",
      ),
      h(
        "div",
        { class: "barra" },
        dito,
        resumo,
        h("button", { class: "principal" }, icone("certo"), "Salvar no aparelho"),
        assim,
      ),
    ),
  ];
}

function titulo(ficha) {
  const casa = ficha.enderecoLocalPermanencia;
  return (
    ficha.identificacaoUsuarioCidadao?.nomeCidadao || [casa?.nomeLogradouro, casa?.numero].filter(Boolean).join(", ")
  );
}

function data(ficha, tipo, mudou) {
  const header = ficha.headerTransport;
  const escolher = (e) => {
    if (e.target.value) {
      header.dataAtendimento = `${e.target.value}T${agora().slice(11)}`;
      mudou();
    }
  };
  const relogio = aviso();
  return h(
    "div",
    { class: "campo" },
    h("label", { for: "quando" }, tipo === "FVD" ? "Data da visita" : "Data do cadastro"),
    h("input", { id: "quando", type: "date", value: String(header.dataAtendimento).slice(0, 10), onchange: escolher }),
    relogio ? h("p", { class: "aviso" }, icone("relogio"), relogio) : null,
  );
}

// Saves one at a time, a moment after the last change. The address becomes the draft's own, so that reloading the
// page, or the phone ending it, comes back to it.
function guardador(registro, aoGuardar) {
  let atual = registro;
  let espera = null;
  let fila = Promise.resolve();
  let parado = false;
  const guardar = (mais) => {
    fila = fila
      .catch(() => {})
      .then(async () => {
        if (parado) return;
        atual = await gravarRegistro({ ...atual, ...mais }, atual.carimbo);
        aoGuardar(atual);
        if (location.hash.startsWith("#/nova/")) history.replaceState(null, "", `#/registro/${atual.uuid}`);
      });
    return fila;
  };
  let urgente = null; // the page is being put away: what was typed goes now
  addEventListener("guardar", () => urgente?.()); // put away, or about to be locked
  return {
    marcar(mais, depois) {
      clearTimeout(espera);
      urgente = () => {
        clearTimeout(espera);
        urgente = null;
        guardar(mais).then(() => depois(), depois);
      };
      espera = setTimeout(urgente, 400);
    },
    agora(mais) {
      clearTimeout(espera);
      urgente = null;
      return guardar(mais).then(() => {
        parado = true;
      });
    },
    async parar() {
      clearTimeout(espera);
      urgente = null;
      await fila.catch(() => {});
      parado = true;
    },
  };
}
