// The page: takes files, shows what the worker finds. It keeps rows of a list, never the fichas themselves.
const byId = (id) => document.getElementById(id);
const PAGE = 50;
const SITUACOES = { processada: "Pronta", inconsistente: "Inconsistente", pendente: "Pendente", ilegível: "Ilegível" };
const NOMES = {
  FAC: "Atividade coletiva",
  FAD: "Atendimento domiciliar",
  FAE: "Avaliação de elegibilidade",
  FAI: "Atendimento individual",
  FAO: "Atendimento odontológico individual",
  FCC: "Cuidado compartilhado",
  FCD: "Cadastro domiciliar e territorial",
  FCI: "Cadastro individual",
  FCZM: "Complementar: Zika/microcefalia",
  FP: "Procedimentos",
  FV: "Vacinação",
  FVD: "Visita domiciliar e territorial",
  MCA: "Marcadores de consumo alimentar",
  "?": "Não reconhecida",
};
const FALHAS = {
  iniciar: "O conferidor não pôde ser iniciado",
  receber: "O arquivo não pôde ser aberto",
  conferir: "A conferência parou no meio",
  comparar: "Os arquivos não puderam ser comparados",
  planilha: "A planilha não pôde ser feita",
};
const PAPEIS = { producao: "produção", cnes: "CNES", sigtap: "SIGTAP" };
const [ARQUIVO, POSICAO, ONDE, TIPO, UUID, SITUACAO, COMPETENCIA, CNES, VERSAO, ACHADOS, NOTAS] = Array(11).keys();
const number = new Intl.NumberFormat("pt-BR");

const state = { files: [], rows: [], texts: [], problems: [], shown: [], page: 0, cause: null, running: false, asked: 0 };
const filters = { situacao: "", tipo: "", uuid: "" };

// ---- the worker, under the rules of this page: a blob's worker inherits them, so it cannot send either

function startWorker() {
  const code = `import ${JSON.stringify(new URL("trabalhador.js", location.href).href)};`;
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const made = new Worker(address, { type: "module" });
  made.onmessage = ({ data }) => heard[data.tipo]?.(data);
  made.onerror = (event) => {
    event.preventDefault();
    tell("O conferidor parou por falta de memória ou por um erro. Recarregue a página e tente um arquivo menor.");
  };
  return made;
}

let worker = startWorker();
const ask = (tipo, data = {}, move = []) => worker.postMessage({ tipo, ...data }, move);

const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "America/Sao_Paulo" }).format(new Date());

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
    phase(count ? `${number.format(count)} ${count === 1 ? "ficha conferida" : "fichas conferidas"}.` : "Nenhuma ficha.", false);
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
  Object.assign(state, { rows: [], texts: [], problems: [], shown: [], page: 0, cause: null, running: true });
  delete document.documentElement.dataset.fim;
  byId("problemas").replaceChildren();
  byId("problemas").hidden = true;
  draw();
  ask("conferir", { hoje: today() });
}

function restart() {
  worker.terminate();
  worker = startWorker();
  Object.assign(state, { files: [], rows: [], texts: [], problems: [], shown: [], page: 0, cause: null, running: false });
  delete document.documentElement.dataset.pronto;
  delete document.documentElement.dataset.fim;
  byId("comparacao").replaceChildren();
  byId("trabalho").hidden = true;
  byId("entrada").hidden = false;
  byId("escolher").focus();
}

// ---- drawing

