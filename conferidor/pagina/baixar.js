// What the person takes away.
import {
  ACHADOS,
  ARQUIVO,
  CNES,
  COMPETENCIA,
  make,
  month,
  NOMES,
  ONDE,
  SITUACAO,
  SITUACOES,
  state,
  TIPO,
  UUID,
  VERSAO,
} from "./comum.js";
import { causes } from "./resumo.js";
import { ask } from "./trabalho.js";

export function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const fileName = (row) => state.files.filter((one) => one.papel === "producao")[row[ARQUIVO]]?.nome ?? "";
const base = (row) => [
  NOMES[row[TIPO]] ?? row[TIPO],
  row[UUID],
  SITUACOES[row[SITUACAO]],
  month(row[COMPETENCIA]),
  row[CNES],
  row[VERSAO],
  fileName(row),
  row[ONDE],
];

export function saveSpreadsheet() {
  const heads = ["Ficha", "UUID", "Situação", "Competência", "CNES", "Versão", "Arquivo", "Onde"];
  const found = [];
  for (const row of state.rows) {
    for (const [text, path] of row[ACHADOS]) {
      const { codigo, mensagem, severidade } = state.texts[text];
      found.push([
        NOMES[row[TIPO]] ?? row[TIPO],
        row[UUID],
        severidade === "erro" ? "Erro" : "Aviso",
        mensagem,
        path,
        codigo,
        fileName(row),
        row[ONDE],
      ]);
    }
  }
  const sheets = [
    ["Fichas", heads, state.rows.map(base)],
    ["Inconsistências", ["Ficha", "UUID", "Gravidade", "O que há", "Campo", "Código", "Arquivo", "Onde"], found],
    [
      "Causas",
      ["Fichas", "Gravidade", "Causa", "Código"],
      causes().map((one) => [
        one.count,
        state.texts[one.text].severidade,
        state.texts[one.text].mensagem,
        state.texts[one.text].codigo,
      ]),
    ],
  ];
  ask("planilha", { folhas: JSON.stringify(sheets) });
}

export function saveJson() {
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
