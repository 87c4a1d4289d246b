// The screens: households, a household, a form, what is on the phone, more.

import { VERSAO, registrar } from "./api.js";
import { apagarRegistro, espaco, gravarMeta, gravarRegistro, guardaGarantida, item, ler, meta, todos, transacao } from "./banco.js";
import { montar } from "./formulario.js";
import { porEnviar, sincronizar, situacao } from "./sincronia.js";
import { agora, dia, diaDe, dobrar, h, ha, icone, idade, momento, nomeProprio, plural, uuid4 } from "./uteis.js";
import { conferir, limpa } from "./validacao.js";

export const NOMES = { FVD: "Visita domiciliar", FCI: "Cadastro individual", FCD: "Cadastro domiciliar" };
const ESTADOS = { rascunho: "Rascunho", por_enviar: "Por enviar", recusado: "Recusado" };

export async function moldura(titulo, conteudo, aqui) {
  const [n, bloqueio] = [await porEnviar(), await meta("bloqueio")];
  const rede = navigator.onLine ? "" : " · sem rede";
  const abas = [["#/", "casa", "Famílias"], ["#/nova", "mais", "Registrar"], ["#/aparelho", "prancheta", "No aparelho"], ["#/mais", "menu", "Mais"]];
  const avisos = [...situacao.avisos, ...(aqui === "#/aparelho" && await meta("guarda") === false ? ["O navegador não garantiu guardar os dados se faltar espaço. Instale o aplicativo na tela inicial e sincronize sempre que puder."] : [])];
  return [
    h("header", {}, h("h1", {}, titulo), h("button", { type: "button", disabled: situacao.rodando, onclick: () => sincronizar({ manual: true }) }, icone("giro"), "Sincronizar"),
      h("p", { role: "status", id: "estado" }, situacao.rodando ? "Sincronizando…" : `No aparelho: ${n} por enviar${rede}`)),
    h("main", {}, bloqueio ? h("p", { class: "erro" }, bloqueio, " ", h("a", { href: "#/entrar" }, "Digitar novo código")) : null,
      !bloqueio && situacao.erro && navigator.onLine ? h("p", { class: "aviso" }, situacao.erro) : null, avisos.map((t) => h("p", { class: "aviso" }, t)), conteudo),
    h("nav", { "aria-label": "Principal" }, abas.map(([href, desenho, nome]) => h("a", { href, "aria-current": href === aqui ? "page" : undefined }, icone(desenho), nome))),
  ];
}

export async function entrar(aoEntrar) {
  const erro = h("p", { role: "alert", class: "erro", hidden: true });
  const codigo = h("input", { id: "codigo", autocomplete: "off", autocapitalize: "characters", placeholder: "ABCD-2345", required: true });
  const enviar = async (e) => {
    e.preventDefault();
    try {
      const instalacao = (await meta("instalacao")) || uuid4();
      await gravarMeta("instalacao", instalacao);
      const r = await registrar(codigo.value, instalacao);
      await transacao(["meta", "territorio"], "readwrite", async (l) => {
        await l.meta.put({ chave: "acesso", valor: { token: r.token, instalacao } });
        await l.meta.put({ chave: "bloqueio", valor: "" });
        await l.meta.put({ chave: "cursor", valor: "" });
        await l.territorio.put({ chave: "perfil", dado: r.perfil });
      });
      await gravarMeta("guarda", await guardaGarantida());
      if (r.aviso) situacao.avisos = [r.aviso];
      aoEntrar();
    } catch (falha) { erro.hidden = false; erro.textContent = falha.message; }
  };
  return [h("header", {}, h("h1", {}, "Saúde Domiciliar")), h("main", {}, h("h2", {}, "Registrar este aparelho"), h("p", {}, "Digite o código que a coordenação gerou para você. É preciso internet só desta vez."),
    h("form", { onsubmit: enviar }, h("div", { class: "campo" }, h("label", { for: "codigo" }, "Código do aparelho"), codigo), erro, h("button", { class: "principal" }, "Entrar")))];
}

async function territorio() {
  const itens = await todos("territorio");
  const de = (prefixo) => itens.filter((i) => i.chave.startsWith(prefixo)).map((i) => i.dado);
  return { domicilios: de("domicilio:"), cidadaos: de("cidadao:"), retornos: de("retorno:"), historico: await todos("historico"), registros: await todos("registros") };
}

