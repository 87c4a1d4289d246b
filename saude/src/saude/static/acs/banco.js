// What is on the phone, opened. A save is one transaction, written through to disk before it counts as saved.

import { comChave, daChave, desfazerLacre, esvaziada, lacrar, marcaDe, sinal, Trancado } from "./cofre.js";
import { CHAVES, doCofre, SemEspaco, transacaoCrua } from "./cru.js";
import { Dito } from "./uteis.js";

export { SemEspaco };

const VEZES = 60;
const canal = "BroadcastChannel" in self ? new BroadcastChannel("acs") : null;

export class Mudou extends Dito {}

// A store as the work of a transaction sees it: rows opened when they are asked for, what it writes kept apart. The
// browser ends a transaction that waits for the cipher, so reading comes before, and writing asks whether what was
// read is still so.
class Loja {
  constructor(nome) {
    this.nome = nome;
    this.lidas = new Map();
    this.tudo = false; // were all its rows read?
    this.limpa = false;
    this.escritas = new Map(); // key -> row, or null when it goes
  }

  async get(id) {
    if (this.escritas.has(id)) return copia(this.escritas.get(id) ?? undefined);
    if (this.limpa) return undefined;
    const linha = await transacaoCrua([this.nome], "readonly", (l) => l[this.nome].get(id));
    this.lidas.set(id, sinal(linha));
    return desfazerLacre(this.nome, linha);
  }

  async getAll() {
    const linhas = this.limpa ? [] : await transacaoCrua([this.nome], "readonly", (l) => l[this.nome].getAll());
    this.tudo ||= !this.limpa;
    const por = new Map();
    for (const linha of linhas) {
      this.lidas.set(linha[CHAVES[this.nome]], sinal(linha));
      por.set(linha[CHAVES[this.nome]], desfazerLacre(this.nome, linha));
    }
    for (const [id, linha] of this.escritas) {
      if (linha) por.set(id, copia(linha));
      else por.delete(id);
    }
    return (await Promise.all(por.values())).filter((linha) => linha !== undefined);
  }

  async put(linha) {
    this.escritas.set(linha[CHAVES[this.nome]], copia(linha));
  }

  async delete(id) {
    this.escritas.set(id, null);
  }

  async clear() {
    this.escritas.clear();
    this.limpa = true;
  }

  // Inside the transaction that writes: is every row as it was read?
  async vale(loja) {
    if (this.tudo) {
      const agora = await loja.getAll();
      const vistas = [...this.lidas.values()].filter(Boolean).length;
      return agora.length === vistas && agora.every((x) => this.lidas.get(x[CHAVES[this.nome]]) === sinal(x));
    }
    for (const [id, visto] of this.lidas) if (sinal(await loja.get(id)) !== visto) return false;
    return true;
  }
}

const copia = (linha) => structuredClone(linha);
const emCurso = new Set();

// `trabalho` gets the stores by name, each with get, getAll, put, delete, clear as promises. All or nothing. It is done
// again when another tab wrote meanwhile what it had read.
export function transacao(nomes, modo, trabalho) {
  const feita = tentar(nomes, modo, trabalho);
  emCurso.add(feita);
  feita.catch(() => {}).finally(() => emCurso.delete(feita));
  return feita;
}

// Everything that was being saved is saved, or failed.
export const assentado = () => Promise.allSettled([...emCurso]);

async function tentar(nomes, modo, trabalho) {
  for (let vez = 0; vez < VEZES; vez++) {
    const lojas = Object.fromEntries(nomes.map((nome) => [nome, new Loja(nome)]));
    const resultado = await trabalho(lojas);
    if (modo === "readonly" || (await gravar(lojas))) return resultado;
  }
  throw new Mudou("O aparelho está ocupado em outra aba. Tente de novo.");
}

async function gravar(lojas) {
  const cofre = await doCofre("cofre");
  const com = comChave();
  if (cofre && com && !daChave(cofre)) throw new Trancado(); // another tab chose the password first
  const prontas = [];
  for (const loja of Object.values(lojas))
    for (const [id, linha] of loja.escritas)
      prontas.push([loja.nome, id, linha && (cofre ? await lacrar(loja.nome, linha, com) : linha)]);
  const nomes = [...new Set([...Object.keys(lojas), "cofre"])];
  return transacaoCrua(nomes, "readwrite", async (l) => {
    if (marcaDe(await l.cofre.get("cofre")) !== marcaDe(cofre)) return false; // a password was chosen in another tab
    for (const loja of Object.values(lojas)) if (!(await loja.vale(l[loja.nome]))) return false;
    for (const loja of Object.values(lojas).filter((x) => x.limpa)) {
      await l[loja.nome].clear();
      esvaziada(loja.nome);
    }
    for (const [nome, id, linha] of prontas) await (linha ? l[nome].put(linha) : l[nome].delete(id));
    return true;
  });
}

export const todos = (loja) => transacao([loja], "readonly", (l) => l[loja].getAll());
export const ler = (loja, chave) => transacao([loja], "readonly", (l) => l[loja].get(chave));
export const meta = async (chave) => (await ler("meta", chave))?.valor;

export async function gravarMeta(chave, valor) {
  await transacao(["meta"], "readwrite", (l) => l.meta.put({ chave, valor }));
}

export async function item(chave) {
  return (await ler("territorio", chave))?.dado;
}

// Save a record. `carimbo` is the one it was opened with: another tab may have saved it in between.
export async function gravarRegistro(registro, carimbo) {
  const novo = { ...registro, carimbo: `${Date.now()}-${Math.random().toString(36).slice(2)}` };
  await transacao(["registros", "historico"], "readwrite", async (l) => {
    const atual = await l.registros.get(registro.uuid);
    const enviado = !atual && carimbo ? await l.historico.get(registro.uuid) : null;
    if (enviado)
      novo.revisao_base = enviado.revisao; // sent while it was open here: it goes once more, as a change
    else if ((atual?.carimbo ?? null) !== (carimbo ?? null))
      throw new Mudou("Este registro mudou em outra aba. Abra-o de novo: vale o que a outra aba guardou.");
    await l.registros.put(novo);
  });
  avisar();
  return novo;
}

export async function apagarRegistro(uuid) {
  await transacao(["registros"], "readwrite", (l) => l.registros.delete(uuid));
  avisar();
}

// --- every tab hears of a change, this one too
const ouvintes = new Set();
export function aoMudar(funcao) {
  ouvintes.add(funcao);
}
export function avisar(assunto = "dados") {
  for (const f of ouvintes) f(assunto);
  canal?.postMessage(assunto);
}
if (canal)
  canal.onmessage = (e) => {
    for (const f of ouvintes) f(e.data, true);
  };

// --- will the browser keep it? true, false (it may throw it away when space is short), null (cannot tell)
export async function guardaGarantida() {
  if (!navigator.storage?.persist) return null;
  if (await navigator.storage.persisted()) return true;
  return navigator.storage.persist();
}

export async function espaco() {
  const e = await navigator.storage?.estimate?.();
  return e ? { usado: e.usage, livre: e.quota - e.usage } : null;
}
