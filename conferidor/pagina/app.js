// The page: takes files, shows what the worker finds. It keeps rows of a list, never the fichas themselves.
import { save, saveJson, saveSpreadsheet } from "./baixar.js";
import { addProblems, byId, filters, make, nothing, number, phase, state, today } from "./comum.js";
import { showComparison, showDifferences, showFicha } from "./ficha.js";
import { draw, drawFiles, drawRows, drawSoon, tab, turn } from "./lista.js";
import { ask, startWorker } from "./trabalho.js";

const FALHAS = {
  iniciar: "O conferidor não pôde ser iniciado",
  receber: "O arquivo não pôde ser aberto",
  conferir: "A conferência parou no meio",
  comparar: "Os arquivos não puderam ser comparados",
  planilha: "A planilha não pôde ser feita",
};

const heard = {
  pronto({ ledi }) {
    byId("versao-ledi").textContent = `LEDI ${ledi}`;
    byId("versao").textContent = `· LEDI ${ledi}`;
    document.documentElement.dataset.pronto = "sim";
  },
  fase: ({ texto }) => phase(texto),
  problema: ({ texto }) => addProblems([texto]),
  arquivos({ arquivos }) {
    state.files = arquivos;
    drawFiles();
    if (arquivos.some((one) => one.papel === "producao")) judge();
    else phase("Falta o arquivo com as fichas: solte o zip, .esus ou .jsonl.", false);
  },
  comeco: () => phase("Conferindo…"),
  pedaco({ texto }) {
    const piece = JSON.parse(texto);
    state.texts.push(...piece.textos);
    state.rows.push(...piece.linhas);
    addProblems(piece.problemas);
    phase(`${number.format(piece.lidos)} ${piece.lidos === 1 ? "ficha conferida" : "fichas conferidas"}…`);
    drawSoon();
  },
  fim() {
    state.running = false;
    const count = state.rows.length;
    phase(
      count ? `${number.format(count)} ${count === 1 ? "ficha conferida" : "fichas conferidas"}.` : "Nenhuma ficha.",
      false,
    );
    draw();
    document.documentElement.dataset.fim = String(count);
  },
  ficha: ({ pedido, texto }) => pedido === state.asked && showFicha(JSON.parse(texto)),
  comparacao: ({ texto }) => showComparison(JSON.parse(texto)),
  diferencas: ({ pedido, texto }) => pedido === state.asked && showDifferences(JSON.parse(texto)),
  planilha: ({ dados }) => save(new Blob([dados], { type: "application/octet-stream" }), "conferencia.xlsx"),
  falha({ de, texto }) {
    if (de === "abrir" || de === "diferencas") {
      byId("ficha-corpo").replaceChildren(make("p", { class: "nota" }, `A ficha não pôde ser aberta: ${texto}.`));
      return;
    }
    state.running = false;
    phase("", false);
    byId("comparacao").replaceChildren();
    addProblems([`${FALHAS[de] ?? "Isto não pôde ser feito"}: ${texto}.`]);
  },
};

// ---- files in

function receive(list) {
  const given = [...list];
  if (!given.length) return;
  byId("entrada").hidden = true;
  byId("trabalho").hidden = false;
  ask("receber", { arquivos: given });
}

function judge() {
  Object.assign(state, nothing(), { running: true });
  delete document.documentElement.dataset.fim;
  byId("problemas").replaceChildren();
  byId("problemas").hidden = true;
  draw();
  ask("conferir", { hoje: today() });
}

function restart() {
  startWorker(heard);
  Object.assign(state, nothing(), { files: [] });
  delete document.documentElement.dataset.pronto;
  delete document.documentElement.dataset.fim;
  byId("comparacao").replaceChildren();
  byId("trabalho").hidden = true;
  byId("entrada").hidden = false;
  byId("escolher").focus();
}

// ---- what the person does

function wireTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const [index, one] of tabs.entries()) {
    one.addEventListener("click", () => {
      tab(one.id.replace("guia-", ""));
      draw();
    });
    one.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
  }
}

// What is dropped goes the way of what is chosen; abertura.js has done so since before this module came.
function wireDrop() {
  const target = byId("alvo");
  addEventListener("dragover", () => target.classList.add("alvo--sobre"));
  addEventListener("dragleave", (event) => event.relatedTarget === null && target.classList.remove("alvo--sobre"));
  addEventListener("drop", () => target.classList.remove("alvo--sobre"));
}

function wire() {
  const input = byId("escolher");
  const take = () => {
    receive(input.files);
    input.value = "";
  };
  input.addEventListener("change", take);
  byId("mais").addEventListener("click", () => input.click());
  byId("recomecar").addEventListener("click", restart);
  byId("anterior").addEventListener("click", () => turn(-1));
  byId("seguinte").addEventListener("click", () => turn(1));
  byId("baixar-xlsx").addEventListener("click", saveSpreadsheet);
  byId("baixar-json").addEventListener("click", saveJson);
  byId("ficha-fechar").addEventListener("click", () => byId("ficha").close());
  byId("filtros").addEventListener("submit", (event) => event.preventDefault());
  byId("filtros").addEventListener("input", ({ currentTarget: form }) => {
    Object.assign(filters, {
      situacao: form.situacao.value,
      tipo: form.tipo.value,
      uuid: form.uuid.value.trim().toLowerCase(),
    });
    state.page = 0;
    drawRows();
  });
  byId("comparar-arquivo").addEventListener("change", ({ currentTarget }) => {
    const [file] = currentTarget.files;
    if (!file) return;
    byId("comparacao").replaceChildren(make("p", { class: "fraco" }, "Comparando…"));
    ask("comparar", { arquivo: 0, outro: file });
    currentTarget.value = "";
  });
  wireTabs();
  wireDrop();
  take(); // whoever was quicker than this module has chosen already
}

startWorker(heard);
wire();
if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(() => {});
