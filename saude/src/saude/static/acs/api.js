// Talking to the server: the token, the clock, the version; and what went wrong, in words for the user.

import { meta } from "./banco.js";
import { aprender } from "./relogio.js";
import { Dito } from "./uteis.js";

export const VERSAO = document.documentElement.dataset.versao || "0";
const RAIZ = "/api/acs/v1";

// By the status, where the server has no words of ours: a page of a proxy, a framework's own answer.
const PALAVRAS = {
  400: "O servidor não entendeu o que o aplicativo enviou.",
  401: "O servidor ou a rede pediu uma identificação que o aplicativo não tem.",
  403: "O servidor ou a rede em que o aparelho está não deixou passar o pedido.",
  404: "O endereço do servidor não foi achado. Confira com a coordenação.",
  408: "A rede está lenta: o servidor desistiu de esperar.",
  409: "O servidor já está recebendo este envio.",
  413: "O envio é grande demais para o servidor.",
  422: "O servidor não entendeu o que o aplicativo enviou.",
  429: "O servidor pediu uma pausa: muitos pedidos em pouco tempo.",
};
const DELE = "O servidor do município está com um problema.";

export class SemRede extends Dito {}
export class Recusado extends Dito {
  constructor(status, corpo, espera = 0) {
    const codigo = typeof corpo?.codigo === "string" ? corpo.codigo : "";
    const nossas = codigo && typeof corpo.detail === "string" ? corpo.detail.trim() : "";
    const outras = PALAVRAS[status] ?? (status >= 500 ? DELE : "O servidor recusou o pedido.");
    super(nossas || `${outras} (erro ${status})`);
    this.status = status;
    this.codigo = codigo; // "" when it is not our server that speaks
    this.espera = espera; // seconds it asked for before the next try
  }
}

async function pedir(caminho, opcoes, segundos = 60) {
  const relogio = new AbortController();
  const prazo = setTimeout(() => relogio.abort(), segundos * 1000);
  try {
    const resposta = await fetch(RAIZ + caminho, {
      ...opcoes,
      signal: relogio.signal,
      cache: "no-store",
      credentials: "omit",
    });
    const texto = await resposta.text();
    let corpo = null;
    try {
      corpo = JSON.parse(texto);
    } catch {
      /* not ours: a proxy's page */
    }
    await aprender(corpo?.servidor_em);
    if (!resposta.ok) throw new Recusado(resposta.status, corpo, pausa(resposta.headers.get("Retry-After")));
    if (corpo === null || typeof corpo !== "object")
      throw new SemRede("A resposta não veio do servidor do município. Confira a rede.");
    return corpo;
  } catch (erro) {
    if (erro instanceof Recusado || erro instanceof SemRede) throw erro;
    throw new SemRede("Sem conexão com o servidor.");
  } finally {
    clearTimeout(prazo);
  }
}

// "120" or a date of HTTP; what is no pause, or longer than an hour, is not believed: visits are waiting.
const MAIOR_PAUSA = 3600;
function pausa(texto) {
  if (!texto) return 0;
  const segundos = /^\d+$/.test(texto) ? Number(texto) : (Date.parse(texto) - Date.now()) / 1000;
  return segundos > 0 ? Math.min(segundos, MAIOR_PAUSA) : 0;
}

async function cabecalhos() {
  const acesso = await meta("acesso");
  return {
    Authorization: `Bearer ${acesso.token}`,
    "X-Instalacao": acesso.instalacao,
    "X-App-Versao": VERSAO,
    "X-Hora-Aparelho": String(Date.now()),
  };
}

export function registrar(codigo, instalacao) {
  const corpo = { codigo, instalacao, nome: nomeDoAparelho(), versao_app: VERSAO, hora_aparelho: Date.now() };
  return enviar("/registrar", corpo);
}

export async function puxar(cursor) {
  return pedir(`/puxar?cursor=${encodeURIComponent(cursor || "")}`, { headers: await cabecalhos() });
}

export async function sair() {
  return pedir("/sair", { method: "POST", headers: await cabecalhos() }, 15);
}

// --- a forgotten password: there is no token, it is under the password
const enviar = (caminho, corpo) =>
  pedir(caminho, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(corpo) }, 30);
export const pedirChave = (corpo) => enviar("/chave/pedir", corpo);
export const respostaDaChave = (corpo) => enviar("/chave/resposta", corpo);
export const concluirChave = (corpo) => enviar("/chave/concluir", corpo);

export async function empurrar(lote, texto) {
  const headers = { ...(await cabecalhos()), "Content-Type": "application/json" };
  let body = texto;
  if (texto.length > 2000 && "CompressionStream" in self) {
    body = await new Response(new Blob([texto]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
    headers["Content-Encoding"] = "gzip";
  }
  return pedir(`/empurrar?lote=${encodeURIComponent(lote)}`, { method: "POST", headers, body });
}

function nomeDoAparelho() {
  const dados = navigator.userAgentData;
  if (dados) return [dados.platform, dados.mobile ? "celular" : "computador"].filter(Boolean).join(" ");
  return (/Android|iPhone|iPad|Windows|Linux|Mac/.exec(navigator.userAgent) || ["navegador"])[0];
}
