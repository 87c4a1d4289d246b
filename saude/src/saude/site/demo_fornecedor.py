"""What a vendor tries the API with in the demonstration: a key, and three records that its CNES accepts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from ledi.files import AtomicFile
from ledi_gerador import build, gerar
from saude.cadastros.models import Entidade
from saude.contas.models import ApiToken
from saude.contas.queries import token_by_secret
from saude.contas.tokens import create_token, new_secret
from saude.fichas.processing import Resultado
from saude.fichas.situacoes import Situacao
from saude.processamento.julgar import assess, context
from saude.site.demo_producao import BY, SEED

NAME = "Fornecedor (demonstração)"
TIPOS = ("FVD", "FP", "FAI")
TRIED = 60  # records made until each kind has one that is accepted


@dataclass(frozen=True)
class Kit:
    segredo: str
    registros: tuple[dict[str, Any], ...]
    pasta: Path


def kit(entidade: Entidade, *, today: date) -> Kit:
    """The same at every start; also in files: `registro.json`, `registros.json`, `producao.jsonl`."""
    folder = Path(settings.DADOS) / "demonstracao"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    records = tuple(_accepted(entidade, today))
    made = Kit(_secret(entidade, folder), records, folder)
    lines = [json.dumps(r, ensure_ascii=False) for r in records]
    _write(folder / "registro.json", lines[0] + "\n")
    _write(folder / "registros.json", "[\n" + ",\n".join(lines) + "\n]\n")
    _write(folder / "producao.jsonl", "\n".join(lines) + "\n")
    return made


def _accepted(entidade: Entidade, today: date) -> Iterator[dict[str, Any]]:
    """One of each kind that every rule takes, the demonstration's own tables too."""
    town, ctx = build(SEED, hoje=today), context(entidade)
    for tipo in TIPOS:
        made = gerar(
            semente=SEED + 1, fichas=TRIED, hoje=today, municipio=town, tipos=(tipo,), erros=0.0, app=0.0
        )
        yield next(r for r in made if _clean(assess(r, ctx)))


def _clean(result: Resultado) -> bool:
    return result.situacao == Situacao.PROCESSADA and not result.achados


def _secret(entidade: Entidade, folder: Path) -> str:
    """Kept in the data folder: it opens nothing but the demonstration."""
    path = folder / "token.txt"
    known = path.read_text(encoding="ascii").strip() if path.exists() else ""
    token = token_by_secret(known) if known else None
    if token and token.entidade_id == entidade.pk:
        return known
    former = ApiToken.objects.filter(entidade=entidade, nome=NAME, revogado_em=None).first()
    secret = (
        new_secret(by=BY, token=former) if former else create_token(by=BY, entidade=entidade, nome=NAME)[1]
    )
    _write(path, secret + "\n")
    return secret


def _write(path: Path, text: str) -> None:
    with AtomicFile(path) as file:
        file.write(text.encode())
