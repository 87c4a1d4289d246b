// One ficha opened, and two files side by side.
import { ARQUIVO, byId, make, NOMES, number, POSICAO, state, TIPO, today } from "./comum.js";
import { ask } from "./trabalho.js";

export function openFicha(index) {
  const row = state.rows[index];
  state.asked += 1;
  byId("ficha-titulo").textContent = NOMES[row[TIPO]] ?? row[TIPO];
  byId("ficha-corpo").replaceChildren(make("p", { class: "fraco" }, "Abrindo…"));
  byId("ficha").showModal();
  ask("abrir", { pedido: state.asked, arquivo: row[ARQUIVO], posicao: row[POSICAO], hoje: today() });
}

export function showFicha(made) {
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
      {
        class: `nivel${Math.min(one.nivel, 4)}${one.valor === null ? " bloco" : ""}${wrong.has(one.caminho) ? " errado" : ""}`,
      },
      make("th", { scope: "row", colspan: one.valor === null ? 2 : false }, one.rotulo),
      one.valor === null ? null : make("td", {}, one.valor),
    ),
  );
  const inside = [
    make("p", { class: "fraco" }, `${made.onde}${made.uuid ? ` · ${made.uuid}` : ""}`),
    ...made.notas.map((text) => make("p", { class: "nota" }, text)),
    found.length
      ? make("ul", { class: "achados" }, ...found)
      : make("p", { class: "certo" }, "Nenhuma inconsistência: pronta para o PEC."),
    fields.length ? make("table", { class: "campos" }, make("tbody", {}, ...fields)) : null,
    make(
      "details",
      {},
      make("summary", {}, "Registro em JSON"),
      make("pre", {}, JSON.stringify(made.registro, null, 1)),
    ),
  ];
  byId("ficha-corpo").replaceChildren(...inside.filter(Boolean));
}

// ---- two files

export function showComparison(made) {
  const [first, second] = made.nomes;
  const parts = [
    [`Só em ${first}`, made.so_no_primeiro],
    [`Só em ${second}`, made.so_no_segundo],
  ].map(([title, rows]) =>
    block(title, rows, (row) =>
      make("li", {}, make("span", {}, NOMES[row[2]] ?? row[2]), " ", make("code", {}, row[0])),
    ),
  );
  const changed = block("Mesmo UUID, outro conteúdo", made.diferentes, ([uuid, at, tipo, there]) => {
    const open = make(
      "button",
      { type: "button", class: "abrir", onclick: () => askDifferences(uuid, at, there) },
      NOMES[tipo] ?? tipo,
    );
    return make("li", {}, open, " ", make("code", {}, uuid));
  });
  const told = make(
    "p",
    {},
    `${number.format(made.iguais)} fichas iguais nos dois arquivos (${made.totais.map((n) => number.format(n)).join(" e ")} ao todo).`,
  );
  byId("comparacao").replaceChildren(told, changed, ...parts);
}

function block(title, rows, line) {
  const list = make("ul", {}, ...rows.slice(0, 200).map(line));
  const more = rows.length > 200 ? make("p", { class: "fraco" }, `e mais ${number.format(rows.length - 200)}`) : null;
  return make(
    "details",
    { class: "bloco-comparar", open: rows.length > 0 && rows.length < 50 },
    make("summary", {}, `${title}: ${number.format(rows.length)}`),
    list,
    more,
  );
}

function askDifferences(uuid, aqui, la) {
  state.asked += 1;
  byId("ficha-titulo").textContent = uuid;
  byId("ficha-corpo").replaceChildren(make("p", { class: "fraco" }, "Comparando…"));
  byId("ficha").showModal();
  ask("diferencas", { pedido: state.asked, aqui, la });
}

export function showDifferences(rows) {
  const lines = rows.map(([path, one, two]) =>
    make("tr", {}, make("th", { scope: "row" }, path), make("td", {}, one), make("td", {}, two)),
  );
  const head = make("tr", {}, make("th", {}, "Campo"), make("th", {}, "No primeiro"), make("th", {}, "No segundo"));
  byId("ficha-corpo").replaceChildren(
    make("table", { class: "tabela" }, make("thead", {}, head), make("tbody", {}, ...lines)),
  );
}
