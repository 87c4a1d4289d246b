// A record being filled: kept as a draft while it is typed, checked when it is saved.

import { apagarRegistro, item, todos } from "./banco.js";
import { estado } from "./estado.js";
import { ligarFamilia } from "./familias.js";
import { montar } from "./formulario.js";
import { guardador } from "./rascunho.js";
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
  const listas = await asListas();
  const aberto = { def, atual: { ...registro, manter: registro.manter || [] } };
  aberto.ficha = aberto.atual.ficha; // changed in place by the form, kept by `rascunho`
  aberto.rascunho = guardador(aberto.atual, (novo) => {
    aberto.atual = novo;
  });
  const resumo = linha({ role: "alert", class: "erro" });
  const dito = linha({ role: "status", class: "fraco rodape" });
  const mudou = () =>
    aberto.rascunho.marcar({ estado: "rascunho", ficha: aberto.ficha }, (erro) => {
      if (erro) resumo.dizer(emPalavras(erro));
      else dito.dizer(`Rascunho guardado às ${agora().slice(11)}`);
    });
  const { raiz, mostrar } = montar(def.campos, aberto.ficha, listas, aberto.atual.manter, mudou);
  titular(aberto.ficha.fichaAtualizada ? `Atualizar ${NOMES[registro.tipo].toLowerCase()}` : NOMES[registro.tipo]);
  const { salvar, assim } = botoes(aberto, resumo.dizer, mostrar);
  return [
    registro.titulo ? h("p", { class: "quem" }, nomeProprio(registro.titulo)) : null,
    registro.motivos?.length ? oQueCorrigir(registro.motivos) : null,
    h(
      "form",
      { novalidate: true, onsubmit: salvar },
      data(aberto.ficha, registro.tipo, mudou),
      raiz,
      botaoDescartar(aberto),
      h(
        "div",
        { class: "barra" },
        dito.caixa,
        resumo.caixa,
        h("button", { class: "principal" }, icone("certo"), "Salvar no aparelho"),
        assim,
      ),
    ),
  ];
}

async function asListas() {
  const itens = (await todos("territorio")).filter((i) => i.chave.startsWith("lista:"));
  return Object.fromEntries(itens.map((i) => [i.dado.nome, i.dado.opcoes]));
}

// A line that is there when it has something to say.
function linha(atributos) {
  const caixa = h("p", { ...atributos, hidden: true });
  const dizer = (texto) => {
    caixa.hidden = !texto;
    caixa.textContent = texto;
  };
  return { caixa, dizer };
}

const oQueCorrigir = (motivos) =>
  h(
    "div",
    { class: "erro" },
    h("b", {}, "O que corrigir"),
    motivos.map((m) => h("p", {}, m.mensagem)),
  );

// "Salvar" checks and saves; "Salvar assim mesmo" is offered when something is missing. A thumb taps twice: once.
function botoes(aberto, dizer, mostrar) {
  let salvo = false;
  const gravar = async () => {
    if (salvo) return;
    salvo = true;
    await guardarPronto(aberto).catch((falha) => {
      salvo = false;
      dizer(emPalavras(falha));
    });
  };
  const assim = h("button", { type: "button", hidden: true, onclick: gravar }, "Salvar assim mesmo");
  const salvar = (e) => {
    e.preventDefault();
    const { def, atual, ficha } = aberto;
    const achados = conferir(
      def.campos.filter((c) => !atual.manter.includes(c.n)),
      ficha,
    );
    mostrar(achados);
    assim.hidden = !achados.length;
    dizer(achados.length ? emResumo(achados) : "");
    if (!achados.length) gravar();
  };
  return { salvar, assim };
}

function emResumo(achados) {
  const data = achados.find((a) => a.caminho === "headerTransport.dataAtendimento");
  return (
    `${plural(achados.length, "campo precisa", "campos precisam")} de atenção` +
    `${data ? ` (data do registro: ${data.mensagem.toLowerCase()})` : ""}. Se não puder ` +
    "completar agora, salve assim mesmo: a coordenação verá o que falta."
  );
}

async function guardarPronto(aberto) {
  const { def, ficha, atual } = aberto;
  const fica = def.campos.filter((c) => atual.manter.includes(c.n) && !estado(c, [ficha]).proibido).map((c) => c.n);
  await aberto.rascunho.agora({
    estado: "por_enviar",
    motivos: [],
    versao: def.versao,
    manter: fica,
    titulo: titulo(ficha) || atual.titulo,
    ficha: limpa(def.campos, ficha),
  });
  const ligada = await ligarFamilia(aberto.atual).catch((falha) => ` ${emPalavras(falha)}`);
  situacao.feito = FEITO[atual.tipo] + ligada;
  deixar(atual);
  if (navigator.onLine) sincronizar();
}

const deixar = (registro) => {
  location.hash = registro.domicilio ? `#/domicilio/${registro.domicilio}` : "#/aparelho";
};

function botaoDescartar(aberto) {
  const descartar = async () => {
    if (!confirm("Descartar este registro do aparelho? O que foi preenchido se perde.")) return;
    await aberto.rascunho.parar();
    await apagarRegistro(aberto.atual.uuid);
    deixar(aberto.atual);
  };
  return h(
    "button",
    { type: "button", class: "simples perigo", onclick: descartar },
    icone("lixo"),
    "Descartar este registro",
  );
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
