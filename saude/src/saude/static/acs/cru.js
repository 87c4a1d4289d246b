// The database as the browser has it: rows as they lie on the disk, one transaction per save, written through.

import { Dito } from "./uteis.js";

const NOME = "saude-domiciliar";
export const CHAVES = { registros: "uuid", territorio: "chave", meta: "chave", historico: "uuid", cofre: "chave" };
let aberto = null;

export class SemEspaco extends Dito {}

function abrir() {
  aberto ??= new Promise((ok, falha) => {
    const pedido = indexedDB.open(NOME, 2);
    pedido.onupgradeneeded = () => {
      const db = pedido.result;
      for (const [nome, keyPath] of Object.entries(CHAVES))
        if (!db.objectStoreNames.contains(nome)) db.createObjectStore(nome, { keyPath });
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
    return new Dito("O que está neste aparelho é de uma versão mais nova do aplicativo. Ligue a internet.");
  return erro || new Error("O aparelho não conseguiu guardar os dados.");
}

const promessa = (pedido) =>
  new Promise((ok, falha) => {
    pedido.onsuccess = () => ok(pedido.result);
    pedido.onerror = () => falha(pedido.error);
  });

// `trabalho` gets the stores by name, each with get, getAll, put, delete, clear, count as promises. All or nothing.
// It may wait for these only: the browser ends a transaction that waits for anything else.
export async function transacaoCrua(nomes, modo, trabalho) {
  const db = await abrir();
  return new Promise((ok, falha) => {
    const tx = db.transaction(nomes, modo, { durability: "strict" });
    let resultado;
    let causa = null;
    tx.oncomplete = () => ok(resultado);
    tx.onabort = () => falha(causa || traduzir(tx.error));
    const lojas = Object.fromEntries(nomes.map((nome) => [nome, metodos(tx.objectStore(nome))]));
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

function metodos(loja) {
  const de =
    (metodo) =>
    (...args) =>
      promessa(loja[metodo](...args));
  return Object.fromEntries(["get", "getAll", "put", "delete", "clear", "count"].map((m) => [m, de(m)]));
}

// A row of the store of keys, which is never ciphered.
export const doCofre = (chave) => transacaoCrua(["cofre"], "readonly", (l) => l.cofre.get(chave));
