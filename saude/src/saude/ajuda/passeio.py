"""The first-use tour of the panel: its steps, who still sees it, and putting it away."""

from dataclasses import dataclass

from django.db.models import Model

from saude.ajuda.models import PasseioVisto


@dataclass(frozen=True, slots=True)
class Passo:
    alvo: (
        str  # what of the page it is about, as a CSS selector; where the page has none the step is not shown
    )
    titulo: str
    texto: str


STEPS = (
    Passo(
        ".p-painel",
        "Uma linha por competência",
        "Cada linha é um mês de atendimento. As quatro colunas somam todas as fichas dele: cada ficha está em uma só.",
    ),
    Passo(
        ".p-painel [data-rotulo='Inconsistências'], .p-painel td.s-num",
        "Clique em qualquer número",
        "Inconsistências são para corrigir, pendências para reprocessar; o processado já pode ir para o e-SUS.",
    ),
    Passo(
        ".p-painel [data-rotulo='Prazo'], .p-painel small",
        "O prazo e o que o prende",
        "O último dia para enviar o mês, quantos dias faltam e o que ainda falta fazer.",
    ),
    Passo(
        ".s-contexto",
        "Onde você está",
        "O município e a área (o estabelecimento). O que a página mostra e exporta é só de lá; clique para trocar.",
    ),
    Passo(
        ".s-sino",
        "O que há de novo",
        "Prazos, competências prontas, agentes sem sincronizar e o que você pediu e terminou; também por e-mail.",
    ),
    Passo(
        ".s-ajuda-botao",
        "Ajuda de cada página",
        "O “?” abre o capítulo do manual que fala da página em que você está. Este passeio também fica lá.",
    ),
)


def steps_for(user: Model) -> tuple[Passo, ...]:
    """Those of who has not put it away."""
    return () if PasseioVisto.objects.filter(usuario=user.pk).exists() else STEPS


def put_away(*, by: Model) -> None:
    PasseioVisto.objects.bulk_create([PasseioVisto(usuario_id=by.pk)], ignore_conflicts=True)


def see_again(*, by: Model) -> None:
    PasseioVisto.objects.filter(usuario=by.pk).delete()
