// The arithmetic of the key: PBKDF2, AES-KW, AES-GCM and RSA-OAEP of the browser itself. Nothing is stored here.

export const possivel = () => Boolean(globalThis.crypto?.subtle);

const ITERACOES = 600_000; // OWASP, PBKDF2 with SHA-256; kept beside each wrapped key, so that it may grow
export const MINIMO = 8;
const GCM = { name: "AES-GCM", length: 256 };
const USOS = ["encrypt", "decrypt"];
const IV = 12;
const bytes = (texto) => new TextEncoder().encode(texto);

// The same password however the keyboard writes it; spaces around it are a slip of the thumb.
export const normal = (senha) => senha.normalize("NFKC").trim();

const COMUNS =
  /^(senha|saude|agente|brasil|mudar|teste|acesso|qwerty|flamengo|corinthians|palmeiras|jesus|deus|sus|acs|ubs)*$/;

// Why a password is not taken, in words; "" when it is.
export function recusaDaSenha(senha) {
  const escrita = normal(senha);
  if (!escrita) return "Escreva uma senha: só espaços não servem.";
  if ([...escrita].length < MINIMO) return `A senha tem de ter ao menos ${MINIMO} caracteres.`;
  const simples = escrita
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();
  if (new Set(simples).size < 4) return "A senha repete os mesmos caracteres. Escolha outra.";
  if (emFila(simples)) return "A senha segue a ordem das letras ou dos números. Escolha outra.";
  if (COMUNS.test(simples.replace(/[^a-z]/g, ""))) return "Senhas assim são as primeiras que se tentam. Escolha outra.";
  return "";
}

const emFila = (t) => [...t].every((c, i) => !i || Math.abs(c.codePointAt(0) - t.codePointAt(i - 1)) === 1);

async function daSenha(senha, sal, iterations) {
  const base = await crypto.subtle.importKey("raw", bytes(normal(senha)), "PBKDF2", false, ["deriveKey"]);
  const como = { name: "PBKDF2", hash: "SHA-256", salt: sal, iterations };
  return crypto.subtle.deriveKey(como, base, { name: "AES-KW", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

// Extractable: it is wrapped again when the password or the key of the entidade changes. It is in no storage.
export const nova = () => crypto.subtle.generateKey(GCM, true, USOS);

export async function embrulhar(chave, senha) {
  const sal = crypto.getRandomValues(new Uint8Array(16));
  const embrulhada = await crypto.subtle.wrapKey("raw", chave, await daSenha(senha, sal, ITERACOES), "AES-KW");
  return { sal, iteracoes: ITERACOES, embrulhada };
}

// null: the password is another.
export async function desembrulhar({ sal, iteracoes, embrulhada }, senha) {
  const com = await daSenha(senha, sal, iteracoes);
  return crypto.subtle.unwrapKey("raw", embrulhada, com, "AES-KW", GCM, true, USOS).catch(() => null);
}

// --- what lies on the disk: 12 random bytes and the row, bound to its store and its key
export async function cifrar(chave, onde, valor) {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const como = { name: "AES-GCM", iv, additionalData: bytes(onde) };
  const cifrado = await crypto.subtle.encrypt(como, chave, bytes(JSON.stringify(valor)));
  const tudo = new Uint8Array(IV + cifrado.byteLength);
  tudo.set(iv);
  tudo.set(new Uint8Array(cifrado), IV);
  return tudo;
}

// As text: whoever asks makes an object of its own.
export async function decifrar(chave, onde, tudo) {
  const como = { name: "AES-GCM", iv: tudo.subarray(0, IV), additionalData: bytes(onde) };
  return new TextDecoder().decode(await crypto.subtle.decrypt(como, chave, tudo.subarray(IV)));
}

export const iv = (tudo) => tudo.subarray(0, IV).join();

// --- the entidade's half, and the answer to a forgotten password
const OAEP = { name: "RSA-OAEP", hash: "SHA-256" };
const deBase64 = (texto) => Uint8Array.from(atob(texto), (c) => c.charCodeAt(0));
const emBase64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

export async function paraEntidade(chave, publica, instalacao) {
  const dela = await crypto.subtle.importKey("spki", deBase64(publica), OAEP, false, ["wrapKey"]);
  return emBase64(await crypto.subtle.wrapKey("raw", chave, dela, { ...OAEP, label: bytes(instalacao) }));
}

export async function efemera() {
  const como = { ...OAEP, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const par = await crypto.subtle.generateKey(como, false, ["decrypt"]);
  return { privada: par.privateKey, publica: emBase64(await crypto.subtle.exportKey("spki", par.publicKey)) };
}

export async function daResposta(privada, texto, instalacao) {
  const crua = await crypto.subtle.decrypt({ ...OAEP, label: bytes(instalacao) }, privada, deBase64(texto));
  return crypto.subtle.importKey("raw", crua, GCM, true, USOS);
}

// Six digits of both keys: what the agent reads aloud is what the administrator sees.
export async function numero(publica, embrulhada) {
  const resumo = await crypto.subtle.digest("SHA-256", bytes(`${publica}.${embrulhada}`));
  return String(new DataView(resumo).getBigUint64(0) % 1_000_000n).padStart(6, "0");
}
