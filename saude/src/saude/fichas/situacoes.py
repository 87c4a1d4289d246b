"""The situations of a ficha and every way from one to another; `docs/situacoes.md` is drawn from here."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices


class Situacao(TextChoices):
    PROCESSADA = "processada", "Processada"
    INCONSISTENTE = "inconsistente", "Inconsistente"
    PENDENTE = "pendente", "Pendente"
    EXPORTADA = "exportada", "Exportada"
    DESCARTADA = "descartada", "Descartada"


class Motivo(TextChoices):
    """Why a ficha is pendente."""

    APLICATIVO = "aplicativo", "Sincronizada do aplicativo; aguarda reprocessamento"
    FALHA = "falha", "Uma regra falhou ao verificar o registro"
    SISTEMA = "sistema", "O processamento foi interrompido"
    INSTALACAO = "instalacao", "Os dados da instalação não estão certos; aguarda a correção deles"
    ENTRADA = "entrada", "O arquivo pronto desta ficha se danificou no disco"
    DESFEITO = "desfeito", "O reprocessamento foi desfeito; aguarda outro"


PROCESSED = frozenset({Situacao.PROCESSADA, Situacao.INCONSISTENTE, Situacao.PENDENTE})
GONE = frozenset({Situacao.DESCARTADA})

#: situation -> event -> situations it may lead to ("" = not yet received)
TRANSITIONS: Mapping[str, Mapping[str, frozenset[Situacao]]] = MappingProxyType(
    {
        "": {"receber": PROCESSED},
        Situacao.PENDENTE: {
            "reprocessar": PROCESSED,
            "corrigir": PROCESSED,
            "receber": PROCESSED,
            "descartar": GONE,
        },
        Situacao.INCONSISTENTE: {
            "reprocessar": PROCESSED,
            "corrigir": PROCESSED,
            "receber": PROCESSED,
            "descartar": GONE,
        },
        Situacao.PROCESSADA: {
            "reprocessar": PROCESSED,
            "corrigir": PROCESSED,
            "receber": PROCESSED,
            "exportar": frozenset({Situacao.EXPORTADA}),
            "descartar": GONE,
        },
        # only a refused one, and only where the installation says that the same uuid may go again
        Situacao.EXPORTADA: {"reabrir": PROCESSED},
        Situacao.DESCARTADA: {"restaurar": PROCESSED},
    }
)


class TransitionRefused(Exception):
    """The ficha's situation does not allow this; the message is shown to the user."""


def check(situacao: str, event: str, to: str | None = None) -> None:
    allowed = TRANSITIONS[situacao].get(event)
    if allowed is None or (to is not None and to not in allowed):
        label = Situacao(situacao).label.lower() if situacao else "nova"
        raise TransitionRefused(f"Uma ficha {label} não pode passar por “{event}”.")


def open_situations(event: str) -> list[str]:
    """The situations from which `event` is possible."""
    return [str(situacao) for situacao, events in TRANSITIONS.items() if situacao and event in events]


def diagram() -> str:
    """Mermaid state diagram of TRANSITIONS."""
    edges: dict[tuple[str, str], list[str]] = {}
    for source, events in TRANSITIONS.items():
        for event, targets in events.items():
            for target in sorted(targets):
                edges.setdefault((str(source) or "[*]", str(target)), []).append(event)
    lines = [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in sorted(edges.items())]
    return "\n".join(["stateDiagram-v2", *lines, "    exportada --> [*]"])


def document() -> str:
    """Text of docs/situacoes.md."""
    reasons = "\n".join(f"- `{m.value}`: {m.label}." for m in Motivo)
    return (
        "# Situações de uma ficha\n\n"
        "Gerado por `saude gerar_docs` a partir de `saude.fichas.situacoes.TRANSITIONS`; não edite.\n\n"
        f"```mermaid\n{diagram()}\n```\n\n"
        "Uma ficha exportada está travada: corrigi-la gera um novo registro, ligado ao primeiro. Só a que o PEC\n"
        "recusou pode ser reaberta (`reabrir`), para ir de novo com o mesmo UUID, e só onde a instalação o permite.\n\n"
        "Uma ficha descartada não entra em nenhuma contagem nem exportação; fica em Descartadas, com o motivo e quem\n"
        "descartou, e de lá pode voltar. O mesmo UUID recebido de novo não a traz de volta.\n\n"
        f"Motivos de uma pendência:\n\n{reasons}\n"
    )
