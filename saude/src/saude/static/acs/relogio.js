// The phone's clock against the server's. A record keeps the date it was given; the page tells when to look twice.

import { gravarMeta, meta } from "./banco.js";
import { hoje, momento, plural } from "./uteis.js";

const TOLERANCIA = 5 * 60e3;
let desvio = 0; // how far the server was ahead of the phone, in ms (negative: the phone is ahead)
let visto = 0;

export async function lembrar() {
  const guardado = await meta("relogio");
  desvio = guardado?.desvio || 0;
  visto = guardado?.em || 0;
}

export async function aprender(servidorEm) {
  if (typeof servidorEm !== "number") return;
  const novo = servidorEm - Date.now();
  const mudou = Math.abs(novo - desvio) > 60e3 || !visto;
  desvio = novo;
  if (mudou) {
    visto = Date.now();
    await gravarMeta("relogio", { desvio, em: visto }).catch(() => {});
  }
}

// The last day that is not in the future for either clock: a wrong phone must not refuse a true date.
export function ultimoDia() {
  const [a, b] = [hoje(), hoje(new Date(Date.now() + desvio))];
  return a > b ? a : b;
}

export function aviso() {
  if (Math.abs(desvio) <= TOLERANCIA) return "";
  const lado = desvio > 0 ? "atrasado" : "adiantado";
  return (
    `O relógio deste aparelho estava ${lado} ${tamanho(Math.abs(desvio))} no último contato com o servidor ` +
    `(${momento(visto)} pelo aparelho). Acerte a data e a hora do aparelho e confira a data de cada registro: ` +
    "ela vai como está escrita."
  );
}

function tamanho(ms) {
  if (ms >= 365.25 * 86400e3) return plural(Math.round(ms / (365.25 * 86400e3)), "ano", "anos");
  if (ms >= 86400e3) return plural(Math.round(ms / 86400e3), "dia", "dias");
  if (ms >= 3600e3) return plural(Math.round(ms / 3600e3), "hora", "horas");
  return plural(Math.round(ms / 60e3), "minuto", "minutos");
}
