"""What the panel says before its numbers: what stops everything, and what is hardly right."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from saude.atualizacao import versao
from saude.cadastros.models import Entidade
from saude.comum.competencia import in_words, unlikely
from saude.comum.texto import fichas
from saude.fichas.contagens import LinhaPainel
from saude.web.aviso import Aviso


def notices(
    entidade: Entidade, lines: Iterable[LinhaPainel], today: date, *, administra: bool
) -> list[Aviso]:
    found = of_installation(entidade, administra=administra)
    found += versao.warnings(entidade, today, administra=administra)
    found += versao.under_way(entidade) if administra else []
    for line in lines:
        if why := unlikely(line.competencia, today):
            address = reverse("painel:detalhe", args=[line.competencia, _where(line)])
            text = f"{fichas(line.total)} na competência improvável de {in_words(line.competencia)}: {why}"
            found.append(Aviso(text, "Ver as fichas", f"{address}?guia=fichas"))
    return found


def of_installation(entidade: Entidade, *, administra: bool) -> list[Aviso]:
    """Wrong data of the installation: the PEC would discard all that it signs, so nothing is processed."""
    wrong = entidade.instalacao.problems()
    if not wrong:
        return []
    fields = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in wrong.items())
    text = f"Os dados da instalação não estão certos, e o e-SUS recusaria tudo o que ela assina: {fields} "
    text += (
        "As fichas que chegam ficam pendentes e são processadas sozinhas quando os dados forem corrigidos."
    )
    if administra:
        return [Aviso(text, "Corrigir a instalação", reverse("instalacao"), grave=True)]
    return [Aviso(f"{text} Peça a quem administra o sistema.", grave=True)]


def _where(line: LinhaPainel) -> str:
    names = ("inconsistencias", "pendencias", "processados", "exportados")
    counts = (line.inconsistentes, line.pendentes, line.processadas, line.exportadas)
    return next((name for name, n in zip(names, counts, strict=True) if n), names[-1])
