// Person, family and household are one flow: a responsible person registered from a household is a family of it, and
// that goes into the household's own registration, which is sent along.

import { gravarRegistro, item } from "./banco.js";
import { raiz } from "./domicilios.js";
import { estado } from "./estado.js";
import { nova } from "./registros.js";

const documento = (q) =>
  q.cpfCidadao ? { cpfResponsavel: q.cpfCidadao } : q.cnsCidadao ? { numeroCnsResponsavel: q.cnsCidadao } : null;

// What was done, in words to follow "Cadastro guardado neste aparelho."; "" when there was nothing to do.
export async function ligarFamilia(registro) {
  const q = registro.ficha.identificacaoUsuarioCidadao || {};
  if (registro.tipo !== "FCI" || !registro.domicilio || q.statusEhResponsavel !== true) return "";
  const doc = documento(q);
  if (!doc) return " Sem CPF nem CNS, a família não entra no cadastro do domicílio: complete-o depois.";
  const casa = await nova("FCD", registro.domicilio); // the one that is on the phone, or an update
  const def = await item("formulario:FCD");
  const campo = def?.campos.find((c) => c.n === "familias");
  if (!campo || raiz(casa) !== registro.domicilio || estado(campo, [casa.ficha]).proibido) return "";
  const familias = casa.ficha.familias || [];
  const [nome, valor] = Object.entries(doc)[0];
  if (familias.some((f) => f[nome] === valor && f.stMudanca !== true)) return "";
  const nascimento = q.dataNascimentoCidadao;
  casa.ficha.familias = [...familias, { ...doc, ...(nascimento ? { dataNascimentoResponsavel: nascimento } : {}) }];
  const digitando = casa.estado === "rascunho" && Boolean(casa.carimbo); // being filled: it goes when that is done
  const pronta = { ...casa, versao: def.versao, estado: digitando ? "rascunho" : "por_enviar", motivos: [] };
  await gravarRegistro(pronta, casa.carimbo);
  return digitando
    ? " A família entrou no rascunho do cadastro do domicílio: termine-o."
    : " A família entrou no cadastro do domicílio, que segue junto.";
}
