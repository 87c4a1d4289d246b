// Small things every screen uses: making elements, dates, text.

import { diaLocal, mesesEntre } from "../comum/datas.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONES = {
  casa: "M3 11.5 12 4l9 7.5M5.5 10v10h13V10M10 20v-5.500h4V20",
  mais: "M12 5v14M5 12h14",
  nuvem:
    "M7 18a4.500 4.500 0 0 1-.5-8.970A6 6 0 0 1 18 10.500 3.800 3.800 0 0 1 17.500 18zM12 17v-5.500m-2.300 " +
    "2.200 2.300-2.300 2.300 2.300",
  pessoa: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c.6-4 3.600-6 7.500-6s6.900 2 7.500 6",
  menu: "M4 6.500h16M4 12h16M4 17.500h16",
  voltar: "M15 5l-7 7 7 7",
  seta: "M9 5l7 7-7 7",
  busca: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500 21 21",
  certo: "M5 12.500l4.500 4.500L19 7.500",
  alerta: "M12 4 2.500 20h19zM12 10v4.500m0 2.500v.2",
  lapis: "M4 20l1-4L16.500 4.500l3 3L8 19z",
  lixo: "M5 7h14M9.500 7V4.500h5V7M7 7l1 13h8l1-13",
  giro: "M20 12a8 8 0 1 1-2.300-5.600M20 3.500V8h-4.500",
  relogio: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.500 2",
  alvo:
    "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 2v4m0 12v4M2 12h4m12 0h4M12 13.500a1.500 1.500 0 1 0 0-3 1.500 " +
    "1.500 0 0 0 0 3z",
  sair: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
  baixar: "M12 4v11m-4-4 4 4 4-4M5 20h14",
  prancheta: "M8 5H5.500v15.500h13V5H16M9 3.500h6v3.500H9zM9 12h6M9 16h4",
  fora:
    "M3 3l18 18M8.500 15.800a5 5 0 0 1 5.600-1M5 12.300a10 10 0 0 1 4.500-2.600M2 8.800A15 15 0 0 1 7 " +
    "6m4.500-.8A15 15 0 0 1 22 8.800m-6 1.300a10 10 0 0 1 3 2.200M12 19.500v.1",
};

export function icone(nome, rotulo = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icone");
  if (rotulo) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", rotulo);
  } else svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONES[nome]);
  svg.append(path);
  return svg;
}

// h("p", {class: "x", onclick: f}, "text", element, …): text never becomes HTML.
// What is said to the user as it is; of any other error, only that something failed.
export class Dito extends Error {}
export const emPalavras = (erro) =>
  erro instanceof Dito
    ? erro.message
    : "O aplicativo não conseguiu fazer isso. Tente de novo; o que foi salvo continua no aparelho.";

export function h(tag, atributos = {}, ...filhos) {
  const elemento = document.createElement(tag);
  for (const [nome, valor] of Object.entries(atributos)) {
    if (valor === undefined || valor === null || valor === false) continue;
    if (nome.startsWith("on")) elemento.addEventListener(nome.slice(2), valor);
    else if (nome === "value") elemento.value = valor;
    else elemento.setAttribute(nome, valor === true ? "" : valor);
  }
  elemento.append(...filhos.flat(9).filter((f) => f !== null && f !== undefined && f !== false));
  return elemento;
}

export const dobrar = (texto) =>
  String(texto ?? "")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toUpperCase()
    .trim();

export const plural = (n, um, muitos) => `${n} ${n === 1 ? um : muitos}`;

export function uuid4() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const x = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return `${x.slice(0, 8)}-${x.slice(8, 12)}-${x.slice(12, 16)}-${x.slice(16, 20)}-${x.slice(20)}`;
}

// --- dates: a record keeps the local day and hour of the phone, "2026-11-24T09:30"
const dois = (n) => String(n).padStart(2, "0");
export const hoje = (d = new Date()) => `${d.getFullYear()}-${dois(d.getMonth() + 1)}-${dois(d.getDate())}`;
export const agora = (d = new Date()) => `${hoje(d)}T${dois(d.getHours())}:${dois(d.getMinutes())}`;

export function dia(iso) {
  return /^\d{4}-\d\d-\d\d/.test(iso || "") ? `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}` : "";
}

export function momento(ms) {
  return ms
    ? new Date(ms).toLocaleString("pt-BR", { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" })
    : "nunca";
}

export const diasDesde = (iso) => Math.round((Date.parse(hoje()) - Date.parse(iso.slice(0, 10))) / 86400e3);

// "hoje", "ontem", "há 12 dias"
export function ha(iso) {
  const dias = iso ? diasDesde(iso) : null;
  if (dias === null) return "sem visita";
  if (dias <= 0) return "hoje";
  return dias === 1 ? "ontem" : `há ${dias} dias`;
}

// An epoch of the wire, as the local day in the municipality's time zone; what is no epoch stays.
export const diaDe = (valor, fuso) => (typeof valor === "number" ? diaLocal(valor, fuso) : valor);

export function idade(nascimento) {
  const meses = mesesEntre(diaLocal(nascimento), hoje());
  if (meses === null || meses < 0) return "";
  return meses < 24 ? plural(meses, "mês", "meses") : plural(Math.floor(meses / 12), "ano", "anos");
}

export const mascaraCpf = (t) => (t && t.length === 11 ? `***.${t.slice(3, 6)}.${t.slice(6, 9)}-**` : "");
export const mascaraCns = (t) => (t && t.length === 15 ? `${t[0]}** **** **** ${t.slice(11)}` : "");
export const nomeProprio = (t) =>
  String(t || "")
    .toLowerCase()
    .replace(/(^|[\s'-])(\p{L})/gu, (_, a, b) => a + b.toUpperCase())
    .replace(/ (De|Da|Do|Das|Dos|E) /g, (p) => p.toLowerCase());
