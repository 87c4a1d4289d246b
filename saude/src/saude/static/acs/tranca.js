// The password of this phone: chosen, asked, wrong, changed; the key shared by the tabs, and dropped after idle time.

import { assentado, transacao } from "./banco.js";
import { cifrar, decifrar, desembrulhar, embrulhar, nova, paraEntidade } from "./chave.js";
import { comChave, daChave, lacrar, usar } from "./cofre.js";
import { CHAVES, doCofre, SemEspaco, transacaoCrua } from "./cru.js";
import { Dito } from "./uteis.js";

const OCIOSO = 10 * 60e3;
const ESPERAS = [0, 0, 0, 5, 15, 30, 60, 120, 300]; // seconds, after so many wrong tries
const PROVA = "cofre/prova"; // a line that tells the right key
const canal = "BroadcastChannel" in self ? new BroadcastChannel("acs-chave") : null;
const ouvintes = new Set();
let lembradas = {}; // tries of a phone too full to note them

export class SenhaErrada extends Dito {}
export class Espere extends Dito {
  constructor(segundos) {
    super(`Muitas senhas erradas. Espere ${segundos} s e tente de novo: nada se perde.`);
    this.segundos = segundos;
  }
}

export const aoTrocar = (funcao) => ouvintes.add(funcao);
const dizer = () => {
  for (const f of ouvintes) f();
};

// "": open. "trancada": the password is asked. "sem senha": made before there were passwords. "sem chave": the system
// of the phone threw away the wrapped key and left what it opens.
export async function estado() {
  const cofre = await doCofre("cofre");
  if (cofre) return daChave(cofre) ? "" : "trancada";
  return (await lacrado()) ? "sem chave" : "sem senha";
}

const lacrado = () =>
  transacaoCrua(["meta", "registros"], "readonly", async (l) =>
    [...(await l.meta.getAll()), ...(await l.registros.getAll())].some((linha) => linha.cifra),
  );

// What nobody can open any more goes; the phone stays the same for the server.
export async function esvaziar() {
  const nomes = Object.keys(CHAVES);
  await transacaoCrua(nomes, "readwrite", async (l) => {
    const instalacao = await l.meta.get("instalacao");
    for (const nome of nomes) await l[nome].clear();
    if (instalacao) await l.meta.put(instalacao);
  });
}

export async function guardados() {
  return transacaoCrua(["registros"], "readonly", (l) => l.registros.count());
}

// --- choosing: everything on the phone is sealed in one transaction, or nothing is
export async function fechar(senha, mais = []) {
  const chave = await nova();
  const cofre = { chave: "cofre", senha: await embrulhar(chave, senha), prova: await cifrar(chave, PROVA, 1) };
  usar(chave, cofre); // whoever is saving now finds the key when the store is sealed under it
  try {
    await selarTudo(chave, cofre, mais);
  } catch (erro) {
    usar(null);
    if (await doCofre("cofre")) await pelaOutraAba();
    throw erro;
  }
  await abrirCom(chave);
}

async function pelaOutraAba() {
  dizer();
  await perguntar();
}

async function selarTudo(chave, cofre, mais) {
  const nomes = Object.keys(CHAVES);
  for (;;) {
    const antes = await transacaoCrua(nomes, "readonly", (l) => ler(l, nomes));
    const seladas = [];
    for (const [nome, ls] of Object.entries(antes))
      for (const linha of [...ls, ...mais.filter((m) => m.loja === nome).map((m) => m.linha)])
        seladas.push([nome, await lacrar(nome, linha, chave)]);
    const feito = await transacaoCrua(nomes, "readwrite", async (l) => {
      if (await l.cofre.get("cofre")) throw new Dito("A senha foi escolhida em outra aba. Use essa.");
      const agora = await ler(l, nomes);
      if (JSON.stringify(agora) !== JSON.stringify(antes)) return false; // another tab saved meanwhile
      for (const [nome, linha] of seladas) await l[nome].put(linha);
      await l.cofre.put(cofre);
      return true;
    });
    if (feito) return;
  }
}

async function ler(lojas, nomes) {
  const achadas = {};
  for (const nome of nomes) achadas[nome] = await lojas[nome].getAll();
  return achadas;
}

async function abrirCom(chave) {
  usar(chave, await doCofre("cofre"));
  usado();
  canal?.postMessage({ chave });
  dizer();
}

// --- asking. The try is noted before it is made: ending the app gives none back. Wrong ones wait, and wipe nothing.
export async function destrancar(senha) {
  const chave = await chaveDe(senha, "Senha errada. O que está no aparelho continua nele.");
  lembradas = {};
  await transacaoCrua(["cofre"], "readwrite", (l) => l.cofre.delete("tentativas"));
  await abrirCom(chave);
}

async function chaveDe(senha, errada) {
  await anotarTentativa();
  const chave = await desembrulhar((await doCofre("cofre")).senha, senha);
  if (!chave) throw new SenhaErrada(errada);
  return chave;
}

