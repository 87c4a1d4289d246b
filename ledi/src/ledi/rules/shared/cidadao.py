"""Rules that many fichas have about the citizen: no CPF and why, birth date."""

from __future__ import annotations

from ledi.rules.checks import Declared, Domain, DomainWhen, Forbidden, Pattern, Required
from ledi.rules.conditions import filled, is_false, is_true
from ledi.rules.model import Rule

# Social name: letters of any alphabet with their accents, also written apart (NFD).
LETRAS = Pattern(r"(?:[^\W\d_]|[ '\u2018\u2019\u0300-\u036f])*", "aceita somente letras, espaços e apóstrofo")
EMAIL = Pattern(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+", "deve ser um endereço como nome@dominio.com.br")


def sem_cpf(prefix: str, at: str, *, since: str, codes: tuple[str, str, str, str | None]) -> tuple[Rule, ...]:
    """justificativaNaoPossuiCpf: domain, forbidden with false, required with true, not looked at when null.

    `codes` are the four published suffixes after `prefix`, the last None when the page has no such row: the
    domain then holds whatever the answer.
    """
    domain, forbidden, required, null = codes
    name = "justificativaNaoPossuiCpf"
    rules = [
        Rule(
            prefix + domain, at, name, DomainWhen(filled("stNaoPossuiCpf")) if null else Domain(), since=since
        ),
        Rule(prefix + forbidden, at, name, Forbidden(is_false("stNaoPossuiCpf")), since=since),
        Rule(prefix + required, at, name, Required(is_true("stNaoPossuiCpf")), since=since),
    ]
    if null is not None:
        text = 'Sem resposta em "Não possui CPF", a justificativa não é validada.'
        why = "Não recusa nada: diz quando as outras regras do campo não valem."
        rules.append(Rule(prefix + null, at, name, Declared(text), since=since, why=why))
    return tuple(rules)