function make(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

function phase(text, busy = true) {
  byId("fase").textContent = text;
  byId("barra").hidden = !busy;
}

function addProblems(list) {
  for (const text of list) {
    state.problems.push(text);
    if (state.problems.length <= 20) byId("problemas").append(make("li", {}, text));
  }
  byId("problemas").hidden = !state.problems.length;
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** power).toLocaleString("pt-BR", { maximumFractionDigits: power > 1 ? 1 : 0 })} ${units[power]}`;
}

function drawFiles() {
  const rows = state.files.map((one) =>
    make("li", { class: `arquivo arquivo--${one.papel}` }, make("b", {}, one.nome), make("span", {}, `${PAPEIS[one.papel]} · ${size(one.bytes)}`)),
  );
  byId("arquivos").replaceChildren(...rows);
  byId("comparar-base").textContent = state.files.find((one) => one.papel === "producao")?.nome ?? "";
}

const severe = (row) => row[ACHADOS].filter(([text]) => state.texts[text].severidade === "erro");
const kind = (row) => (row[SITUACAO] === "processada" && row[ACHADOS].length ? "aviso" : row[SITUACAO]);

let waiting = false;
function drawSoon() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    draw();
  }, 300);
}

function draw() {
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
    const clear = make("button", { type: "button", class: "limpar", "aria-label": "Tirar o filtro da causa", onclick: () => choose({ causa: null }) }, "×");
    active.replaceChildren(`Causa: ${state.texts[state.cause]?.codigo ?? ""}`, clear);
  }
}

function fill(select, pairs, value) {
  if (select.options.length !== pairs.length) select.replaceChildren(...pairs.map(([code, label]) => make("option", { value: code }, label)));
  select.value = value;
}

function matches(row) {
  const wanted = filters.situacao;
  if (wanted === "aviso" ? kind(row) !== "aviso" : wanted && row[SITUACAO] !== wanted) return false;
  if (filters.tipo && row[TIPO] !== filters.tipo) return false;
  if (filters.uuid && !row[UUID].toLowerCase().includes(filters.uuid)) return false;
  return state.cause === null || row[ACHADOS].some(([text]) => text === state.cause);
}

function drawRows() {
  state.shown = [];
  state.rows.forEach((row, index) => matches(row) && state.shown.push(index));
  const pages = Math.max(1, Math.ceil(state.shown.length / PAGE));
  state.page = Math.min(state.page, pages - 1);
  const first = state.page * PAGE;
  const rows = state.shown.slice(first, first + PAGE).map((index) => rowOf(state.rows[index], index));
  const none = state.running ? "Procurando…" : "Nenhuma ficha com este filtro.";
  byId("linhas").replaceChildren(...(rows.length ? rows : [make("tr", {}, make("td", { colspan: 7, class: "vazio" }, none))]));
  const last = Math.min(first + PAGE, state.shown.length);
  byId("pagina").textContent = state.shown.length ? `${number.format(first + 1)} a ${number.format(last)} de ${number.format(state.shown.length)}` : "";
  byId("anterior").disabled = state.page === 0;
  byId("seguinte").disabled = state.page >= pages - 1;
}

function rowOf(row, index) {
  const found = severe(row)[0] ?? row[ACHADOS][0];
  const more = row[ACHADOS].length - 1;
  const text = found ? state.texts[found[0]].mensagem : (row[NOTAS][0] ?? "");
  const open = make("button", { type: "button", class: "abrir", onclick: () => openFicha(index) }, NOMES[row[TIPO]] ?? row[TIPO]);
  return make(
    "tr",
    {},
    cell("Ficha", open),
    cell("Situação", make("span", { class: `situacao situacao--${kind(row)}` }, SITUACOES[row[SITUACAO]])),
    text ? cell("O que há", make("span", { class: "texto" }, text), more > 0 ? make("small", {}, ` e mais ${more}`) : null) : cell("O que há"),
    cell("Competência", month(row[COMPETENCIA])),
    cell("CNES", row[CNES]),
    cell("Versão", row[VERSAO]),
    cell("UUID", make("code", {}, row[UUID] || row[ONDE])),
  );
}

const cell = (label, ...inside) => make("td", { "data-rotulo": label }, ...inside);
const month = (text) => (text ? `${text.slice(4)}/${text.slice(0, 4)}` : "");

function choose(what) {
  if ("causa" in what) state.cause = what.causa;
  if ("situacao" in what) filters.situacao = what.situacao;
  if ("tipo" in what) filters.tipo = what.tipo;
  state.page = 0;
  tab("fichas");
  draw();
}

function causes() {
  const counts = new Map();
  for (const row of state.rows) {
    for (const text of new Set(row[ACHADOS].map(([one]) => one))) {
      const one = counts.get(text) ?? { text, count: 0, tipos: new Set() };
      one.count += 1;
      one.tipos.add(row[TIPO]);
      counts.set(text, one);
    }
  }
  const weight = (one) => (state.texts[one.text].severidade === "erro" ? 1e9 : 0) + one.count;
  return [...counts.values()].sort((a, b) => weight(b) - weight(a));
}

function drawCauses() {
  const list = causes();
  const rows = list.slice(0, 300).map(({ text, count, tipos }) => {
    const { codigo, mensagem, severidade } = state.texts[text];
    const tell = make("span", { class: "causa__texto" }, make("b", {}, mensagem), make("small", {}, `${codigo} · ${[...tipos].sort().join(", ")}`));
    const button = make(
      "button",
      { type: "button", class: `causa causa--${severidade}`, onclick: () => choose({ causa: text, situacao: "", tipo: "" }) },
      make("span", { class: "causa__conta" }, number.format(count)),
      tell,
    );
    return make("li", {}, button);
  });
  byId("causas").replaceChildren(...(rows.length ? rows : [make("li", { class: "vazio" }, "Nenhuma inconsistência nem aviso.")]));
}

function drawTotals() {
  const most = ([, a], [, b]) => b[0] - a[0];
  const newest = ([a], [b]) => (a < b ? 1 : -1);
  const by = (label, get, order, show = (key) => key) => {
    const counts = new Map();
    for (const row of state.rows) {
      const key = get(row);
      const one = counts.get(key) ?? [0, 0];
      one[0] += 1;
      one[1] += row[SITUACAO] === "processada" ? 1 : 0;
      counts.set(key, one);
    }
    const rows = [...counts].sort(order).slice(0, 100);
    return totalTable(label, rows.map(([key, pair]) => [(key && show(key)) || "não informado", ...pair]));
  };
  const side = make(
    "div",
    { class: "totais__lado" },
    by("Competência", (row) => row[COMPETENCIA], newest, month),
    by("CNES", (row) => row[CNES], most),
    by("Versão declarada", (row) => row[VERSAO], most),
  );
  byId("totais").replaceChildren(by("Ficha", (row) => row[TIPO], most, (tipo) => NOMES[tipo] ?? tipo), side);
}

function totalTable(label, rows) {
  const most = Math.max(1, ...rows.map(([, total]) => total));
  const lines = rows.map(([key, total, ready]) => {
    const [good, bad] = [make("i", { class: "barra__pronta" }), make("i", { class: "barra__resto" })];
    good.style.width = `${(100 * ready) / most}%`;
    bad.style.width = `${(100 * (total - ready)) / most}%`;
    const bar = make("div", { class: "barra", "aria-hidden": "true" }, good, bad);
    const counts = [total, ready, total - ready].map((count) => make("td", {}, number.format(count)));
    return make("tr", {}, make("th", { scope: "row" }, key, bar), ...counts);
  });
  const head = make("tr", {}, ...[label, "Fichas", "Prontas", "Outras"].map((text) => make("th", { scope: "col" }, text)));
  return make("table", { class: "tabela tabela--total" }, make("thead", {}, head), make("tbody", {}, ...lines));
}

// ---- one ficha

function openFicha(index) {
  const row = state.rows[index];
  state.asked += 1;
  byId("ficha-titulo").textContent = NOMES[row[TIPO]] ?? row[TIPO];
  byId("ficha-corpo").replaceChildren(make("p", { class: "fraco" }, "Abrindo…"));
  byId("ficha").showModal();
  ask("abrir", { pedido: state.asked, arquivo: row[ARQUIVO], posicao: row[POSICAO], hoje: today() });
}

function showFicha(made) {
  const found = made.achados.map((one) =>
    make(
      "li",
      { class: `achado achado--${one.severidade}` },
      make("b", {}, one.mensagem),
      make("small", {}, [one.codigo, one.campo].filter(Boolean).join(" · ")),
    ),
  );
  const wrong = new Set(made.achados.map((one) => one.campo).filter(Boolean));
  const fields = made.campos.map((one) =>
    make(
      "tr",
      { class: `nivel${Math.min(one.nivel, 4)}${one.valor === null ? " bloco" : ""}${wrong.has(one.caminho) ? " errado" : ""}` },
      make("th", { scope: "row" }, one.rotulo),
      make("td", {}, one.valor ?? ""),
    ),
  );
  const inside = [
    make("p", { class: "fraco" }, `${made.onde}${made.uuid ? ` · ${made.uuid}` : ""}`),
    ...made.notas.map((text) => make("p", { class: "nota" }, text)),
    found.length ? make("ul", { class: "achados" }, ...found) : make("p", { class: "certo" }, "Nenhuma inconsistência: pronta para o PEC."),
    fields.length ? make("table", { class: "campos" }, make("tbody", {}, ...fields)) : null,
    make("details", {}, make("summary", {}, "Registro em JSON"), make("pre", {}, JSON.stringify(made.registro, null, 1))),
  ];
  byId("ficha-corpo").replaceChildren(...inside.filter(Boolean));
}

// ---- two files

function showComparison(made) {
  const [first, second] = made.nomes;
  const parts = [
    [`Só em ${first}`, made.so_no_primeiro],
    [`Só em ${second}`, made.so_no_segundo],
  ].map(([title, rows]) => block(title, rows, (row) => make("li", {}, make("span", {}, NOMES[row[2]] ?? row[2]), " ", make("code", {}, row[0]))));
  const changed = block("Mesmo UUID, outro conteúdo", made.diferentes, ([uuid, at, tipo, there]) => {
    const open = make("button", { type: "button", class: "abrir", onclick: () => askDifferences(uuid, at, there) }, NOMES[tipo] ?? tipo);
    return make("li", {}, open, " ", make("code", {}, uuid));
  });
  const told = make("p", {}, `${number.format(made.iguais)} fichas iguais nos dois arquivos (${made.totais.map((n) => number.format(n)).join(" e ")} ao todo).`);
  byId("comparacao").replaceChildren(told, changed, ...parts);
}

function block(title, rows, line) {
  const list = make("ul", {}, ...rows.slice(0, 200).map(line));
  const more = rows.length > 200 ? make("p", { class: "fraco" }, `e mais ${number.format(rows.length - 200)}`) : null;
  return make("details", { class: "bloco-comparar", open: rows.length > 0 && rows.length < 50 }, make("summary", {}, `${title}: ${number.format(rows.length)}`), list, more);
}

function askDifferences(uuid, aqui, la) {
  state.asked += 1;
  byId("ficha-titulo").textContent = uuid;
  byId("ficha-corpo").replaceChildren(make("p", { class: "fraco" }, "Comparando…"));
  byId("ficha").showModal();
  ask("diferencas", { pedido: state.asked, aqui, la });
}

function showDifferences(rows) {
  const lines = rows.map(([path, one, two]) => make("tr", {}, make("th", { scope: "row" }, path), make("td", {}, one), make("td", {}, two)));
  const head = make("tr", {}, make("th", {}, "Campo"), make("th", {}, "No primeiro"), make("th", {}, "No segundo"));
  byId("ficha-corpo").replaceChildren(make("table", { class: "tabela" }, make("thead", {}, head), make("tbody", {}, ...lines)));
}

// ---- to take away

function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const fileName = (row) => state.files.filter((one) => one.papel === "producao")[row[ARQUIVO]]?.nome ?? "";
const base = (row) => [NOMES[row[TIPO]] ?? row[TIPO], row[UUID], SITUACOES[row[SITUACAO]], month(row[COMPETENCIA]), row[CNES], row[VERSAO], fileName(row), row[ONDE]];

function saveSpreadsheet() {
  const heads = ["Ficha", "UUID", "Situação", "Competência", "CNES", "Versão", "Arquivo", "Onde"];
  const found = [];
  for (const row of state.rows) {
    for (const [text, path] of row[ACHADOS]) {
      const { codigo, mensagem, severidade } = state.texts[text];
      found.push([NOMES[row[TIPO]] ?? row[TIPO], row[UUID], severidade === "erro" ? "Erro" : "Aviso", mensagem, path, codigo, fileName(row), row[ONDE]]);
    }
  }
  const sheets = [
    ["Fichas", heads, state.rows.map(base)],
    ["Inconsistências", ["Ficha", "UUID", "Gravidade", "O que há", "Campo", "Código", "Arquivo", "Onde"], found],
    ["Causas", ["Fichas", "Gravidade", "Causa", "Código"], causes().map((one) => [one.count, state.texts[one.text].severidade, state.texts[one.text].mensagem, state.texts[one.text].codigo])],
  ];
  ask("planilha", { folhas: JSON.stringify(sheets) });
}

function saveJson() {
  const rows = state.rows.map((row) => ({
    arquivo: fileName(row),
    onde: row[ONDE],
    tipo: row[TIPO],
    uuid: row[UUID],
    situacao: row[SITUACAO],
    competencia: row[COMPETENCIA],
    cnes: row[CNES],
    versao: row[VERSAO],
    inconsistencias: row[ACHADOS].map(([text, campo]) => ({ ...state.texts[text], campo })),
  }));
  save(new Blob([JSON.stringify(rows, null, 1)], { type: "application/json" }), "conferencia.json");
}

// ---- what the person does

function tab(name) {
  for (const one of document.querySelectorAll("[role=tab]")) {
    const chosen = one.id === `guia-${name}`;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    byId(one.getAttribute("aria-controls")).hidden = !chosen;
  }
}

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

function wireDrop() {
  const target = byId("alvo");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    target.classList.add("alvo--sobre");
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && target.classList.remove("alvo--sobre"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    target.classList.remove("alvo--sobre");
    receive(event.dataTransfer.files);
  });
}

function wire() {
  const input = byId("escolher");
  input.addEventListener("change", () => {
    receive(input.files);
    input.value = "";
  });
  byId("mais").addEventListener("click", () => input.click());
  byId("recomecar").addEventListener("click", restart);
  byId("anterior").addEventListener("click", () => turn(-1));
  byId("seguinte").addEventListener("click", () => turn(1));
  byId("baixar-xlsx").addEventListener("click", saveSpreadsheet);
  byId("baixar-json").addEventListener("click", saveJson);
  byId("ficha-fechar").addEventListener("click", () => byId("ficha").close());
  byId("filtros").addEventListener("submit", (event) => event.preventDefault());
  byId("filtros").addEventListener("input", ({ currentTarget: form }) => {
    Object.assign(filters, { situacao: form.situacao.value, tipo: form.tipo.value, uuid: form.uuid.value.trim().toLowerCase() });
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
}

function turn(step) {
  state.page += step;
  drawRows();
  byId("painel-fichas").scrollIntoView({ block: "start" });
}

function tell(text) {
  byId("aviso").textContent = text;
  byId("aviso").hidden = false;
}

wire();
if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(() => {});
