// The screens of the password: choosing one, being asked for it, having forgotten it.

import { meta } from "./banco.js";
import { MINIMO, possivel, recusaDaSenha } from "./chave.js";
import { SemEspaco } from "./cru.js";
import { concluir, ouvir, pedido, pedir } from "./esquecida.js";
import { destrancar, Espere, esvaziar, fechar, guardados, trancar, trocar } from "./tranca.js";
import { Dito, emPalavras, h, icone, plural } from "./uteis.js";

const SEGUIR = 10e3; // how often a locked phone asks whether it was allowed

export const SEM_CIFRA =
  "Este endereço não é seguro (começa por http), e nele o navegador não cifra o que fica no aparelho. " +
  "Peça à coordenação o endereço que começa por https.";

// A field with its eye. The keyboard must neither correct nor keep what is typed.
export function campoSenha(id, rotulo, ajuda = "") {
  const campo = h("input", {
    id,
    type: "password",
    autocomplete: "new-password",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
    "aria-describedby": ajuda ? `${id}-ajuda` : undefined,
  });
  const ver = h("input", {
    type: "checkbox",
    onchange: () => {
      campo.type = ver.checked ? "text" : "password";
    },
  });
  const caixa = h(
    "div",
    { class: "campo" },
    h("label", { for: id }, rotulo),
    campo,
    ajuda ? h("p", { class: "fraco", id: `${id}-ajuda` }, ajuda) : null,
    h("label", { class: "opcao mostrar" }, ver, "Mostrar"),
  );
  return { caixa, campo };
}

// Two fields of a new password, and what is wrong with what is in them.
export function senhaNova() {
  const uma = campoSenha(
    "senha",
    "Senha deste aparelho",
    `Ao menos ${MINIMO} caracteres. Ela abre o aplicativo, também sem internet; não a guarde no navegador.`,
  );
  const outra = campoSenha("senha2", "Repita a senha");
  const conferir = () => {
    const recusa = recusaDaSenha(uma.campo.value);
    if (recusa) throw new Dito(recusa);
    if (uma.campo.value !== outra.campo.value) throw new Dito("As duas senhas não são iguais.");
    return uma.campo.value;
  };
  return { caixas: [uma.caixa, outra.caixa], conferir };
}

// A form that does one thing at a time and says what went wrong.
export function formulario(campos, rotulo, fazer) {
  const erro = h("p", { role: "alert", class: "erro", hidden: true });
  const botao = h("button", { class: "principal" }, rotulo);
  const enviar = async (e) => {
    e.preventDefault();
    botao.disabled = true;
    erro.hidden = true;
    try {
      await fazer();
    } catch (falha) {
      erro.hidden = false;
      erro.textContent = emPalavras(falha);
      if (!(falha instanceof Dito)) console.error(falha);
      if (falha instanceof Espere) await new Promise((ok) => setTimeout(ok, falha.segundos * 1000));
    } finally {
      botao.disabled = false;
    }
  };
  return h("form", { novalidate: true, onsubmit: enviar }, campos, erro, h("div", { class: "acoes" }, botao));
}

export const casca = (...conteudo) => [
  h("header", {}, h("h1", {}, "Saúde Domiciliar")),
  h("main", { class: "senha" }, ...conteudo),
];

// --- the app is locked
export async function trancada() {
  const n = await guardados();
  const { caixa, campo } = campoSenha("senha-de-abrir", "Senha deste aparelho");
  if (!possivel()) return casca(h("p", { class: "erro" }, SEM_CIFRA));
  const esqueci = h("div", { class: "acoes" });
  const trocarPor = (...nos) => esqueci.replaceChildren(...nos.flat(9).filter(Boolean));
  const pergunta = h(
    "button",
    { type: "button", class: "simples", onclick: () => esquecida(trocarPor) },
    "Esqueci a senha",
  );
  trocarPor(pergunta);
  if (await pedido()) esquecida(trocarPor);
  return casca(
    h("h2", {}, "O aplicativo está trancado"),
    n
      ? h("p", {}, icone("prancheta"), ` Neste aparelho: ${plural(n, "registro", "registros")} por enviar ou terminar.`)
      : null,
    formulario([caixa], "Abrir", async () => {
      await destrancar(campo.value).finally(() => {
        campo.value = "";
      });
    }),
    esqueci,
  );
}

