// Sends what is on the phone and fetches what changed. One tab at a time; a record leaves the phone only in the
// transaction that notes the server's confirmation.

import { empurrar, puxar, Recusado, VERSAO } from "./api.js";
import { avisar, gravarMeta, meta, SemEspaco, transacao } from "./banco.js";
import { ilegiveis, Trancado } from "./cofre.js";
import { estado, guardarParaEntidade } from "./tranca.js";
import { Dito, emPalavras, plural, uuid4 } from "./uteis.js";

const FECHADO = ["trancada", "sem chave"];
const TAMANHO = 10;
const ESPERAS = [5, 15, 45, 120, 300];
const ADIADO = 10 * 60e3;
const HISTORICO = 30 * 86400e3;
const PRAZO_TRAVA = 90e3;

let falhas = 0;
let calada = 0; // until when the server asked not to be called, on a clock that nobody sets
let relogio = null;
let andando = false;
let deNovo = false; // something was saved while a round was under way
let aMao = false; // somebody tapped: what waits for its time goes too, and after a round that failed there is another
let semGuardar = null; // the batch under way when the phone has no room to keep it
export const situacao = { rodando: false, erro: "", avisos: [], atualizar: "", feito: "" };

export async function sincronizar({ manual = false } = {}) {
  if (andando) {
    deNovo = true;
    aMao = aMao || manual;
    return;
  }
  andando = true;
  try {
    if (FECHADO.includes(await estado())) return; // it sends nothing: it cannot read what
    if (!(await meta("acesso")) || (!manual && performance.now() < calada)) return;
    clearTimeout(relogio);
    aMao = manual;
    do {
      const tocada = aMao;
      deNovo = false;
      aMao = false;
      await comTrava(() => rodada(tocada));
    } while (deNovo && (aMao || !situacao.erro));
  } finally {
    andando = false;
    aMao = false;
  }
}

export const quieto = () => !andando;

// One tab at a time, the others wait for it. Where the browser has no locks (no HTTPS) a short lease in the
// database does; a lease longer than it may be is of a clock that was set back.
async function comTrava(trabalho) {
  if (navigator.locks) {
    return navigator.locks.request("acs-sincronia", trabalho);
  }
  const dono = uuid4();
  const minha = await transacao(["meta"], "readwrite", async (l) => {
    const atual = (await l.meta.get("trava"))?.valor;
    if (atual && atual.ate > Date.now() && atual.ate <= Date.now() + PRAZO_TRAVA) return false;
    await l.meta.put({ chave: "trava", valor: { dono, ate: Date.now() + PRAZO_TRAVA } });
    return true;
  });
  if (!minha) return null;
  try {
    return await trabalho();
  } finally {
    await gravarMeta("trava", null);
  }
}

async function rodada(manual) {
  situacao.rodando = true;
  situacao.erro = "";
  situacao.avisos = [];
  avisar("sincronia");
  calada = 0;
  try {
    while (await enviarLote(manual)) {
      /* until nothing is left */
    }
    if (await meta("bloqueio")) return; // reads nothing more; what was written before was taken
    await buscar();
    await guardarParaEntidade();
    falhas = 0;
    await gravarMeta("sincronizado_em", Date.now());
  } catch (erro) {
    await tratar(erro);
  } finally {
    situacao.rodando = false;
    avisar("dados");
  }
}

async function tratar(erro) {
  if (erro instanceof Trancado) return; // it was locked meanwhile: the same batch goes when it is opened
  situacao.erro = emPalavras(erro);
  // only our server takes the access away: a proxy that answers 401 must not erase what is on the phone
  if (
    erro instanceof Recusado &&
    erro.codigo &&
    (erro.status === 401 || ["aparelho_duplicado", "lotacao"].includes(erro.codigo))
  ) {
    await bloquear(erro);
    return;
  }
  if (!(erro instanceof Dito)) console.error(erro);
  const minha = ESPERAS[Math.min(falhas++, ESPERAS.length - 1)] * (0.8 + Math.random() * 0.4);
  const dele = erro.espera || 0;
  calada = performance.now() + dele * 1000;
  relogio = setTimeout(() => sincronizar(), Math.max(minha, dele + 1) * 1000);
}

// The phone may not talk any more: citizens' data go, the records not yet sent stay.
async function bloquear(erro) {
  await transacao(["territorio", "meta"], "readwrite", async (l) => {
    await esquecerCidadaos(l.territorio);
    await l.meta.put({ chave: "bloqueio", valor: erro.message });
    await l.meta.put({ chave: "cursor", valor: "" });
    await l.meta.put({ chave: "sincronizado_em", valor: null });
  });
}

