"""A ficha as a tree of sections, blocks and fields, as templates read it. Who builds it: `construtor`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ledi.layouts import Field
from saude.formularios import campos
from saude.registro.tipos import UmAchado

LISTED = ("escolha", "opcoes")  # lists that are whole on the page
KEYS = frozenset({"uuidFicha", "uuid"})  # of the ficha itself: the page tells it, nobody types it
IDENTITY = "Identificação do cidadão"
RARE = frozenset({"Evolução no prontuário", "Localização", "RNDS", "Cancelamento"})


@dataclass
class Campo:
    """One field of the record at its wire path."""

    caminho: str
    campo: Field
    valor: Any
    zona: ZoneInfo
    achados: list[UmAchado] = field(default_factory=list)
    relacionado: bool = False  # shown because a rule about another field reads it
    condicoes: list[Any] = field(default_factory=list)
    rotulo_valor: str = ""  # label of a code from the entidade's registers
    aceitos: frozenset[str] | None = None  # the only codes offered, when not the whole list
    lista: Mapping[str, str] | None = None  # what this ficha takes, in this version; None: what the list has
    restricoes: list[Any] = field(
        default_factory=list
    )  # what other fields leave of the list (opcoes.narrows)
    endereco_opcoes: str = ""  # what a search box of this field asks with
    sugestoes: Sequence[Any] = ()  # known values, each with `valor`, `texto` and `fonte`

    @property
    def rotulo(self) -> str:
        return self.campo.label

    @property
    def secao(self) -> str:
        return self.campo.section or ""

    @property
    def nome(self) -> str:
        return f"f:{self.caminho}"

    @property
    def id(self) -> str:
        return slug(self.caminho)

    @property
    def widget(self) -> str:
        return campos.widget(self.campo)

    @property
    def fonte(self) -> str:
        return campos.source_of(self.campo)

    @property
    def texto(self) -> str:
        text = campos.shown(self.campo, self.valor, self.zona)
        return f"{text} - {self.rotulo_valor}" if text and self.rotulo_valor else text

    @property
    def vazio(self) -> bool:
        return self.valor in (None, "", [])

    @property
    def entrada(self) -> str:
        text = campos.input_value(self.campo, self.valor, self.zona)
        return f"{text} - {self.rotulo_valor}" if text and self.rotulo_valor else text

    @property
    def opcoes(self) -> list[tuple[str, str, bool]]:
        """(value, label, chosen) of a select or of checkboxes; a value out of the list stays, and is told."""
        every = {str(c): t for c, t in campos.domain_labels(self.campo.domain or "").items()}
        labels = every if self.lista is None else self.lista
        values = self.valor if isinstance(self.valor, list) else [self.valor]
        chosen = {str(v) for v in values if v not in (None, "")}
        rows = [
            (c, f"{c} - {t}", c in chosen)
            for c, t in labels.items()
            if not self.aceitos or c in self.aceitos or c in chosen
        ]
        known = {r[0] for r in rows}
        return [(v, _strange(v, every), True) for v in sorted(chosen - known)] + rows

    @property
    def rotulo_opcao(self) -> str:
        """The label of the code chosen, without the code; "" when none of the list is."""
        return campos.label_of(self.campo, self.valor) if self.valor not in (None, "") else ""

    @property
    def obrigatorio(self) -> bool:
        return self.campo.required == "sim"

    @property
    def largo(self) -> bool:
        return self.widget in ("opcoes", "varios")

    @property
    def exemplo(self) -> str:
        """Two codes of the list, as they are typed."""
        return " ".join(value for value, _, _ in self.opcoes[:2])

    @property
    def ajuda(self) -> str:
        return campos.size_hint(self.campo)

    @property
    def teclas(self) -> str:
        """What is typed in it: "digitos", "decimal", or "" for anything."""
        return campos.keys_of(self.campo)

    @property
    def cabem(self) -> str:
        """How many characters it takes; "" for no limit."""
        return campos.room_of(self.campo)

    @property
    def condicoes_json(self) -> str:
        return json.dumps(self.condicoes, ensure_ascii=False) if self.condicoes else ""

    @property
    def restricoes_json(self) -> str:
        """For the lists that are on the page; a search box asks the server."""
        unrolled = self.restricoes and self.widget in LISTED
        return json.dumps(self.restricoes, ensure_ascii=False) if unrolled else ""


@dataclass
class Pedaco:
    """Fields that follow one another, or one inner group."""

    campos: list[Campo] = field(default_factory=list)
    grupo: "Grupo | None" = None


@dataclass
class Parte:
    """What stands under one heading of the paper ficha."""

    titulo: str
    pedacos: list[Pedaco] = field(default_factory=list)

    @property
    def identifica(self) -> bool:
        return self.titulo.startswith("Identificação")

    @property
    def recolhida(self) -> bool:
        """What only another system knows starts closed, while it says nothing."""
        loose = [c for p in self.pedacos for c in p.campos]
        return self.titulo in RARE and all(c.vazio and not c.achados for c in loose)

    def incluir(self, item: "Campo | Grupo") -> None:
        if isinstance(item, Grupo):
            self.pedacos.append(Pedaco(grupo=item))
        elif self.pedacos and self.pedacos[-1].grupo is None:
            self.pedacos[-1].campos.append(item)
        else:
            self.pedacos.append(Pedaco([item]))

    @property
    def sozinho(self) -> "Grupo | None":
        """The inner group, when it is all there is: its own heading is enough."""
        return self.pedacos[0].grupo if len(self.pedacos) == 1 else None


@dataclass
class Grupo:
    """A section of the ficha, or one of its repeated blocks."""

    caminho: str
    rotulo: str
    secao: str = ""
    campos: list[Campo] = field(default_factory=list)
    grupos: list["Grupo"] = field(default_factory=list)
    ordem: list["Campo | Grupo"] = field(default_factory=list)  # both, as on paper
    achados: list[UmAchado] = field(default_factory=list)
    indice: int | None = None
    lista: str = ""  # this group holds the blocks of the list at this path: a block can be added
    de_fora: int = 0  # blocks of the list that are not on the page, which holds only so much
    item_rotulo: str = ""
    cidadao: int | None = None  # position of the citizen this block tells of
    condicoes: list[Any] = field(default_factory=list)
    opcional: bool = False
    questao: Campo | None = None  # this block answers a question of a questionnaire

    def incluir(self, item: "Campo | Grupo") -> None:
        self.ordem.append(item)
        if isinstance(item, Grupo):
            self.grupos.append(item)
        else:
            self.campos.append(item)

    def nos(self) -> Iterator["Campo | Grupo"]:
        """Itself and all that is in it."""
        yield self
        yield from self.campos
        for inner in self.grupos:
            yield from inner.nos()

    @property
    def id(self) -> str:
        return slug(self.caminho) or "ficha"

    @property
    def questionario(self) -> bool:
        """A list of fixed questions: nothing to add or take out."""
        return bool(self.grupos) and any(g.questao for g in self.grupos)

    @property
    def recolhido(self) -> bool:
        """A part of the ficha that may be left out, and is: shown closed."""
        return self.opcional and self.sem_valores and not self.com_achados

    @property
    def sem_valores(self) -> bool:
        return all(c.vazio for c in self.campos) and all(g.sem_valores for g in self.grupos)

    @property
    def com_achados(self) -> bool:
        return (
            bool(self.achados)
            or any(c.achados for c in self.campos)
            or any(g.com_achados for g in self.grupos)
        )

    @property
    def vazio(self) -> bool:
        return not self.campos and not self.grupos and not self.achados and not self.de_fora

    @cached_property
    def partes(self) -> list[Parte]:
        """What is in the group, under the headings of the layout."""
        parts: dict[str, Parte] = {}
        for item in self.ordem:
            parts.setdefault(item.secao, Parte(item.secao)).incluir(item)
        only = len(parts) == 1
        for part in parts.values():
            if part.titulo and part.sozinho is not None:
                part.sozinho.rotulo = part.titulo
            if only or part.sozinho is not None or part.titulo == self.rotulo:
                part.titulo = ""
        return list(parts.values())

    @property
    def condicoes_json(self) -> str:
        return json.dumps(self.condicoes, ensure_ascii=False) if self.condicoes else ""


def _strange(code: str, every: Mapping[str, str]) -> str:
    """A code that the field does not take, and has."""
    return f"{code} - {every[code]} (não é aceito aqui)" if code in every else f"{code} (não existe na lista)"


def slug(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")


def by_path(rows: Iterable[UmAchado]) -> dict[str, list[UmAchado]]:
    """Findings (anything with `campo`) by their path."""
    found: dict[str, list[UmAchado]] = {}
    for row in rows:
        found.setdefault(row.campo, []).append(row)
    return found
