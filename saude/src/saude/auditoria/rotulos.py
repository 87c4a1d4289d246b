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
    "registro.recebido": "Registro recebido",
    "ficha.vista": "Ficha vista",
    "ficha.corrigida": "Ficha corrigida",
    "ficha.reprocessada": "Ficha reprocessada",
    "ficha.substituida": "Ficha substituída",
    "ficha.baixada": "Ficha baixada",
    "cliente.visto": "Cliente visto",
    "cliente.corrigido": "Cliente corrigido",
    "exportacao.criada": "Exportação criada",
    "exportacao.concluida": "Exportação concluída",
    "exportacao.baixada": "Exportação baixada",
    "lista.baixada": "Lista baixada",
}


def label(tipo: str) -> str:
    return ROTULOS.get(tipo, tipo.replace(".", ": ").replace("_", " ").capitalize())
