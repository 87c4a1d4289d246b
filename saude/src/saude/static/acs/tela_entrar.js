// Registering this phone: the code of the coordination, and the password that will open the app.

import { registrar } from "./api.js";
import { gravarMeta, guardaGarantida, meta, todos, transacao } from "./banco.js";
import { possivel } from "./chave.js";
import { doCofre } from "./cru.js";
import { contagem, situacao } from "./sincronia.js";
import { casca, formulario, SEM_CIFRA, senhaNova } from "./tela_senha.js";
import { fechar, guardarParaEntidade } from "./tranca.js";
import { h, icone, uuid4 } from "./uteis.js";

export async function entrar(aoEntrar) {
  const codigo = campoDoCodigo();
  const temSenha = Boolean(await doCofre("cofre"));
  const nova = temSenha ? null : senhaNova();
  const n = contagem(await todos("registros"));
  const enviar = async () => {
    const senha = nova?.conferir();
    await receber(await registrar(codigo.value, await identificador()), senha);
    aoEntrar();
  };
  return casca(
    situacao.feito ? h("p", { class: "certo", role: "status" }, icone("certo"), situacao.feito) : null,
    n.tudo
      ? h("p", { class: "aviso" }, icone("prancheta"), `Neste aparelho: ${n.tudo}. Seguem depois que você entrar.`)
      : null,
    h("h2", {}, "Registrar este aparelho"),
    possivel() ? null : h("p", { class: "erro" }, SEM_CIFRA),
    h(
      "p",
      {},
      "Digite o código que a coordenação gerou para você. É preciso internet só desta vez; depois, " +
        "visitas e cadastros são guardados no aparelho mesmo sem rede.",
    ),
    possivel()
      ? formulario(
          [
            h("div", { class: "campo" }, h("label", { for: "codigo" }, "Código do aparelho"), codigo),
            nova?.caixas || [],
          ],
          "Entrar",
          enviar,
        )
      : null,
  );
}

const campoDoCodigo = () =>
  h("input", {
    id: "codigo",
    autocomplete: "off",
    autocapitalize: "characters",
    placeholder: "ABCD-2345",
    required: true,
  });

async function identificador() {
  const instalacao = (await meta("instalacao")) || uuid4();
  await gravarMeta("instalacao", instalacao);
  return instalacao;
}

// The token and the password in one transaction: an access in clear never lies on the disk.
async function receber(r, senha) {
  const instalacao = await meta("instalacao");
  const linhas = [
    { loja: "meta", linha: { chave: "acesso", valor: { token: r.token, instalacao } } },
    { loja: "meta", linha: { chave: "bloqueio", valor: "" } },
    { loja: "meta", linha: { chave: "cursor", valor: "" } },
    { loja: "territorio", linha: { chave: "perfil", dado: r.perfil } },
  ];
  if (senha !== undefined) await fechar(senha, linhas);
  else
    await transacao(["meta", "territorio"], "readwrite", (l) => Promise.all(linhas.map((x) => l[x.loja].put(x.linha))));
  await pedirDeNovo();
  await guardarParaEntidade();
  await gravarMeta("guarda", await guardaGarantida());
  situacao.feito = r.aviso || "";
}

// What an access that ended could not send is asked again under the new one.
async function pedirDeNovo() {
  await transacao(["registros"], "readwrite", async (l) => {
    for (const x of await l.registros.getAll())
      if (x.estado === "recusado") await l.registros.put({ ...x, estado: "por_enviar" });
  });
}