function visita(d, t) {
  const locais = [...t.historico.filter((x) => x.domicilio === d.uuid).map((x) => x.data), ...t.registros.filter((x) => x.domicilio === d.uuid && x.tipo === "FVD" && x.estado !== "rascunho").map((x) => x.ficha.headerTransport.dataAtendimento)];
  return [d.visita, ...locais].filter((x) => typeof x === "string").sort().pop();
}

export async function familias() {
  const t = await territorio();
  const linhas = t.domicilios.map((d) => ({ d, quando: visita(d, t), gente: t.cidadaos.filter((c) => c.domicilio === d.uuid) })).sort((a, b) => (a.quando || "").localeCompare(b.quando || ""));
  const soltos = t.cidadaos.filter((c) => !t.domicilios.some((d) => d.uuid === c.domicilio)).sort((a, b) => a.nome.localeCompare(b.nome));
  const lista = h("div");
  const filtrar = (texto) => lista.replaceChildren(...linhas.filter((l) => dobrar([l.d.endereco, l.d.bairro, ...l.d.familias.map((f) => f.responsavel), ...l.gente.map((c) => `${c.nome} ${c.cpf} ${c.cns}`)].join(" ")).includes(dobrar(texto))).slice(0, 200)
    .map((l) => h("a", { class: "cartao", href: `#/domicilio/${l.d.uuid}` }, h("b", {}, l.d.endereco || "Endereço não informado"), h("span", { class: "fraco" }, [l.d.familias.map((f) => nomeProprio(f.responsavel)).filter(Boolean).join(", "), plural(l.gente.length, "pessoa", "pessoas"), ha(l.quando)].filter(Boolean).join(" · ")))), ...pessoas(soltos, texto));
  filtrar("");
  return [h("div", { class: "campo" }, h("label", { for: "busca" }, "Buscar endereço, pessoa, CPF ou CNS"), h("input", { id: "busca", type: "search", oninput: (e) => filtrar(e.target.value) })), h("h2", {}, `${plural(linhas.length, "domicílio", "domicílios")}, os sem visita primeiro`), linhas.length || soltos.length ? lista : h("p", {}, "Nenhum domicílio no aparelho. Sincronize, ou registre um cadastro domiciliar.")];
}

// Citizens of the microárea whose household is not on the phone.
function pessoas(soltos, texto) {
  const certas = soltos.filter((c) => dobrar(`${c.nome} ${c.cpf} ${c.cns}`).includes(dobrar(texto))).slice(0, 200);
  if (!certas.length) return [];
  return [h("h2", {}, "Pessoas sem domicílio vinculado"), ...certas.map((c) => h("a", { class: "cartao", href: `#/nova/FVD//${c.uuid}` }, h("b", {}, nomeProprio(c.nome_social || c.nome)), h("span", { class: "fraco" }, `${idade(c.nascimento)} · registrar visita`)))];
}

export async function domicilio(uuid) {
  const d = await item(`domicilio:${uuid}`);
  if (!d) return [h("p", {}, "Este domicílio não está no aparelho.")];
  const t = await territorio();
  const gente = t.cidadaos.filter((c) => c.domicilio === uuid);
  return [h("h2", {}, d.endereco), h("p", { class: "fraco" }, [d.bairro, ha(visita(d, t))].filter(Boolean).join(" · ")),
    h("div", { class: "acoes" }, h("a", { class: "botao principal", href: `#/nova/FVD/${uuid}` }, "Nova visita"), h("a", { class: "botao", href: `#/nova/FCI/${uuid}` }, "Novo cidadão"), h("a", { class: "botao", href: `#/nova/FCD/${uuid}` }, "Atualizar cadastro")),
    d.familias.map((f, n) => [h("h2", {}, `Família de ${nomeProprio(f.responsavel) || "responsável não informado"}`), gente.filter((c) => c.familia === n).map((c) => h("a", { class: "cartao", href: `#/nova/FVD/${uuid}/${c.uuid}` }, h("b", {}, nomeProprio(c.nome_social || c.nome)), h("span", { class: "fraco" }, [idade(c.nascimento), c.responsavel ? "responsável" : "", "registrar visita"].filter(Boolean).join(" · "))))])];
}

export const registrarMenu = () => Object.entries(NOMES).map(([tipo, nome]) => h("a", { class: "cartao", href: `#/nova/${tipo}` }, h("b", {}, `${nome} (${tipo})`)));

