"""What the kinds of event are called in the page. A kind without a label shows its own name."""

ROTULOS: dict[str, str] = {
    "login.entrou": "Entrou",
    "login.saiu": "Saiu",
    "login.recusado": "Senha recusada",
    "login.bloqueado": "Bloqueado por tentativas",
    "usuario.criado": "Usuário criado",
    "usuario.ativado": "Usuário ativado",
    "usuario.desativado": "Usuário desativado",
    "usuario.senha_trocada": "Senha trocada",
    "acesso.concedido": "Acesso concedido",
    "acesso.revogado": "Acesso revogado",
    "token.criado": "Token criado",
    "token.revogado": "Token revogado",
    "entidade.criada": "Entidade criada",
    "instalacao.alterada": "Instalação alterada",
    "especialidade.criada": "Especialidade criada",
    "especialidade.alterada": "Especialidade alterada",
    "prazo.alterado": "Prazo alterado",
    "prazo.restaurado": "Prazo restaurado",
    "feriado.incluido": "Feriado incluído",
    "feriado.removido": "Feriado removido",
    "auditoria.vista": "Auditoria vista",
    "auditoria.exportada": "Auditoria exportada",
    "recebimento.lote": "Registros recebidos",
    "ficha.vista": "Ficha vista",
    "ficha.corrigida": "Ficha corrigida",
    "ficha.reprocessada": "Fichas reprocessadas",
    "fichas.reprocessamento": "Reprocessamento pedido",
    "ficha.substituida": "Ficha substituída",
    "ficha.entrada_danificada": "Arquivo de uma ficha danificado",
    "ficha.descartada": "Ficha descartada",
    "ficha.restaurada": "Ficha trazida de volta",
    "ficha.baixada": "Ficha baixada",
    "cliente.visto": "Cliente visto",
    "cliente.criado": "Cliente criado",
    "cliente.corrigido": "Cliente corrigido",
    "cliente.identificado": "Cliente identificado",
    "cliente.mesclado": "Clientes mesclados",
    "cliente.separado": "Mesclagem de clientes desfeita",
    "cliente.diferentes": "Clientes ditos diferentes",
    "cliente.par_reaberto": "Possível duplicado reaberto",
    "causa.corrigida": "Causa corrigida",
    "cliente.buscado": "Cliente buscado",
    "acs.codigo_criado": "Código de aparelho criado",
    "acs.aparelho_registrado": "Aparelho registrado",
    "acs.aparelho_revogado": "Aparelho revogado",
    "acs.territorio_lido": "Território lido pelo aparelho",
    "exportacao.pedida": "Exportação pedida",
    "exportacao.concluida": "Exportação concluída",
    "exportacao.repetida": "Exportação repetida",
    "exportacao.baixada": "Exportação baixada",
    "exportacao.manifesto": "Manifesto baixado",
    "referencia.importada": "Tabela de referência importada",
    "referencia.desistida": "Importação desfeita",
    "arquivo.conferido": "Arquivo conferido",
    "arquivo.registro_visto": "Registro de arquivo visto",
    "arquivo.apagado": "Arquivo apagado",
    "arquivo.planilha": "Planilha enviada",
    "lista.baixada": "Lista baixada",
}


def label(tipo: str) -> str:
    return ROTULOS.get(tipo, tipo.replace(".", ": ").replace("_", " ").capitalize())


_DETAILS = {
    "usuario": "usuário",
    "area": "área",
    "permissoes": "permissões",
    "competencia": "competência",
    "codigo": "código",
    "situacao": "situação",
    "substituidos": "substituídos",
    "tipo_buscado": "tipo buscado",
}


def detail_label(name: str) -> str:
    return _DETAILS.get(name, name.replace("_", " "))
