// The list of fichas: files, numbers, filters, the rows of a page.
import {
  ACHADOS,
  byId,
  CNES,
  COMPETENCIA,
  filters,
  kind,
  make,
  month,
  NOMES,
  NOTAS,
  number,
  ONDE,
  PAPEIS,
  SITUACAO,
  SITUACOES,
  severe,
  size,
  state,
  TIPO,
  UUID,
  VERSAO,
} from "./comum.js";
import { openFicha } from "./ficha.js";
import { drawCauses, drawTotals } from "./resumo.js";

const PAGE = 50;

export function drawFiles() {
  const rows = state.files.map((one) =>
    make(
      "li",
      { class: `arquivo arquivo--${one.papel}` },
      make("b", {}, one.nome),
      make("span", {}, `${PAPEIS[one.papel]} · ${size(one.bytes)}`),
    ),
  );
  byId("arquivos").replaceChildren(...rows);
  byId("comparar-base").textContent = state.files.find((one) => one.papel === "producao")?.nome ?? "";
}

let waiting = false;
export function drawSoon() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    draw();
  }, 300);
}

export function draw() {
  drawNumbers();
  drawFilters();
  drawRows();
  if (!byId("painel-causas").hidden) drawCauses();
  if (!byId("painel-totais").hidden) drawTotals();
}

function drawNumbers() {
  const counts = { processada: 0, aviso: 0, inconsistente: 0, ilegível: 0, pendente: 0 };
  for (const row of state.rows) counts[kind(row)] += 1;
  const ready = counts.processada + counts.aviso;
  const tiles = [
    ["total", "fichas", state.rows.length, ""],
    ["pronta", "prontas para o PEC", ready, "processada"],
    ["inconsistente", "inconsistentes", counts.inconsistente, "inconsistente"],
    ["aviso", "prontas com aviso", counts.aviso, "aviso"],
  ];
  if (counts.ilegível) tiles.push(["ilegivel", "ilegíveis", counts.ilegível, "ilegível"]);
  if (counts.pendente) tiles.push(["ilegivel", "pendentes", counts.pendente, "pendente"]);
  byId("numeros").replaceChildren(
    ...tiles.map(([name, label, count, situacao]) =>
      make(
        "button",
        { class: `numero numero--${name}`, type: "button", onclick: () => choose({ situacao }) },
        make("b", {}, number.format(count)),
        make("span", {}, label),
      ),
    ),
  );
}

function drawFilters() {
  const form = byId("filtros");
  const tipos = [...new Set(state.rows.map((row) => row[TIPO]))].sort();
  fill(form.situacao, [["", "Todas"], ...Object.entries(SITUACOES), ["aviso", "Pronta com aviso"]], filters.situacao);
  fill(form.tipo, [["", "Todas"], ...tipos.map((tipo) => [tipo, NOMES[tipo] ?? tipo])], filters.tipo);
  const active = byId("causa-ativa");
  active.hidden = state.cause === null;
  if (state.cause !== null) {
    const clear = make(
      "button",
      {
        type: "button",
        class: "limpar",
        "aria-label": "Tirar o filtro da causa",
        onclick: () => choose({ causa: null }),
      },
      "×",
    );
    active.replaceChildren(`Causa: ${state.texts[state.cause]?.codigo ?? ""}`, clear);
  }
}

function fill(select, pairs, value) {
  if (select.options.length !== pairs.length)
    select.replaceChildren(...pairs.map(([code, label]) => make("option", { value: code }, label)));
  select.value = value;
}

function matches(row) {
  const wanted = filters.situacao;
  if (wanted === "aviso" ? kind(row) !== "aviso" : wanted && row[SITUACAO] !== wanted) return false;
  if (filters.tipo && row[TIPO] !== filters.tipo) return false;
  if (filters.uuid && !row[UUID].toLowerCase().includes(filters.uuid)) return false;
  return state.cause === null || row[ACHADOS].some(([text]) => text === state.cause);
}

export function drawRows() {
  state.shown = [];
  for (const [index, row] of state.rows.entries()) if (matches(row)) state.shown.push(index);
  const pages = Math.max(1, Math.ceil(state.shown.length / PAGE));
  state.page = Math.min(state.page, pages - 1);
  const first = state.page * PAGE;
  const rows = state.shown.slice(first, first + PAGE).map((index) => rowOf(state.rows[index], index));
  const none = state.running ? "Procurando…" : "Nenhuma ficha com este filtro.";
  byId("linhas").replaceChildren(
    ...(rows.length ? rows : [make("tr", {}, make("td", { colspan: 7, class: "vazio" }, none))]),
  );
  const last = Math.min(first + PAGE, state.shown.length);
  byId("pagina").textContent = state.shown.length
    ? `${number.format(first + 1)} a ${number.format(last)} de ${number.format(state.shown.length)}`
    : "";
  byId("anterior").disabled = state.page === 0;
  byId("seguinte").disabled = state.page >= pages - 1;
}

function rowOf(row, index) {
  const found = severe(row)[0] ?? row[ACHADOS][0];
  const more = row[ACHADOS].length - 1;
  const text = found ? state.texts[found[0]].mensagem : (row[NOTAS][0] ?? "");
  const open = make(
    "button",
    { type: "button", class: "abrir", onclick: () => openFicha(index) },
    NOMES[row[TIPO]] ?? row[TIPO],
  );
  return make(
    "tr",
    {},
    cell("Ficha", open),
    cell("Situação", make("span", { class: `situacao situacao--${kind(row)}` }, SITUACOES[row[SITUACAO]])),
    text
      ? cell("O que há", make("span", { class: "texto" }, text), more > 0 ? make("small", {}, ` e mais ${more}`) : null)
      : cell("O que há"),
    cell("Competência", month(row[COMPETENCIA])),
    cell("CNES", row[CNES]),
    cell("Versão", row[VERSAO]),
    cell("UUID", make("code", {}, row[UUID] || row[ONDE])),
  );
}

const cell = (label, ...inside) => make("td", { "data-rotulo": label }, ...inside);

export function choose(what) {
  if ("causa" in what) state.cause = what.causa;
  if ("situacao" in what) filters.situacao = what.situacao;
  if ("tipo" in what) filters.tipo = what.tipo;
  state.page = 0;
  tab("fichas");
  draw();
}

export function tab(name) {
  for (const one of document.querySelectorAll("[role=tab]")) {
    const chosen = one.id === `guia-${name}`;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    byId(one.getAttribute("aria-controls")).hidden = !chosen;
  }
}

export function turn(step) {
  state.page += step;
  drawRows();
  byId("painel-fichas").scrollIntoView({ block: "start" });
}