export async function nova(tipo, domicilio, cidadao) {
  const perfil = await item("perfil");
  const uuid = `${perfil.estabelecimento.cnes}-${uuid4()}`;
  const d = domicilio ? await item(`domicilio:${domicilio}`) : null;
  const c = cidadao ? await item(`cidadao:${cidadao}`) : null;
  const header = { profissionalCNS: perfil.profissional.cns, cboCodigo_2002: perfil.cbo, cnes: perfil.estabelecimento.cnes, ...(perfil.equipe ? { ine: perfil.equipe.ine } : {}), codigoIbgeMunicipio: perfil.municipio.ibge, dataAtendimento: agora() };
  const ficha = { headerTransport: header, tpCdsOrigem: 3 };
  const area = perfil.microarea ? { microArea: perfil.microarea } : {};
  if (tipo === "FVD") {
    ficha.uuidFicha = uuid;
    ficha.visitasDomiciliares = [{ ...area, ...(d ? { tipoDeImovel: d.imovel, uuidOrigemCadastroDomiciliar: d.uuid } : { tipoDeImovel: 1 }), ...(c ? { ...(c.cpf ? { cpfCidadao: c.cpf } : c.cns ? { cnsCidadao: c.cns } : {}), dtNascimento: c.nascimento, sexo: c.sexo } : {}) }];
  } else {
    Object.assign(ficha, { uuid, uuidFichaOriginadora: uuid, fichaAtualizada: false });
    if (tipo === "FCD" && d) Object.assign(ficha, datas(d.ficha, perfil.fuso), { headerTransport: header, tpCdsOrigem: 3, uuid, uuidFichaOriginadora: d.uuid, fichaAtualizada: true });
    else if (tipo === "FCD") Object.assign(ficha, { tipoEndereco: 3, tipoDeImovel: 1, statusTermoRecusa: false, enderecoLocalPermanencia: { ...area, codigoIbgeMunicipio: perfil.municipio.ibge } });
    else Object.assign(ficha, { statusTermoRecusaCadastroIndividualAtencaoBasica: false, emSituacaoDeRua: { statusSituacaoRua: false }, identificacaoUsuarioCidadao: { ...area, stNaoPossuiCpf: false, nacionalidadeCidadao: 1, paisNascimento: 31, codigoIbgeMunicipioNascimento: perfil.municipio.ibge, ...(d?.familias[0]?.cpf ? { statusEhResponsavel: false, cpfResponsavelFamiliar: d.familias[0].cpf } : {}) } });
  }
  return { uuid, tipo, versao: perfil.versao_ledi, ficha, clientes: c ? [{ nome: c.nome, nascimento: c.nascimento, sexo: c.sexo }] : [], domicilio: d?.uuid || null, titulo: c?.nome || d?.endereco || NOMES[tipo], estado: "rascunho", motivos: [], criado_em: Date.now() };
}

export async function abrirRegistro(uuid) {
  const meu = await ler("registros", uuid);
  if (meu) return meu;
  const r = await item(`retorno:${uuid}`);
  if (!r?.editavel) return null;
  const perfil = await item("perfil");
  return { uuid, tipo: r.tipo, versao: perfil.versao_ledi, ficha: datas(r.ficha, perfil.fuso), clientes: r.clientes || [], domicilio: null, titulo: r.quem, estado: "rascunho", motivos: r.motivos, revisao_base: r.revisao, criado_em: Date.now() };
}

const datas = (no, fuso) => JSON.parse(JSON.stringify(no), (nome, v) => (typeof v === "number" && /^(data|dt)|resideDesde/i.test(nome) ? diaDe(v, fuso) : v));

