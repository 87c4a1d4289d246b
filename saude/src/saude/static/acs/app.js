// Start: the service worker, the address after #, and drawing again when something changed.

import "../comum/entradas.js";
import { aparelho } from "./aparelho.js";
import { assentar, vigiar } from "./atualizacao.js";
import { aoMudar, meta } from "./banco.js";
import { Trancado } from "./cofre.js";
import { faixa, moldura } from "./moldura.js";
import { abrir, NOMES, nova } from "./registros.js";
import { lembrar } from "./relogio.js";
import { tela as sair } from "./sair.js";
import { iniciar, sincronizar, situacao } from "./sincronia.js";
import { entrar } from "./tela_entrar.js";
import { domicilio, familias } from "./tela_familias.js";
import { formulario } from "./tela_formulario.js";
import { adiada, cartoes, primeira, semChave, trancada, trocarSenha } from "./tela_senha.js";
import * as telas from "./telas.js";
import { aoTrocar, estado, perguntar, vigiarOcio } from "./tranca.js";
import { Dito } from "./uteis.js";

const raiz = document.getElementById("app");
let emFormulario = false; // while somebody types, the screen is not drawn again
let vez = 0;
let comecou = false; // before the first drawing nothing else draws: it would be drawn over, with what was typed in it
let dito = ""; // what the screen says was just done
let instalador = null; // the browser's offer to install the app

const TELAS = {
  "": async () => ({ titulo: "Famílias", aqui: "#/", conteudo: await familias() }),
  domicilio: async (uuid) => ({ titulo: "Domicílio", aqui: "#/", voltar: "#/", conteudo: await domicilio(uuid) }),
  nova: async (...partes) =>
    partes[0]
      ? emForm(await nova(...partes))
      : { titulo: "Registrar", aqui: "#/nova", conteudo: telas.registrarMenu() },
  registro: async (uuid) => emForm(await abrir(uuid)),
  aparelho: async () => ({ titulo: "No aparelho", aqui: "#/aparelho", conteudo: await aparelho() }),
  mais: async () => ({ titulo: "Mais", aqui: "#/mais", conteudo: await mais() }),
  senha: async () => ({ titulo: "Trocar a senha", aqui: "#/mais", voltar: "#/mais", conteudo: trocarSenha(trocou) }),
  sair: async () => ({ titulo: "Sair deste aparelho", aqui: "#/mais", voltar: "#/mais", conteudo: await sair(saiu) }),
};

async function emForm(registro) {
  if (!registro)
    return {
      titulo: "Registro",
      aqui: "#/aparelho",
      voltar: "#/aparelho",
      conteudo: ["Este registro não está mais no aparelho: já foi enviado ou descartado."],
    };
  let titulo = NOMES[registro.tipo];
  const conteudo = await formulario(registro, (t) => {
    titulo = t;
  });
  return {
    titulo,
    voltar: registro.domicilio ? `#/domicilio/${registro.domicilio}` : "#/aparelho",
    cheia: true,
    conteudo,
  };
}

function comecar() {
  comecou = true;
  return desenhar();
}

async function desenhar() {
  const endereco = location.hash || "#/";
  const [tela, ...partes] = endereco.slice(2).split("/").map(decodeURIComponent);
  const minha = ++vez;
  const sozinha = await antesDeTudo(tela);
  if (minha !== vez) return;
  if (sozinha) {
    raiz.replaceChildren(...sozinha);
    emFormulario = true;
    return;
  }
  const feita = await (TELAS[tela] || TELAS[""])(...partes);
  const tudo = await moldura(feita.titulo, feita.conteudo, feita);
  if (minha !== vez) return; // a later drawing has begun
  raiz.replaceChildren(...tudo);
  raiz.dataset.endereco = endereco; // whose screen this is: an address changes before its screen is drawn
  document.title = `${feita.titulo} · Saúde Domiciliar`;
  emFormulario = Boolean(raiz.querySelector("main form"));
}

