// What is on the phone. One transaction per save, written through to disk before it counts as saved.

import { Dito } from "./uteis.js";

const NOME = "saude-domiciliar";
const canal = "BroadcastChannel" in self ? new BroadcastChannel("acs") : null;
let aberto = null;

export class SemEspaco extends Dito {}
export class Mudou extends Dito {}

function abrir() {
  aberto ??= new Promise((ok, falha) => {
    const pedido = indexedDB.open(NOME, 1);
    pedido.onupgradeneeded = () => {
      const db = pedido.result;
      db.createObjectStore("registros", { keyPath: "uuid" });
      db.createObjectStore("territorio", { keyPath: "chave" });
      db.createObjectStore("meta", { keyPath: "chave" });
      db.createObjectStore("historico", { keyPath: "uuid" });
    };
    pedido.onsuccess = () => {
      const db = pedido.result;
      db.onversionchange = () => {
        db.close();
        aberto = null;
      };
      db.onclose = () => {
        aberto = null;
      };
      ok(db);
    };
    pedido.onerror = () => {
      aberto = null;
      falha(traduzir(pedido.error));
    };
  });
  return aberto;
}

function traduzir(erro) {
  if (erro && erro.name === "QuotaExceededError")
    return new SemEspaco(
      "Não há espaço no aparelho para guardar. O que você escreveu continua nesta tela: não a feche. " +
        "Apague fotos ou vídeos e toque em Salvar de novo.",
    );
  if (erro && erro.name === "VersionError")
    return new Error("O aplicativo foi atualizado em outra aba. Recarregue esta página.");
  return erro || new Error("O aparelho não conseguiu guardar os dados.");
}

const promessa = (pedido) =>
  new Promise((ok, falha) => {
    pedido.onsuccess = () => ok(pedido.result);
    pedido.onerror = () => falha(pedido.error);
  });

// `trabalho` gets the stores by name, each with get, getAll, put, delete, clear as promises. All or nothing.
export async function transacao(nomes, modo, trabalho) {
  const db = await abrir();
  return new Promise((ok, falha) => {
    const tx = db.transaction(nomes, modo, { durability: "strict" });
    let resultado;
    let causa = null;
    tx.oncomplete = () => ok(resultado);
    tx.onabort = () => falha(causa || traduzir(tx.error));
    const lojas = Object.fromEntries(
      nomes.map((nome) => {
        const loja = tx.objectStore(nome);
        const de =
          (metodo) =>
          (...args) =>
            promessa(loja[metodo](...args));
        return [
          nome,
          { get: de("get"), getAll: de("getAll"), put: de("put"), delete: de("delete"), clear: de("clear") },
        ];
      }),
    );
    Promise.resolve(trabalho(lojas)).then(
      (r) => {
        resultado = r;
      },
      (e) => {
        causa = e instanceof DOMException ? traduzir(e) : e;
        try {
          tx.abort();
        } catch {
          falha(causa);
        }
      },
    );
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
