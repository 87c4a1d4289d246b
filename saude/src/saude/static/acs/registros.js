// A new record, an update, or one that came back, ready for its form.

import { item, ler, todos } from "./banco.js";
import { carregar, raiz } from "./domicilios.js";
import { agora, diaDe, uuid4 } from "./uteis.js";

export const NOMES = { FVD: "Visita domiciliar", FCI: "Cadastro individual", FCD: "Cadastro domiciliar" };
// asked anew in an update of a citizen; the other sections are not on the phone and stay as they are
const PERGUNTADAS = ["identificacaoUsuarioCidadao", "saidaCidadaoCadastro"];

// `familia`: the number of the one in the household that a new person is of; "nova": the person begins another.
export async function nova(tipo, domicilio, cidadao, familia) {
  const perfil = await item("perfil");
  const { domicilios, soltos } = await carregar();
  const d = domicilios.find((x) => x.uuid === domicilio) || null;
  const c = [...domicilios.flatMap((x) => x.gente), ...soltos].find((x) => x.uuid === cidadao) || null;
  const alvo = tipo === "FCI" ? c : tipo === "FCD" ? d : null;
  const aberto = alvo && (await todos("registros")).find((r) => r.tipo === tipo && raiz(r) === alvo.uuid);
  if (aberto) return aberto; // its update is on the phone already: go on with it
  const uuid = `${perfil.estabelecimento.cnes}-${uuid4()}`;
  const comum = { headerTransport: cabecalho(perfil), tpCdsOrigem: 3 };
  const ficha =
    tipo === "FVD"
      ? { ...comum, uuidFicha: uuid, ...visita(perfil, d, c) }
      : tipo === "FCD"
        ? { ...(d ? datas(d.ficha, perfil.fuso) : novoDomicilio(perfil, domicilios)), ...comum, ...cadeia(uuid, d) }
        : { ...(c ? atualizacao(c, perfil.fuso) : novoCidadao(perfil, d, familia)), ...comum, ...cadeia(uuid, c) };
  return {
    uuid,
    tipo,
    versao: perfil.versao_ledi,
    ficha,
    manter: tipo === "FCI" && c ? await mantidas() : [],
    clientes: c && tipo === "FVD" ? [{ nome: c.nome, nascimento: c.nascimento, sexo: c.sexo }] : [],
    domicilio: d?.uuid || null,
    cidadao: c?.uuid || null,
    titulo: c?.nome || d?.endereco || "",
    estado: "rascunho",
    motivos: [],
    criado_em: Date.now(),
  };
}

const cabecalho = (perfil) => ({
  profissionalCNS: perfil.profissional.cns,
  cboCodigo_2002: perfil.cbo,
  cnes: perfil.estabelecimento.cnes,
  ...(perfil.equipe ? { ine: perfil.equipe.ine } : {}),
  codigoIbgeMunicipio: perfil.municipio.ibge,
  dataAtendimento: agora(),
});

async function mantidas() {
  const campos = (await item("formulario:FCI"))?.campos || [];
  return campos.filter((x) => x.w === "grupo" && !PERGUNTADAS.includes(x.n)).map((x) => x.n);
}

const area = (perfil) => (perfil.microarea ? { microArea: perfil.microarea } : {});
const cadeia = (uuid, antes) => ({
  uuid,
  uuidFichaOriginadora: antes ? antes.uuid : uuid,
  fichaAtualizada: Boolean(antes),
});

function visita(perfil, d, c) {
  const quem = c
    ? {
        ...(c.cpf ? { cpfCidadao: c.cpf } : c.cns ? { cnsCidadao: c.cns } : {}),
        ...(c.nascimento ? { dtNascimento: c.nascimento } : {}),
        ...(typeof c.sexo === "number" ? { sexo: c.sexo } : {}),
      }
    : {};
  return {
    visitasDomiciliares: [
      {
        ...area(perfil),
        tipoDeImovel: d?.imovel || 1,
        ...(d ? { uuidOrigemCadastroDomiciliar: d.uuid } : {}),
        ...quem,
      },
    ],
  };
}

// The state is that of the other households of the microárea.
function novoDomicilio(perfil, outros) {
  const uf = outros.map((x) => x.ficha?.enderecoLocalPermanencia?.numeroDneUf).find(Boolean);
  return {
    tipoEndereco: 3,
    tipoDeImovel: 1,
    statusTermoRecusa: false,
    enderecoLocalPermanencia: {
      ...area(perfil),
      codigoIbgeMunicipio: perfil.municipio.ibge,
      ...(uf ? { numeroDneUf: uf } : {}),
    },
  };
}

function novoCidadao(perfil, d, qual) {
  const familia = qual === "nova" ? null : d?.familias[Number(qual) || 0];
  const responsavel = familia?.cpf
    ? { statusEhResponsavel: false, cpfResponsavelFamiliar: familia.cpf }
    : familia?.cns
      ? { statusEhResponsavel: false, cnsResponsavelFamiliar: familia.cns }
      : d
        ? { statusEhResponsavel: true }
        : {};
  return {
    statusTermoRecusaCadastroIndividualAtencaoBasica: false,
    emSituacaoDeRua: { statusSituacaoRua: false },
    identificacaoUsuarioCidadao: {
      ...area(perfil),
      stNaoPossuiCpf: false,
      nacionalidadeCidadao: 1,
      paisNascimento: 31,
      codigoIbgeMunicipioNascimento: perfil.municipio.ibge,
      ...responsavel,
    },
  };
}

const atualizacao = (c, fuso) => ({
  statusTermoRecusaCadastroIndividualAtencaoBasica: c.recusado === true,
  identificacaoUsuarioCidadao: datas(c.identificacao || {}, fuso),
});

export async function abrir(uuid) {
  const meu = await ler("registros", uuid);
  if (meu) return meu;
  const r = await item(`retorno:${uuid}`);
  if (!r?.editavel) return null;
  const perfil = await item("perfil");
  const casa = r.ficha.visitasDomiciliares?.[0]?.uuidOrigemCadastroDomiciliar || r.domicilio || null;
  return {
    uuid,
    tipo: r.tipo,
    versao: perfil.versao_ledi,
    ficha: datas(r.ficha, perfil.fuso),
    manter: [],
    clientes: r.clientes || [],
    domicilio: casa,
    cidadao: null,
    titulo: r.quem,
    estado: "rascunho",
    motivos: r.motivos,
    revisao_base: r.revisao,
    criado_em: Date.now(),
  };
}

export const datas = (no, fuso) =>
  JSON.parse(JSON.stringify(no), (nome, v) =>
    typeof v === "number" && /^(data|dt)|resideDesde/i.test(nome) ? diaDe(v, fuso) : v,
  );
