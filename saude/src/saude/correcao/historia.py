"""What happened to a ficha, line by line."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from saude.acesso.areas import Areas
from saude.exportacao.queries import exports_of, takes_only
from saude.fichas.models import Evento, Ficha
from saude.retorno.queries import answers_of


@dataclass(frozen=True, slots=True)
class Fato:
    """One line of the timeline of a ficha."""

    em: datetime
    texto: str
    por: str = ""
    detalhe: dict[str, Any] = field(default_factory=dict)


def timeline(ficha: Ficha, *, cnes: Areas = None) -> list[Fato]:
    """Received, processed, corrected by whom, exported in which file, what the PEC answered; oldest first.

    An export that took other áreas too is told, not linked.
    """

    facts = [Fato(ficha.recebida_em, f"Recebida ({ficha.get_origem_display()})")]
    if ficha.processada_em:
        facts.append(
            Fato(ficha.processada_em, "Processada pela última vez", detalhe={"regras": ficha.regras})
        )
    for event in Evento.objects.filter(ficha=ficha).select_related("usuario"):
        who = event.usuario.get_full_name() if event.usuario else ""
        text = f"{event.get_fato_display()}: {event.get_situacao_display().lower()}"
        facts.append(Fato(event.em, text, who, event.detalhe))
    for item in exports_of(ficha):
        export = item.exportacao
        who = export.por.get_full_name() if export.por else ""
        link = {"id": export.pk} if takes_only(export, cnes) else {}
        done = cast(datetime, export.concluida_em)  # only what was concluded is told
        facts.append(Fato(done, f"Exportada no arquivo {export.arquivo}", who, link))
    for answer in answers_of(ficha):
        told = answer.fato.mensagens
        facts.append(
            Fato(answer.fato.em, answer.texto, detalhe={"mensagens": [m["texto"] for m in told][:20]})
        )
    return sorted(facts, key=lambda x: x.em)
