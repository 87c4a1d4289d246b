// The key in use, in the memory of this page and nowhere else; rows that are sealed and opened with it.

import { cifrar, decifrar, iv } from "./chave.js";
import { CHAVES } from "./cru.js";
import { Dito } from "./uteis.js";

export class Trancado extends Dito {
  constructor() {
    super("O aplicativo está trancado: digite a senha.");
  }
}

// What the locked app needs to know, and tells of nobody.
const ABERTAS = new Set(["instalacao", "relogio", "trava"]);
const aberta = (loja, id) => loja === "cofre" || (loja === "meta" && ABERTAS.has(id));

let chave = null;
const lidas = new Map(); // what was opened, as text, until it is locked again

export const comChave = () => chave;

export function usar(nova) {
  chave = nova;
  lidas.clear();
}

const onde = (loja, id) => `${loja}/${id}`;

export async function lacrar(loja, linha, com = chave) {
  const id = linha[CHAVES[loja]];
  if (aberta(loja, id)) return linha;
  if (!com) throw new Trancado();
  return { [CHAVES[loja]]: id, cifra: await cifrar(com, onde(loja, id), linha) };
}

export async function desfazerLacre(loja, linha) {
  if (!(linha?.cifra instanceof Uint8Array)) return linha;
  if (!chave) throw new Trancado();
  const lugar = onde(loja, linha[CHAVES[loja]]);
  const marca = iv(linha.cifra);
  let texto = lidas.get(lugar)?.marca === marca ? lidas.get(lugar).texto : null;
  if (texto === null) {
    texto = await decifrar(chave, lugar, linha.cifra);
    lidas.set(lugar, { marca, texto });
  }
  return JSON.parse(texto);
}

// Two readings of a row are the same when these are.
export const sinal = (linha) =>
  linha === undefined ? "" : linha.cifra instanceof Uint8Array ? iv(linha.cifra) : JSON.stringify(linha);
