// What every part of the page knows: names for people, the columns of a row, what is shown now, and how to draw.
export const byId = (id) => document.getElementById(id);
export const SITUACOES = {
  processada: "Pronta",
  inconsistente: "Inconsistente",
  pendente: "Pendente",
  ilegível: "Ilegível",
};
export const NOMES = {
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
export const PAPEIS = { producao: "produção", cnes: "CNES", sigtap: "SIGTAP" };
export const [ARQUIVO, POSICAO, ONDE, TIPO, UUID, SITUACAO, COMPETENCIA, CNES, VERSAO, ACHADOS, NOTAS] =
  Array(11).keys();
export const number = new Intl.NumberFormat("pt-BR");

/** Of the files there are, nothing judged yet. */
export const nothing = () => ({
  rows: [],
  texts: [],
  problems: [],
  shown: [],
  page: 0,
  cause: null,
  running: false,
});
export const state = { files: [], asked: 0, ...nothing() };
export const filters = { situacao: "", tipo: "", uuid: "" };
export const month = (text) => (text ? `${text.slice(4)}/${text.slice(0, 4)}` : "");
export const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "America/Sao_Paulo" }).format(new Date());

// ---- drawing

export function make(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

export function phase(text, busy = true) {
  byId("fase").textContent = text;
  byId("barra").hidden = !busy;
}

export function addProblems(list) {
  for (const text of list) {
    state.problems.push(text);
    if (state.problems.length <= 20) byId("problemas").append(make("li", {}, text));
  }
  byId("problemas").hidden = !state.problems.length;
}

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** power).toLocaleString("pt-BR", { maximumFractionDigits: power > 1 ? 1 : 0 })} ${units[power]}`;
}

export const severe = (row) => row[ACHADOS].filter(([text]) => state.texts[text].severidade === "erro");
export const kind = (row) => (row[SITUACAO] === "processada" && row[ACHADOS].length ? "aviso" : row[SITUACAO]);

export function tell(text) {
  byId("aviso").textContent = text;
  byId("aviso").hidden = false;
}
