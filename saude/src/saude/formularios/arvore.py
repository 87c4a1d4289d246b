"""A ficha as a tree of sections, blocks and fields: for reading it, and for mending it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ledi.layouts import Block, Field, Struct, layout
from ledi.paths import owner, pattern
from saude.formularios import campos, opcoes, questionario
from saude.formularios.condicoes import conditions
from saude.registro.tipos import UmAchado

MAX_DEPTH = 6
LISTED = ("escolha", "opcoes")  # lists that are whole on the page
CHOSEN = (*LISTED, "busca", "varios")
KEYS = frozenset({"uuidFicha", "uuid"})  # of the ficha itself: the page tells it, nobody types it
IDENTITY = "Identificação do cidadão"
RARE = frozenset({"Evolução no prontuário", "Localização", "RNDS", "Cancelamento"})
OPTIONAL = ("nao", "")  # a group so marked in the layout starts closed while it is empty


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
        return not self.campos and not self.grupos and not self.achados

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


@dataclass
class Construtor:
    """Builds the tree. `mostrar` decides which fields stand in it; `achados` are put at their paths."""

    tipo: str
    versao: str
    zona: ZoneInfo
    achados: Mapping[str, list[UmAchado]] = field(default_factory=dict)
    mostrar: Callable[[str, Field, Any], bool] | None = None
    relacionados: frozenset[str] = frozenset()
    rotulos: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (source, code) -> label
    com_condicoes: bool = False
    com_primeiro: bool = False  # a list that may not be empty begins with a blank block
    ocultos: frozenset[str] = frozenset()  # names in the root that the system writes

    @cached_property
    def _citizen(self) -> Block:
        return layout(self.versao).fichas[self.tipo].citizen

    def grupo(self, struct: Struct, value: Any, caminho: str = "", rotulo: str = "", depth: int = 0) -> Grupo:
        node = value if isinstance(value, Mapping) else {}
        made = Grupo(caminho, rotulo or struct.label, achados=list(self.achados.get(caminho, ())))
        if self._citizen.path == caminho and caminho:
            made.cidadao = 0
        for f in struct.paper or struct.fields:
            own_key = depth == 0 and f.format == "uuid" and f.name in KEYS and f.name not in self.achados
            written = own_key or f.name in campos.TECHNICAL or (depth == 0 and f.name in self.ocultos)
            if not written and depth < MAX_DEPTH:
                self._add(made, f, node.get(f.name), f"{caminho}.{f.name}" if caminho else f.name, depth)
        return made

    def _add(self, made: Grupo, f: Field, value: Any, caminho: str, depth: int) -> None:
        kind = campos.widget(f)
        if kind == "grupo":
            assert f.type.struct is not None
            inner = self.grupo(f.type.struct, value, caminho, f.label, depth + 1)
            self._conditions(inner, caminho)
            inner.opcional, inner.secao = f.required in OPTIONAL, f.section or ""
            if not inner.vazio:
                made.incluir(inner)
        elif kind == "lista":
            self._blocks(made, f, value, caminho, depth)
        elif self._wanted(caminho, f, value):
            made.incluir(self.campo(f, value, caminho))

    def _blocks(self, made: Grupo, f: Field, value: Any, caminho: str, depth: int) -> None:
        struct = f.type.item.struct if f.type.item else None
        assert struct is not None
        holder = Grupo(
            caminho, f.label, achados=list(self.achados.get(caminho, ())), item_rotulo=struct.label
        )
        self._conditions(holder, caminho)
        holder.opcional, holder.secao = f.required in OPTIONAL, f.section or ""
        if self._wanted(caminho, f, None):
            holder.lista = caminho
        rows = value if isinstance(value, list) else []
        if not rows and self.com_primeiro and f.required == "sim":
            rows = [{}]
        for index, item in enumerate(rows):
            block = self.bloco(struct, item, caminho, index, depth)
            if not block.vazio:
                holder.incluir(block)
        if holder.grupos or holder.achados or holder.lista:
            made.incluir(holder)

    def bloco(self, struct: Struct, item: Any, lista: str, index: int, depth: int = 0) -> Grupo:
        """One repeated block of the list at path `lista`."""
        block = self.grupo(struct, item, f"{lista}[{index}]", f"{struct.label} {index + 1}", depth + 1)
        block.indice = index
        if self.com_condicoes and questionario.asks(struct):
            self._question(block)
        if self._citizen.path == lista:
            block.cidadao = index
        return block

    def _question(self, block: Grupo) -> None:
        """A row of a fixed questionnaire: the question is told, not chosen, and only its answers are offered."""
        asked = next((c for c in block.campos if c.campo.name == questionario.QUESTION), None)
        if asked is None or not asked.rotulo_opcao or asked.achados:
            return
        block.questao, block.rotulo = asked, asked.rotulo_opcao
        good = questionario.accepted(asked.campo.domain or "").get(asked.valor, frozenset())
        one, many = questionario.ANSWERS
        other = many if good else one
        hidden = {id(c) for c in block.campos if c is asked or (c.campo.name == other and c.vazio)}
        for c in block.campos:
            c.aceitos = good if c.campo.name == one else None
        block.campos = [c for c in block.campos if id(c) not in hidden]
        block.ordem = [c for c in block.ordem if id(c) not in hidden]

    def campo(self, f: Field, value: Any, caminho: str) -> Campo:
        found = [a for path, rows in self.achados.items() if owner(path) == caminho for a in rows]
        label = self.rotulos.get((campos.source_of(f), str(value)), "") if value else ""
        made = Campo(caminho, f, value, self.zona, found, caminho in self.relacionados, rotulo_valor=label)
        if self.com_condicoes:
            made.condicoes = list(conditions(self.tipo, self.versao).get(pattern(caminho), []))
            if made.widget in CHOSEN and opcoes.has(self.tipo, self.versao, caminho):
                self._list(made, pattern(caminho))
        return made

    def _list(self, made: Campo, caminho: str) -> None:
        made.restricoes = list(opcoes.narrows(self.tipo, self.versao, caminho))
        if made.widget in LISTED and made.campo.domain:
            made.lista = opcoes.labels(self.tipo, self.versao, caminho)
        elif made.fonte:
            made.endereco_opcoes = urlencode(
                {"tipo": self.tipo, "versao": self.versao, "caminho": made.caminho}
            )

    def _conditions(self, made: Grupo, caminho: str) -> None:
        if self.com_condicoes:
            made.condicoes = list(conditions(self.tipo, self.versao).get(pattern(caminho), []))

    def _wanted(self, caminho: str, f: Field, value: Any) -> bool:
        if self.mostrar is not None:
            return self.mostrar(caminho, f, value)
        filled = value not in (None, "", [])
        return filled or any(owner(p) == caminho for p in self.achados)


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