// --- the system of the phone threw the wrapped key away: nobody can open what is left
export async function semChave(aoSeguir) {
  const n = await guardados();
  return casca(
    h("h2", {}, "A chave dos dados se perdeu"),
    h(
      "p",
      { class: "erro" },
      "O sistema deste aparelho apagou a chave que abria o que o aplicativo guardava. ",
      n ? `Não há como abrir nem enviar ${plural(n, "registro que estava aqui", "registros que estavam aqui")}.` : "",
    ),
    h("p", {}, "Conte à coordenação e peça um novo código: os domicílios e as pessoas voltam do servidor."),
    formulario([], "Apagar o que restou e começar de novo", async () => {
      await esvaziar();
      aoSeguir();
    }),
  );
}

// --- forgotten
async function esquecida(por) {
  const feito = await pedido();
  if (!feito) {
    por(
      h("p", {}, "A coordenação pode permitir que você escolha outra senha. Nada do que está no aparelho se perde."),
      formulario([], "Pedir outra senha", async () => {
        await pedir();
        esquecida(por);
      }),
    );
    return;
  }
  const dito = h("p", { role: "status", class: "aviso" }, "Esperando a coordenação permitir.");
  por(
    h("h2", {}, "Pedido feito"),
    h("p", {}, "Ligue para quem administra o sistema e diga este número:"),
    h("p", { class: "numero" }, feito.numero),
    dito,
    formulario([], "Já permitiram", () => seguir(por, dito)),
  );
  vigiar(por, dito);
}

function vigiar(por, dito) {
  const volta = setInterval(() => {
    if (!dito.isConnected) clearInterval(volta);
    else if (navigator.onLine) seguir(por, dito).catch(() => {});
  }, SEGUIR);
}

let ouvindo = false;
async function seguir(por, dito) {
  if (ouvindo) return;
  ouvindo = true;
  try {
    const resposta = await ouvir();
    if (resposta === "esperando") dito.textContent = "Ainda não foi permitido. Ligue para quem administra o sistema.";
    else if (typeof resposta === "string") {
      const motivo = resposta === "recusado" ? "O pedido foi recusado." : "O pedido venceu ou foi trocado por outro.";
      por(h("p", { class: "erro" }, `${motivo} O que está no aparelho continua nele.`));
    } else escolherOutra(por, resposta);
  } finally {
    ouvindo = false;
  }
}

function escolherOutra(por, chave) {
  const { caixas, conferir } = senhaNova();
  por(
    h("h2", {}, "Escolha outra senha"),
    formulario(caixas, "Guardar a senha", () => concluir(chave, conferir())),
  );
}

// --- a phone registered before there were passwords
let depois = false; // no room to seal: it opens as it was, sends, and asks again when it is opened next
export const adiada = () => depois || !possivel();

export function primeira(aoSeguir) {
  const { caixas, conferir } = senhaNova();
  const adiar = h(
    "button",
    {
      type: "button",
      hidden: true,
      onclick: () => {
        depois = true;
        aoSeguir();
      },
    },
    "Continuar sem senha por agora",
  );
  return casca(
    h("h2", {}, "Escolha uma senha para este aparelho"),
    h("p", {}, "O que está guardado aqui passa a ficar cifrado. Nada se perde, e não é preciso internet."),
    formulario(caixas, "Guardar a senha", async () => {
      await fechar(conferir()).catch((erro) => {
        adiar.hidden = !(erro instanceof SemEspaco);
        throw erro instanceof SemEspaco
          ? new Dito("Não há espaço no aparelho para cifrar o que está nele. Apague fotos ou vídeos, ou envie antes.")
          : erro;
      });
      aoSeguir();
    }),
    adiar,
  );
}

// --- on the screen "Mais"
export async function cartoes(aqui) {
  if (!(await meta("acesso")) || adiada()) return [h("p", { class: "aviso" }, icone("alerta"), SEM_SENHA)];
  const cartao = (rotulo, ajuda, desenho, onclick) =>
    h(
      "button",
      { type: "button", class: "cartao menu", onclick },
      icone(desenho),
      h("span", {}, h("b", {}, rotulo), h("span", { class: "fraco" }, ajuda)),
      icone("seta"),
    );
  return [
    cartao("Trancar agora", "Para emprestar o aparelho ou guardá-lo", "casa", trancar),
    cartao("Trocar a senha deste aparelho", "Precisa da senha atual", "lapis", aqui),
  ];
}

const SEM_SENHA =
  "O que está neste aparelho não está cifrado. Envie o que falta e abra o aplicativo de novo para escolher a senha.";

export function trocarSenha(aoTrocar) {
  const atual = campoSenha("senha-atual", "Senha atual");
  const { caixas, conferir } = senhaNova();
  return [
    formulario([atual.caixa, ...caixas], "Trocar a senha", async () => {
      await trocar(atual.campo.value, conferir());
      aoTrocar();
    }),
  ];
}