// The forms, the lists and the profile stay: without them nothing can be registered in the field.
async function esquecerCidadaos(territorio) {
  for (const { chave } of await territorio.getAll())
    if (/^(domicilio|cidadao|retorno):/.test(chave)) await territorio.delete(chave);
}

// One batch: made and kept before it is sent, so that after a crash the very same one goes again.
async function enviarLote(manual) {
  const lote = (await meta("lote")) || semGuardar || (await montar(manual));
  if (!lote) return false;
  let resposta;
  try {
    resposta = await empurrar(lote.id, lote.texto);
  } catch (erro) {
    if (await desfazer(lote, erro)) return true; // in smaller pieces, now
    throw erro;
  }
  await confirmar(lote, resposta);
  avisos(resposta);
  avisar("dados");
  return true;
}

async function montar(manual) {
  const tamanho = (await meta("tamanho_lote")) || TAMANHO;
  try {
    const lote = await transacao(["registros", "meta"], "readwrite", async (l) => {
      const espera = (await l.registros.getAll()).filter((r) => r.estado === "por_enviar");
      const escolhidos = espera.filter((r) => manual || prontoParaIr(r)).sort((a, b) => a.criado_em - b.criado_em);
      escolhidos.splice(tamanho);
      if (!escolhidos.length) {
        if (tamanho !== TAMANHO) await l.meta.delete("tamanho_lote");
        return null;
      }
      semGuardar = loteDe(escolhidos, espera.length - escolhidos.length);
      await l.meta.put({ chave: "lote", valor: semGuardar });
      return semGuardar;
    });
    semGuardar = null;
    return lote;
  } catch (erro) {
    // no room even for the batch: it goes all the same, and what is taken frees the phone
    if (erro instanceof SemEspaco && semGuardar) return semGuardar;
    semGuardar = null;
    throw erro;
  }
}

const prontoParaIr = (r) => !r.adiado || r.adiado < Date.now() || r.adiado > Date.now() + ADIADO;

function loteDe(escolhidos, restam) {
  const registros = escolhidos.map((r) => ({
    tipo: r.tipo,
    versao: r.versao,
    uuid: r.uuid,
    ficha: r.ficha,
    contexto: { clientes: r.clientes || [], ...(r.tipo === "FCI" && r.domicilio ? { domicilio: r.domicilio } : {}) },
    ...(r.revisao_base ? { revisao_base: r.revisao_base } : {}),
    ...(r.manter?.length ? { manter: r.manter } : {}),
  }));
  const corpo = { versao_app: VERSAO, hora_aparelho: Date.now(), restam, registros };
  return {
    id: uuid4(),
    texto: JSON.stringify(corpo),
    carimbos: Object.fromEntries(escolhidos.map((r) => [r.uuid, r.carimbo])),
  };
}

// The server answered: in one transaction, what it took leaves the phone and what it refused comes back.
async function confirmar(lote, resposta) {
  if (!Array.isArray(resposta.registros)) throw new Dito(CALADO);
  const resolvidos = await anotar(lote, resposta, true).catch(async (erro) => {
    if (!(erro instanceof SemEspaco)) throw erro;
    const n = await anotar(lote, resposta, false);
    if (resposta.registros.some((r) => !r.aceito)) throw erro; // a refusal that cannot be noted: not again and again
    return n;
  });
  semGuardar = null;
  if (!resolvidos) throw new Dito(CALADO);
}

const CALADO = "O servidor não disse o que fez dos registros. Eles continuam no aparelho.";
// The reasons of a refusal, as words whatever came.
const motivos = (lista) => {
  const ditos = (Array.isArray(lista) ? lista : []).filter((m) => typeof m?.mensagem === "string" && m.mensagem);
  return ditos.length ? ditos : [{ campo: "", mensagem: "O servidor recusou o registro e não disse o motivo." }];
};

// A full phone (`cabe` false) takes no writing, only deleting: what was taken leaves, and so there is room again.
async function anotar(lote, resposta, cabe) {
  let resolvidos;
  await transacao(["registros", "historico", "meta"], "readwrite", async (l) => {
    resolvidos = 0;
    for (const r of resposta.registros) {
      const meu = r.uuid && (await l.registros.get(r.uuid));
      if (!meu) {
        resolvidos += 1;
        continue;
      }
      resolvidos += 1;
      const intocado = meu.carimbo === lote.carimbos[r.uuid];
      if (r.aceito && intocado) {
        if (cabe)
          await l.historico.put({
            uuid: meu.uuid,
            tipo: meu.tipo,
            titulo: meu.titulo,
            em: Date.now(),
            data: meu.ficha.headerTransport.dataAtendimento,
            domicilio: meu.domicilio || null,
            cidadao: meu.cidadao || null,
            revisao: r.revisao,
          });
        await l.registros.delete(meu.uuid);
      } else if (r.aceito && cabe) {
        await l.registros.put({ ...meu, revisao_base: r.revisao });
      } else if (intocado && cabe) {
        await l.registros.put({ ...meu, estado: "recusado", motivos: motivos(r.motivos) });
      }
    }
    for (const antigo of await l.historico.getAll())
      if (antigo.em < Date.now() - HISTORICO) await l.historico.delete(antigo.uuid);
    await l.meta.delete("lote");
  });
  return resolvidos;
}