export async function formulario(registro) {
  const def = await item(`formulario:${registro.tipo}`);
  if (!def) return [h("p", {}, "O formulário ainda não está no aparelho. Sincronize uma vez.")];
  const listas = Object.fromEntries((await todos("territorio")).filter((i) => i.chave.startsWith("lista:")).map((i) => [i.dado.nome, i.dado.opcoes]));
  let atual = registro;
  let espera = null;
  let fila = Promise.resolve();
  const resumo = h("p", { role: "alert", class: "erro", hidden: true });
  const dizer = (texto) => { resumo.hidden = !texto; resumo.textContent = texto; };
  const guardar = (mais) => { fila = fila.catch(() => {}).then(async () => { atual = await gravarRegistro({ ...atual, ...mais }, atual.carimbo); }); return fila; };
  const mudou = () => { clearTimeout(espera); espera = setTimeout(() => guardar({ estado: "rascunho", ficha: atual.ficha }).catch((e) => dizer(e.message)), 400); };
  const { raiz, mostrar } = montar(def.campos, atual.ficha, listas, mudou);
  const header = atual.ficha.headerTransport;
  const salvar = async (e) => {
    e.preventDefault();
    clearTimeout(espera);
    const achados = conferir(def.campos, atual.ficha);
    mostrar(achados);
    if (achados.length) { dizer(`${plural(achados.length, "campo precisa", "campos precisam")} de atenção.`); return; }
    const nome = atual.ficha.identificacaoUsuarioCidadao?.nomeCidadao || [atual.ficha.enderecoLocalPermanencia?.nomeLogradouro, atual.ficha.enderecoLocalPermanencia?.numero].filter(Boolean).join(", ");
    try { await guardar({ estado: "por_enviar", motivos: [], titulo: nome || atual.titulo, ficha: limpa(def.campos, atual.ficha) }); } catch (falha) { dizer(falha.message); return; }
    location.hash = "#/aparelho";
    if (navigator.onLine) sincronizar();
  };
  return [h("p", { class: "fraco" }, atual.titulo), atual.motivos?.length ? h("div", { class: "erro" }, h("b", {}, "O que corrigir"), atual.motivos.map((m) => h("p", {}, m.mensagem))) : null,
    h("form", { novalidate: true, onsubmit: salvar }, h("div", { class: "campo" }, h("label", { for: "quando" }, "Data"), h("input", { id: "quando", type: "date", value: String(header.dataAtendimento).slice(0, 10), onchange: (e) => { if (e.target.value) { header.dataAtendimento = `${e.target.value}T${agora().slice(11)}`; mudou(); } } })), raiz, resumo,
      h("div", { class: "acoes" }, h("button", { class: "principal" }, "Salvar no aparelho"), h("button", { type: "button", onclick: async () => { if (confirm("Descartar este registro do aparelho?")) { clearTimeout(espera); await fila.catch(() => {}); await apagarRegistro(atual.uuid); location.hash = "#/aparelho"; } } }, "Descartar")))];
}

export async function aparelho() {
  const t = await territorio();
  const meus = new Set(t.registros.map((r) => r.uuid));
  const cartao = (r, texto) => h("a", { class: "cartao", href: `#/registro/${r.uuid}` }, h("b", {}, `${NOMES[r.tipo]}: ${nomeProprio(r.titulo || r.quem)}`), h("span", { class: "fraco" }, texto), (r.motivos || []).map((m) => h("p", { class: "erro" }, m.mensagem)));
  const retornos = t.retornos.filter((r) => !meus.has(r.uuid));
  return [h("h2", {}, "Registros neste aparelho"), t.registros.length ? t.registros.sort((a, b) => b.criado_em - a.criado_em).map((r) => cartao(r, ESTADOS[r.estado])) : h("p", { class: "fraco" }, "Nada por enviar: tudo o que foi salvo já está no servidor."),
    retornos.length ? [h("h2", {}, "Voltaram para corrigir"), retornos.map((r) => (r.editavel ? cartao(r, dia(r.data)) : h("div", { class: "cartao" }, h("b", {}, `${NOMES[r.tipo]}: ${nomeProprio(r.quem)}`), h("span", { class: "fraco" }, "corrigido pela coordenação"), r.motivos.map((m) => h("p", {}, m.mensagem)))))] : null];
}

export async function mais() {
  const [p, e, r] = [await item("perfil"), await espaco(), (await meta("resumo")) || {}];
  const linhas = [["Profissional", nomeProprio(p?.profissional.nome)], ["Unidade", p?.estabelecimento.nome], ["Equipe", p?.equipe?.nome], ["Microárea", p?.microarea], ["Última sincronização", momento(await meta("sincronizado_em"))], ["Enviados pendentes", r.pendente || 0], ["Processados", (r.processada || 0) + (r.exportada || 0)], ["Inconsistentes", r.inconsistente || 0], ["Espaço livre", e ? `${Math.round(e.livre / 1e6)} MB` : "não informado"], ["Versão", VERSAO]];
  return [h("dl", { class: "cartao" }, linhas.filter(([, v]) => v !== undefined && v !== "").map(([k, v]) => h("div", {}, h("dt", { class: "fraco" }, k), h("dd", {}, String(v)))))];
}
