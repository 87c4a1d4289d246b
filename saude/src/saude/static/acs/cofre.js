// The key in use, in the memory of this page and nowhere else; rows that are sealed and opened with it.

import { cifrar, decifrar, iv } from "./chave.js";
import { CHAVES, doCofre } from "./cru.js";
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
let marca = ""; // of the proof of the store the key is of: two tabs may choose a password at once
const lidas = new Map(); // what was opened, as text, until it is locked again
const estragadas = new Set(); // rows that do not open with the right key

export const comChave = () => chave;
export const marcaDe = (cofre) => (cofre ? iv(cofre.prova) : "");
export const daChave = (cofre) => Boolean(chave && cofre) && marcaDe(cofre) === marca;

export function usar(nova, cofre = null) {
  chave = nova;
  marca = marcaDe(cofre);
  lidas.clear();
  estragadas.clear();
}

// How many rows of a store the phone damaged: they stay where they are, and the others go on without them.
export const ilegiveis = (loja) => [...estragadas].filter((lugar) => lugar.startsWith(`${loja}/`)).length;
export function esvaziada(loja) {
  for (const lugar of estragadas) if (lugar.startsWith(`${loja}/`)) estragadas.delete(lugar);
}

const onde = (loja, id) => `${loja}/${id}`;

export async function lacrar(loja, linha, com = chave) {
  const id = linha[CHAVES[loja]];
  if (aberta(loja, id)) return linha;
  if (!com) throw new Trancado();
  return { [CHAVES[loja]]: id, cifra: await cifrar(com, onde(loja, id), linha) };
}

// undefined: it is damaged.
export async function desfazerLacre(loja, linha) {
  if (!(linha?.cifra instanceof Uint8Array)) return linha;
  const com = chave;
  if (!com) throw new Trancado();
  const lugar = onde(loja, linha[CHAVES[loja]]);
  const vez = iv(linha.cifra);
  if (lidas.get(lugar)?.vez === vez) return JSON.parse(lidas.get(lugar).texto);
  const texto = await decifrar(com, lugar, linha.cifra).catch(() => null);
  if (texto === null) {
    if (!daChave(await doCofre("cofre"))) throw new Trancado(); // the key is another's
    estragadas.add(lugar);
    return undefined;
  }
  if (com === chave) lidas.set(lugar, { vez, texto }); // nothing is kept of what was locked meanwhile
  return JSON.parse(texto);
}

// Two readings of a row are the same when these are.
export const sinal = (linha) =>
  linha === undefined ? "" : linha.cifra instanceof Uint8Array ? iv(linha.cifra) : JSON.stringify(linha);