// The batch did not go. What the network ate goes again as it is; what the server will not read is made anew, in
// halves until the one that it does not read is alone. Is there something smaller to send?
async function desfazer(lote, erro) {
  if (!(erro instanceof Recusado) || erro.status === 401 || [403, 429, 502, 503, 504].includes(erro.status))
    return false;
  if (!erro.codigo && [404, 407, 511].includes(erro.status)) return false; // of the network it is on
  semGuardar = null;
  const uuids = Object.keys(lote.carimbos);
  const menor = uuids.length > 1 && erro.status !== 409;
  await transacao(["registros", "meta"], "readwrite", async (l) => {
    await l.meta.delete("lote");
    if (menor) await l.meta.put({ chave: "tamanho_lote", valor: Math.ceil(uuids.length / 2) });
    if (menor || erro.status === 409) return;
    const meu = await l.registros.get(uuids[0]); // alone and still not read: the others go first
    if (meu) await l.registros.put({ ...meu, adiado: Date.now() + ADIADO });
  });
  return menor && erro.status < 500 && !erro.espera; // a server in trouble is not called five times in a row
}

async function buscar() {
  const estragado = ilegiveis("territorio") > 0; // it comes again, whole
  let cursor = (!estragado && (await meta("cursor"))) || "";
  for (;;) {
    const pagina = await puxar(cursor);
    if (!Array.isArray(pagina.itens)) throw new Dito("O servidor não mandou os dados da microárea.");
    await transacao(["territorio", "meta"], "readwrite", async (l) => {
      if (pagina.recomecar) await (estragado ? l.territorio.clear() : esquecerCidadaos(l.territorio));
      for (const i of pagina.itens) {
        if (i.removido) await l.territorio.delete(i.chave);
        else await l.territorio.put({ chave: i.chave, dado: i.dado });
      }
      await l.meta.put({ chave: "cursor", valor: pagina.cursor });
      await l.meta.put({ chave: "resumo", valor: pagina.resumo });
    });
    cursor = pagina.cursor;
    if (pagina.fim) {
      avisos(pagina);
      return;
    }
  }
}

function avisos(resposta) {
  const textos = [];
  for (const r of resposta.registros || []) textos.push(...(r.avisos || []));
  const ditos = textos.filter((t) => t && typeof t === "string");
  situacao.avisos = [...new Set([...situacao.avisos, ...ditos])];
  const { mensagem } = resposta.atualizar || {};
  situacao.atualizar = typeof mensagem === "string" ? mensagem : "";
}

const visitas = (n) => plural(n, "visita", "visitas");
const cadastros = (n) => plural(n, "cadastro", "cadastros");
const somar = (registros) => {
  const v = registros.filter((r) => r.tipo === "FVD").length;
  const c = registros.length - v;
  return [v ? visitas(v) : "", c ? cadastros(c) : ""].filter(Boolean).join(" e ");
};

// What is on the phone, counted and in words: `espera` to be sent, `tudo` with drafts and refused ones.
export function contagem(registros) {
  const de = (estado) => registros.filter((r) => r.estado === estado);
  const [espera, recusados, rascunhos] = [de("por_enviar"), de("recusado"), de("rascunho")];
  const extra = [
    recusados.length ? plural(recusados.length, "recusado", "recusados") : "",
    rascunhos.length ? plural(rascunhos.length, "rascunho", "rascunhos") : "",
  ]
    .filter(Boolean)
    .join(", ");
  const tudo = [espera.length ? `${somar(espera)} por enviar` : "", extra].filter(Boolean).join(", ");
  return {
    espera: espera.length,
    recusados: recusados.length,
    rascunhos: rascunhos.length,
    extra,
    tudo,
    texto: somar(espera),
  };
}

export function iniciar() {
  const tentar = () => sincronizar().catch((erro) => console.warn("sincronia", erro)); // the screen says why
  addEventListener("online", () => {
    falhas = 0;
    tentar();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && navigator.onLine) tentar();
  });
  setInterval(() => {
    if (navigator.onLine) tentar();
  }, 5 * 60e3);
  tentar();
}
