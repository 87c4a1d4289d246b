"""Builds the tree of a ficha (`arvore`): for reading it, for mending it, for typing a new one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ledi.layouts import Block, Field, Struct, layout
from ledi.paths import owner, pattern
from saude.formularios import campos, opcoes, questionario
from saude.formularios.arvore import KEYS, LISTED, Campo, Grupo
from saude.formularios.condicoes import conditions
from saude.registro.tipos import UmAchado

MAX_DEPTH = 6
MAX_FIELDS = 20_000  # on one page: 99 citizens with all their lists have some 15,000
MAX_LOOKED = 500_000  # fields of the record, shown or not
CHOSEN = (*LISTED, "busca", "varios")
OPTIONAL = ("nao", "")  # a group so marked in the layout starts closed while it is empty


@dataclass
class Construtor:
    """Builds the tree. `mostrar` decides which fields stand in it; `achados` are put at their paths.

    Of a record without end the tree holds MAX_FIELDS: each list says how many of its blocks are left out."""

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
    _shown: int = field(default=0, init=False)
    _looked: int = field(default=0, init=False)

    @cached_property
    def _citizen(self) -> Block:
        return layout(self.versao).fichas[self.tipo].citizen

    @cached_property
    def _of_field(self) -> dict[str, list[UmAchado]]:
        """The findings at a field or at one of its items."""
        found: dict[str, list[UmAchado]] = {}
        for path, rows in self.achados.items():
            found.setdefault(owner(path), []).extend(rows)
        return found

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
        self._looked += 1
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
            if self._shown >= MAX_FIELDS or self._looked >= MAX_LOOKED:
                holder.de_fora, holder.lista = len(rows) - index, ""
                break
            block = self.bloco(struct, item, caminho, index, depth)
            if not block.vazio:
                holder.incluir(block)
        if not holder.vazio or holder.lista:
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
        found = list(self._of_field.get(caminho, ()))
        self._shown += 1
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
        return filled or caminho in self._of_field


def breadth(struct: Struct, value: Any, depth: int = 0) -> int:
    """How many fields the whole form of this has: told before any of it is built."""
    node = value if isinstance(value, Mapping) else {}
    total = 0
    for f in struct.fields:
        if depth >= MAX_DEPTH:
            break
        kind, here = campos.widget(f), node.get(f.name)
        if kind == "grupo" and f.type.struct is not None:
            total += breadth(f.type.struct, here, depth + 1)
        elif kind == "lista" and f.type.item and f.type.item.struct:
            items = here if isinstance(here, list) else []
            total += sum(breadth(f.type.item.struct, item, depth + 1) for item in items)
        else:
            total += 1
    return total
