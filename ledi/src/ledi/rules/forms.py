"""The forms that a single value may have, and the sentences for one that has not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ledi.documents import cnes, cnpj, cns, cpf, ibge, ine, nome, uuid
from ledi.rules.sizes import Problem
from ledi.rules.wording import tidy

_DATE_TEXT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_CBO = re.compile(r"[0-9A-Z]{6}")
CID10 = r"[A-Z][0-9]{2}[0-9A-Z]{0,2}"
_CID = re.compile(CID10)
_CIAP = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Form:
    """A test of a text and the words for what it should be; `right` makes the right spelling of a wrong one.

    Only codes have a `right`: a document or a name is never shown.
    """

    is_valid: Callable[[str], bool]
    words: str
    right: Callable[[str], str] | None = None

    def problem(self, label: str, value: str) -> Problem | None:
        if self.is_valid(value):
            return None
        text = f"O campo {label} deve ter {self.words}."
        if self.right is not None and self.is_valid(spelling := self.right(value)):
            text = f"{text} Escreva {spelling}."
        return "formato", text


FORMS: dict[str, Form] = {
    "cns": Form(cns.is_valid, "um CNS válido, de 15 dígitos"),
    "cpf": Form(cpf.is_valid, "um CPF válido, de 11 dígitos"),
    "cnpj": Form(cnpj.is_valid, "um CNPJ válido"),
    "cnes": Form(cnes.is_valid, "um CNES, de 7 dígitos"),
    "ine": Form(ine.is_valid, "um INE, de 10 dígitos"),
    "ibge": Form(ibge.is_valid, "um código IBGE de município, de 7 dígitos"),
    "uuid": Form(uuid.is_valid, "um UUID na forma canônica, com ou sem o CNES na frente"),
    "cbo": Form(lambda text: bool(_CBO.fullmatch(text)), "um CBO, de 6 números ou letras, sem hífen", tidy),
    "nome": Form(nome.is_valid, "um nome e um sobrenome, só com letras"),
    "cpf_cnpj": Form(lambda text: cpf.is_valid(text) or cnpj.is_valid(text), "um CPF ou CNPJ válido"),
    "data_texto": Form(lambda text: bool(_DATE_TEXT.fullmatch(text)), "uma data AAAA-MM-DD"),
    # As the official table CIAP2 x CID10 writes them.
    "cid": Form(
        lambda text: bool(_CID.fullmatch(text)),
        "um código da CID10 em maiúsculas, sem ponto e sem espaços, como K02 ou K021",
        tidy,
    ),
    "ciap": Form(
        lambda text: bool(_CIAP.fullmatch(text)),
        "um código da CIAP2 em maiúsculas e sem espaços, como K86",
        tidy,
    ),
}
