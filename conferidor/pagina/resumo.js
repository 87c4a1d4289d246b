// What the fichas are together: the causes of what is wrong, and totals.
import {
  ACHADOS,
  byId,
  CNES,
  COMPETENCIA,
  make,
  month,
  NOMES,
  number,
  SITUACAO,
  state,
  TIPO,
  VERSAO,
} from "./comum.js";
import { choose } from "./lista.js";

export function causes() {
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

export function drawCauses() {
  const list = causes();
  const rows = list.slice(0, 300).map(({ text, count, tipos }) => {
    const { codigo, mensagem, severidade } = state.texts[text];
    const tell = make(
      "span",
      { class: "causa__texto" },
      make("b", {}, mensagem),
      make("small", {}, `${codigo} · ${[...tipos].sort().join(", ")}`),
    );
    const button = make(
      "button",
      {
        type: "button",
        class: `causa causa--${severidade}`,
        onclick: () => choose({ causa: text, situacao: "", tipo: "" }),
      },
      make("span", { class: "causa__conta" }, number.format(count)),
      tell,
    );
    return make("li", {}, button);
  });
  byId("causas").replaceChildren(
    ...(rows.length ? rows : [make("li", { class: "vazio" }, "Nenhuma inconsistência nem aviso.")]),
  );
}

export function drawTotals() {
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
    return totalTable(
      label,
      rows.map(([key, pair]) => [(key && show(key)) || "não informado", ...pair]),
    );
  };
  const side = make(
    "div",
    { class: "totais__lado" },
    by("Competência", (row) => row[COMPETENCIA], newest, month),
    by("CNES", (row) => row[CNES], most),
    by("Versão declarada", (row) => row[VERSAO], most),
  );
  byId("totais").replaceChildren(
    by(
      "Ficha",
      (row) => row[TIPO],
      most,
      (tipo) => NOMES[tipo] ?? tipo,
    ),
    side,
  );
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
  const head = make(
    "tr",
    {},
    ...[label, "Fichas", "Prontas", "Outras"].map((text) => make("th", { scope: "col" }, text)),
  );
  return make("table", { class: "tabela tabela--total" }, make("thead", {}, head), make("tbody", {}, ...lines));
}
