// Households and people as the phone knows them: what was pulled, and over it what was made here and not yet sent.

import { todos } from "./banco.js";
import { diaDe, diasDesde } from "./uteis.js";

export async function carregar() {
  const itens = await todos("territorio");
  const de = (prefixo) => itens.filter((i) => i.chave.startsWith(prefixo)).map((i) => i.dado);
  const [registros, historico] = [await todos("registros"), await todos("historico")];
  const salvos = registros.filter((r) => r.estado !== "rascunho");
  const tipos = de("lista:tipo_logradouro")[0]?.opcoes || [];
  const fuso = de("perfil")[0]?.fuso;
  const cidadaos = sobrepor(
    de("cidadao:"),
    salvos.filter((r) => r.tipo === "FCI").map((r) => cidadaoDe(r, fuso)),
  );
  const retornos = de("retorno:").filter((r) => !registros.some((x) => x.uuid === r.uuid));
  const domicilios = sobrepor(
    de("domicilio:"),
    salvos.filter((r) => r.tipo === "FCD").map((r) => domicilioDe(r, tipos)),
  );
  for (const d of domicilios) {
    d.gente = cidadaos.filter((c) => c.domicilio === d.uuid || (!c.domicilio && daFamilia(c, d)));
    for (const c of d.gente)
      c.familia ??= Math.max(
        0,
        d.familias.findIndex((f) => familiar(c, f)),
      );
    d.quando = ultima([d.visita, ...visitas(historico, salvos, (x) => x.domicilio === d.uuid)]);
    d.voltou = retornos.filter((r) => r.editavel && sobre(r, d));
  }
  for (const c of cidadaos) c.quando = ultima([c.visita, ...visitas(historico, salvos, (x) => x.cidadao === c.uuid)]);
  const dentro = new Set(domicilios.flatMap((d) => d.gente));
  return { domicilios, soltos: cidadaos.filter((c) => !dentro.has(c)), retornos, registros, historico };
}

const ultima = (datas) =>
  datas
    .filter((x) => typeof x === "string")
    .sort()
    .pop();
const visitas = (historico, salvos, certa) => [
  ...historico.filter((x) => x.tipo === "FVD" && certa(x)).map((x) => x.data),
  ...salvos.filter((x) => x.tipo === "FVD" && certa(x)).map((x) => x.ficha.headerTransport.dataAtendimento),
];
export const hoje = (quando) => Boolean(quando) && diasDesde(quando) <= 0;

function sobrepor(itens, locais) {
  const por = new Map(itens.map((i) => [i.uuid, { ...i }]));
  for (const l of locais) por.set(l.uuid, { ...(por.get(l.uuid) || {}), ...l });
  return [...por.values()].filter((x) => !x.saiu);
}

export const raiz = (registro) => registro.ficha.uuidFichaOriginadora || registro.uuid;

function domicilioDe(r, tipos) {
  const f = r.ficha;
  const familias = (f.familias || [])
    .filter((x) => x.stMudanca !== true)
    .map((x) => ({ cpf: x.cpfResponsavel || "", cns: x.numeroCnsResponsavel || "", responsavel: "" }));
  return {
    uuid: raiz(r),
    imovel: f.tipoDeImovel,
    endereco: endereco(f.enderecoLocalPermanencia || {}, tipos),
    bairro: f.enderecoLocalPermanencia?.bairro || "",
    familias,
    local: r.uuid,
    recusado: f.statusTermoRecusa === true,
    saiu: f.stAtivo === false,
  };
}

function cidadaoDe(r, fuso) {
  const q = r.ficha.identificacaoUsuarioCidadao || {};
  return {
    uuid: raiz(r),
    nome: q.nomeCidadao || "",
    nome_social: q.nomeSocial || "",
    nascimento: diaDe(q.dataNascimentoCidadao, fuso),
    sexo: q.sexoCidadao,
    cpf: q.cpfCidadao || "",
    cns: q.cnsCidadao || "",
    responsavel: q.statusEhResponsavel === true,
    local: r.uuid,
    recusado: r.ficha.statusTermoRecusaCadastroIndividualAtencaoBasica === true,
    saiu: Boolean(r.ficha.saidaCidadaoCadastro?.motivoSaidaCidadao),
    ...(r.domicilio ? { domicilio: r.domicilio } : {}),
  };
}

const familiar = (c, f) =>
  (f.cpf && (f.cpf === c.cpf || f.cpf === c.identificacao?.cpfResponsavelFamiliar)) ||
  (f.cns && (f.cns === c.cns || f.cns === c.identificacao?.cnsResponsavelFamiliar));
const daFamilia = (c, d) => d.familias.some((f) => familiar(c, f));

export function endereco(no, tipos) {
  const tipo = tipos.find(([codigo]) => String(codigo) === String(no.tipoLogradouroNumeroDne))?.[1] || "";
  return [
    `${tipo} ${no.nomeLogradouro || ""}`.trim(),
    no.numero || (no.stSemNumero === true ? "s/n" : ""),
    no.complemento,
  ]
    .filter(Boolean)
    .join(", ");
}

// A record that came back and is about this household.
function sobre(r, d) {
  const visita = r.ficha?.visitasDomiciliares?.[0];
  return r.tipo === "FCD"
    ? (r.ficha?.uuidFichaOriginadora || r.uuid) === d.uuid
    : visita?.uuidOrigemCadastroDomiciliar === d.uuid;
}
