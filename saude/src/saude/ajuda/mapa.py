"""Which chapter of the manual speaks of which page: the first line whose pattern begins the address."""

import re

from django.urls import reverse

from saude.ajuda.documentos import WORDS

#: (pattern of the address, chapter, heading inside it). A page below another has its parent's, unless it has its own
PAGES: tuple[tuple[str, str, str], ...] = (
    (r"/fichas/[^/]+/corrigir/", "4", ""),
    (r"/fichas/[^/]+/descartar/", "8", "descartar-uma-ficha"),
    (r"/fichas/[^/]+/versoes/", "18", ""),
    (r"/fichas/|/filtros/", "3", ""),
    (r"/minha-fila/|/fila/", "4", "minha-fila"),
    (r"/inconsistencias/", "4", "por-causa"),
    (r"/executando/sistema/exportacao/reprocessamentos/", "4", "mudanças-em-lote"),
    (r"/executando/sistema/exportacao/descartadas/", "8", "descartar-uma-ficha"),
    (r"/executando/sistema/exportacao/\w+/\w+/", "3", ""),
    (r"/executando/sistema/exportacao/", "2", ""),
    (r"/executando/sistema/(exportacoes|transmiss\w+)/", "7", ""),
    (r"/executando/sistema/retorno/marcar/", "21", "corrigir-e-reenviar"),
    (r"/executando/sistema/retorno/", "21", ""),
    (r"/executando/sistema/conciliacao/", "22", ""),
    (r"/executando/sistema/sincronizacoes/", "20", ""),
    (r"/executando/sistema/producao/", "24", ""),
    (r"/executando/", "2", ""),
    (r"/clientes/nao-identificados/", "5", ""),
    (r"/clientes/duplicados/", "17", ""),
    (r"/clientes/", "4", "por-cliente"),
    (r"/filtros/", "3", ""),
    (r"/pendencias/", "6", ""),
    (r"/busca/", "8", ""),
    (r"/registrar/", "16", ""),
    (r"/arquivos/planilha/", "19", ""),
    (r"/arquivos/", "18", ""),
    (r"/configurando/cadastros/especialidades/", "10", ""),
    (r"/configurando/cadastros/prazos/", "11", ""),
    (r"/configurando/cadastros/versoes-do-ledi/", "13", ""),
    (r"/configurando/", "12", ""),
    (r"/administrando/instalacao/", "13", ""),
    (r"/administrando/(correio|gov-br)/", "13", "correio-e-govbr"),
    (r"/administrando/auditoria/", "15", ""),
    (r"/administrando/privacidade/", "15", "privacidade"),
    (r"/administrando/", "14", ""),
    (r"/servico/", "15", "serviço"),
    (r"/avisos/", "23", ""),
    (r"/conta/|/entrar/", "1", ""),
    (r"/ajuda/", WORDS, ""),
)
_PATTERNS = [(re.compile(pattern), chapter, heading) for pattern, chapter, heading in PAGES]


def chapter_of(path: str) -> tuple[str, str] | None:
    """(chapter, heading) that speaks of the page at this address."""
    found = next(((c, h) for pattern, c, h in _PATTERNS if pattern.match(path)), None)
    return ("1", "") if found is None and path == "/" else found


def help_for(path: str) -> str:
    """Where the "?" of that page leads."""
    found = chapter_of(path)
    if found is None or path.startswith(reverse("ajuda:indice")):
        return reverse("ajuda:indice")
    chapter, heading = found
    return reverse("ajuda:capitulo", args=[chapter]) + (f"#{heading}" if heading else "")
