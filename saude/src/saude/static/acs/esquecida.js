// The password was forgotten: the agent asks, an administrator allows, and the server answers with this phone's key,
// which only the key made for this question reads. Nothing is wiped, whatever is answered.

import { concluirChave, pedirChave, Recusado, respostaDaChave } from "./api.js";
import { meta } from "./banco.js";
import { daResposta, efemera, numero } from "./chave.js";
import { doCofre, transacaoCrua } from "./cru.js";
import { certa, escolherDeNovo } from "./tranca.js";
import { Dito } from "./uteis.js";

export const pedido = () => doCofre("pedido");

// The number that both sides show.
export async function pedir() {
  const [cofre, instalacao] = [await doCofre("cofre"), await meta("instalacao")];
  if (!cofre.entidade)
    throw new Dito(
      "Este aparelho não falou com o servidor desde que ganhou a senha, e por isso a coordenação não pode abri-lo. " +
        "Tente lembrar a senha: errar não apaga nada.",
    );
  const { privada, publica } = await efemera();
  const { embrulhada, id } = cofre.entidade;
  const feito = await pedirChave({ instalacao, embrulhada, chave: id, efemera: publica });
  const linha = { chave: "pedido", segredo: feito.pedido, privada, numero: await numero(publica, embrulhada) };
  await transacaoCrua(["cofre"], "readwrite", (l) => l.cofre.put(linha));
  return linha.numero;
}

// "esperando", "recusado", "vencido", or the key.
export async function ouvir() {
  const [meu, instalacao] = [await pedido(), await meta("instalacao")];
  if (!meu) return "vencido";
  const dito = await respostaDaChave({ instalacao, pedido: meu.segredo }).catch((erro) => {
    if (erro instanceof Recusado && erro.codigo === "pedido") return { situacao: "vencido" };
    throw erro;
  });
  if (dito.situacao !== "permitido") {
    if (dito.situacao !== "esperando") await esquecer();
    return dito.situacao;
  }
  const chave = await daResposta(meu.privada, dito.chave, instalacao).catch(() => null);
  if (!chave || !(await certa(chave))) {
    await esquecer();
    throw new Dito("A resposta não abre este aparelho. Peça de novo.");
  }
  return chave;
}

const esquecer = () => transacaoCrua(["cofre"], "readwrite", (l) => l.cofre.delete("pedido"));

export async function concluir(chave, senha) {
  const [meu, instalacao] = [await pedido(), await meta("instalacao")];
  await escolherDeNovo(chave, senha);
  if (meu) await concluirChave({ instalacao, pedido: meu.segredo }).catch(() => {}); // it ends by itself in a day
}