// The screen that comes before every other: locked, without a password yet, or not registered.
async function antesDeTudo(tela) {
  const como = await estado();
  if (como === "trancada") {
    const deRegistro = raiz.querySelector("form") && !raiz.querySelector(".mostrar"); // a password is not kept
    const digitando = emFormulario && deRegistro;
    if (digitando) guardado = { endereco: location.hash, nos: [...raiz.childNodes] };
    trancado = true;
    return trancada();
  }
  if (como === "sem chave") return semChave(() => location.reload());
  if (como === "sem senha" && (await meta("acesso")) && !adiada()) return primeira(entrou);
  return !(await meta("acesso")) || tela === "entrar" ? entrar(entrou) : null;
}

function entrou() {
  location.hash = "#/";
  emFormulario = false;
  desenhar().catch(falhou);
  sincronizar({ manual: true });
}

// Opened or locked, here or in another tab. What was being typed when it was locked is put back as it was.
let trancado = false;
let guardado = null;
async function trocouDeEstado() {
  if (!comecou) return;
  const aberto = (await estado()) === "";
  if (aberto && !trancado && !raiz.querySelector(".senha")) return;
  trancado = !aberto;
  const antes = guardado;
  if (aberto) guardado = null;
  if (aberto && antes?.endereco === location.hash) {
    vez += 1;
    raiz.replaceChildren(...antes.nos);
    emFormulario = true;
    await atualizarFaixa();
  } else {
    if (aberto) emFormulario = false;
    await desenhar();
  }
  if (aberto) sincronizar();
}
aoTrocar(() => trocouDeEstado().catch(falhou));

async function mais() {
  const tudo = await telas.mais(instalador && instalar);
  const senha = await cartoes(() => {
    location.hash = "#/senha";
  });
  return [...tudo.slice(0, -1), ...senha, tudo.at(-1)];
}

function trocou() {
  situacao.feito = "A senha deste aparelho foi trocada.";
  location.hash = "#/mais";
}

function saiu(avisado) {
  situacao.feito = avisado
    ? "Os dados foram apagados deste aparelho."
    : "Os dados foram apagados deste aparelho. Sem internet o servidor não soube: peça à coordenação que " +
      "revogue o acesso.";
  situacao.avisos = [];
  location.hash = "#/entrar";
}

async function instalar() {
  await instalador.prompt();
  instalador = null;
  desenhar();
}

const falhou = (erro) => {
  if (erro instanceof Trancado) return; // the screen that asks for the password is on its way
  console.error(erro);
  const conselho = "Recarregue a página; o que foi salvo continua no aparelho.";
  raiz.textContent = erro instanceof Dito ? `${erro.message} ${conselho}` : `O aplicativo não abriu. ${conselho}`;
};
addEventListener("hashchange", async () => {
  if (!comecou) return;
  emFormulario = false;
  if (dito) situacao.feito = ""; // what was done is said until the next screen
  await desenhar().catch(falhou);
  dito = situacao.feito;
  scrollTo(0, 0);
  assentar();
});
addEventListener("beforeinstallprompt", (e) => {
  e.preventDefault();
  instalador = e;
});
for (const nome of ["online", "offline"]) addEventListener(nome, () => redesenhar());
let marcado = null;
const ocupado = () => emFormulario || document.activeElement?.id === "busca" || location.hash === "#/sair";
function redesenhar() {
  clearTimeout(marcado);
  marcado = setTimeout(() => {
    if (!comecou) return;
    if (ocupado()) atualizarFaixa();
    else {
      assentar();
      desenhar().catch(falhou);
    }
  }, 100);
}
// A form is never drawn over; only the line above it that says what is still on the phone.
async function atualizarFaixa() {
  const linha = document.getElementById("estado");
  if (linha) linha.replaceWith(await faixa());
}
aoMudar((assunto, deOutraAba) => {
  if (assunto === "saiu" && deOutraAba) location.replace("/acs/");
  else redesenhar();
});

// A fresh page answers for itself: the household's list and the draft come from the phone, the network only later.
lembrar().then(perguntar).then(comecar).catch(falhou).then(iniciar).then(vigiarOcio);
// without it the app needs the network to open
vigiar(() => (!emFormulario || (trancado && !guardado)) && !situacao.rodando).catch((erro) =>
  console.warn("casca", erro),
);