async function anotarTentativa() {
  const agora = Date.now();
  const vez = await transacaoCrua(["cofre"], "readwrite", async (l) => {
    const antes = ate(agora, await l.cofre.get("tentativas"));
    const falta = resta(antes, agora);
    await l.cofre.put({ chave: "tentativas", ...(falta ? antes : contada(antes, agora)) });
    return falta;
  }).catch((erro) => {
    if (!(erro instanceof SemEspaco)) throw erro;
    lembradas = ate(agora, lembradas); // a full phone opens all the same: it has to send
    const falta = resta(lembradas, agora);
    if (!falta) lembradas = contada(lembradas, agora);
    return falta;
  });
  if (vez > 0) throw new Espere(Math.ceil(vez / 1000));
}

// A clock that was years ahead and is right again: the wait begins now, and ends.
const ate = (agora, { n = 0, em = 0 } = {}) => ({ n, em: Math.min(em, agora) });
const contada = ({ n }, agora) => ({ n: n + 1, em: agora });
const resta = ({ n, em }, agora) => Math.max(0, em + 1000 * ESPERAS[Math.min(n, ESPERAS.length - 1)] - agora);

// --- another password, by who knows the present one or was allowed to
export async function trocar(atual, senha) {
  await escolherDeNovo(await chaveDe(atual, "A senha atual não confere."), senha);
}

export async function escolherDeNovo(chave, senha) {
  const posta = await embrulhar(chave, senha);
  await transacaoCrua(["cofre"], "readwrite", async (l) => {
    await l.cofre.put({ ...(await l.cofre.get("cofre")), senha: posta });
    await l.cofre.delete("tentativas");
    await l.cofre.delete("pedido");
  });
  await abrirCom(chave);
}

export async function certa(chave) {
  const { prova } = (await doCofre("cofre")) || {};
  if (!prova) return false;
  return decifrar(chave, PROVA, prova).then(
    () => true,
    () => false,
  );
}

// --- the key is also wrapped for the entidade, as soon as the phone knows whose
export async function guardarParaEntidade() {
  const chave = comChave();
  if (!chave) return;
  const [cofre, lido] = [
    await doCofre("cofre"),
    await transacao(["territorio", "meta"], "readonly", async (l) => ({
      perfil: (await l.territorio.get("perfil"))?.dado,
      instalacao: (await l.meta.get("instalacao"))?.valor,
    })),
  ];
  const dela = lido.perfil?.chave;
  if (!dela || cofre.entidade?.id === dela.id) return;
  const embrulhada = await paraEntidade(chave, dela.publica, lido.instalacao);
  await transacaoCrua(["cofre"], "readwrite", async (l) => {
    const atual = await l.cofre.get("cofre");
    if (atual) await l.cofre.put({ ...atual, entidade: { id: dela.id, embrulhada } });
  });
}

// --- locking: what was typed is saved first
export async function trancar() {
  canal?.postMessage({ trancou: true });
  await fecharAqui();
}

async function fecharAqui() {
  if (!comChave()) return;
  dispatchEvent(new Event("guardar"));
  await new Promise((ok) => setTimeout(ok));
  await assentado();
  usar(null);
  dizer();
}

// --- the tabs of one phone open and lock together
let ultimo = Date.now();
let contado = 0;

export function usado() {
  ultimo = Date.now();
  if (Math.abs(ultimo - contado) < 20e3) return;
  contado = ultimo;
  canal?.postMessage({ uso: ultimo });
}

if (canal)
  canal.onmessage = async ({ data }) => {
    if (data.quero && comChave()) canal.postMessage({ chave: comChave() });
    if (data.trancou) await fecharAqui();
    if (data.uso) ultimo = Date.now();
    if (data.chave) await aceitar(data.chave);
  };

async function aceitar(chave) {
  const cofre = await doCofre("cofre");
  if (daChave(cofre) || !(await certa(chave))) return;
  usar(chave, cofre);
  ultimo = Date.now();
  dizer();
}

export function vigiarOcio() {
  for (const nome of ["pointerdown", "keydown", "input", "scroll"])
    addEventListener(nome, usado, { passive: true, capture: true });
  const conferir = () => {
    if (document.hidden) dispatchEvent(new Event("guardar"));
    // a clock that was set back counts as idle too
    if (comChave() && Math.abs(Date.now() - ultimo) > OCIOSO) trancar();
  };
  document.addEventListener("visibilitychange", conferir);
  setInterval(conferir, 15e3);
}

// Another tab that is open gives the key; when there is none, the password is asked.
export async function perguntar() {
  if (!canal || (await estado()) !== "trancada") return;
  canal.postMessage({ quero: true });
  await new Promise((ok) => {
    ouvintes.add(ok);
    setTimeout(ok, 150); // one that answers later opens it all the same
  });
}
