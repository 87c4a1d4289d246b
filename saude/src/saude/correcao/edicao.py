"""What the correction form shows of a ficha, and what it brings back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from ledi.layouts import Ficha as FichaLayout
from ledi.layouts import Field, layout, nearest
from ledi.paths import owner, pattern, value_at, walk
from saude.fichas.models import Ficha
from saude.formularios import ler
from saude.formularios.arvore import Grupo, by_path
from saude.formularios.campos import widget
from saude.formularios.condicoes import read_by
from saude.formularios.construtor import Construtor
from saude.registro.caminhos import changed
from saude.registro.envelope import (
    FIELDS,
    ORIGIN,
    ORIGIN_LABEL,
    envelope_field,
    is_origin,
    origin_fields,
    with_origin,
)
from saude.registro.texto_json import legible
from saude.registro.tipos import UmAchado


@dataclass
class Edicao:
    """A ficha opened for reading or mending: its record, its layout, and its findings."""

    ficha: Ficha
    registro: dict[str, Any]
    achados: list[UmAchado]
    proveniencia: Any = None  # who sent and who typed a record that came in another system's envelope

    @classmethod
    def open(cls, ficha: Ficha, achados: Iterable[UmAchado]) -> "Edicao":
        content = ficha.conteudo
        return cls(ficha, legible(content.registro), list(achados), content.proveniencia)

    def typed(self, found: Mapping[str, Any], registro: dict[str, Any]) -> "Edicao":
        """The same with what was typed: `registro`, and `found` where it is of the originadora."""
        return Edicao(self.ficha, registro, self.achados, self.com_origem(found))

    def com_origem(self, found: Mapping[str, Any]) -> Any:
        """The provenance with the changes among `found` that are of the originadora."""
        return with_origin(self.proveniencia, {p: v for p, v in found.items() if is_origin(p)})

    @property
    def envelope(self) -> dict[str, tuple[Field, Any]]:
        """Path -> (field, value) of what stands beside the ficha: who typed it only when it was not we."""
        found = {name: (field, self.registro.get(name)) for name, field in FIELDS.items()}
        data = self.proveniencia.get(ORIGIN) if isinstance(self.proveniencia, Mapping) else None
        if data:
            found |= {
                path: (field, data.get(path.partition(".")[2])) for path, field in origin_fields().items()
            }
        return found

    @property
    def conteudo(self) -> dict[str, Any]:
        """The ficha's own part of the record; whatever is not an object shows as nothing."""
        found = self.registro.get("ficha")
        return found if isinstance(found, dict) else {}

    @property
    def zona(self) -> ZoneInfo:
        return ZoneInfo(self.ficha.entidade.fuso)

    @property
    def versao(self) -> str:
        return nearest(self.ficha.versao or "").version

    @property
    def layout(self) -> FichaLayout:
        return layout(self.versao).fichas[self.ficha.tipo]

    def leitura(self, rotulos: Mapping[Any, str]) -> Grupo:
        """All that is filled, and what is wrong with what is not."""
        built = Construtor(
            self.ficha.tipo, self.versao, self.zona, by_path(self._at_home(self.achados)), rotulos=rotulos
        )
        return built.grupo(self.layout.root, self.conteudo, rotulo=self.layout.nome)

    def formulario(
        self,
        *,
        todos: bool,
        rotulos: Mapping[Any, str],
        extra: Iterable[str] = (),
        ocultos: frozenset[str] = frozenset(),
    ) -> Grupo:
        """The fields to mend, or all of them; `ocultos` are set by the system."""
        found = self._at_home(self.achados)
        wanted, related = self._to_mend(found)
        wanted |= set(extra)

        def show(path: str, field: Field, value: Any) -> bool:
            return todos or path in wanted or path in related

        built = Construtor(
            self.ficha.tipo,
            self.versao,
            self.zona,
            by_path(found),
            show,
            frozenset(related - wanted),
            rotulos,
            True,
            ocultos=ocultos,
        )
        made = built.grupo(self.layout.root, self.conteudo, rotulo=self.layout.nome)
        origin = Grupo(ORIGIN, ORIGIN_LABEL)
        for path, (field, value) in self.envelope.items():
            if path in wanted or (todos and (path == "versao" or is_origin(path))):
                (origin if is_origin(path) else made).incluir(built.campo(field, value, path))
        if not origin.vazio:
            made.incluir(origin)
        return made

    def _at_home(self, achados: Iterable[UmAchado]) -> list[UmAchado]:
        """Findings of the envelope stand beside the header's field when both hold the same value."""
        homes = {}
        for key, (*way, name) in self.layout.twin_ways:
            holder = walk(self.conteudo, way)
            if isinstance(holder, dict) and holder.get(name) == self.registro.get(key):
                homes[key] = self.layout.twins[key]
        return [_Moved(a, homes[a.campo]) if a.campo in homes else a for a in achados]

    def _to_mend(self, achados: Iterable[UmAchado]) -> tuple[set[str], set[str]]:
        """Paths that a finding points at, and paths that its rule reads."""
        wanted: set[str] = set()
        related: set[str] = set()
        for a in achados:
            path = owner(a.campo)
            field = envelope_field(path) or self.layout.root.field_at(path)
            read = self._read_by(a.codigo, path)
            if _of_the_version(a):
                wanted.add("versao")
            if field is None or widget(field) in ("grupo",) or self._is_block(a.campo):
                wanted |= read or self._inside(a.campo)
            else:
                wanted.add(path)
                related |= read
        return wanted | self._other_side(wanted), related - wanted

    def _other_side(self, wanted: set[str]) -> set[str]:
        """The envelope's field, when the header's must be mended and the two differ: either may be the wrong one."""
        return {
            key
            for key, there in self.layout.twins.items()
            if there in wanted and value_at(self.conteudo, there) != self.registro.get(key)
        }

    def _is_block(self, path: str) -> bool:
        field = self.layout.root.field_at(path)
        return path.endswith("]") and field is not None and widget(field) == "lista"

    def _inside(self, path: str) -> set[str]:
        """A finding on a whole block: the fields that say who the citizen is, or the simple ones."""
        field = self.layout.root.field_at(path) if path else None
        struct = (field.type.item or field.type).struct if field else self.layout.root
        if struct is None:
            return set()
        documents = [n for role in ("cpf", "cns") if (n := struct.role_name(role))]
        names = documents or [f.name for f in struct.fields if widget(f) not in ("grupo", "lista")]
        return {f"{path}.{name}" if path else name for name in names}

    def _read_by(self, codigo: str, path: str) -> set[str]:
        """The rule's other fields, at this place of this record."""
        found = set()
        for at, ref in read_by(self.ficha.tipo, self.versao, codigo):
            here = _struct_path(path, at)
            if here is not None:
                found.add(resolve(here, ref))
        return {p for p in found if self.layout.root.field_at(p) is not None}

    def alteracoes(self, post: QueryDict) -> tuple[dict[str, Any], dict[str, Any]]:
        """(changes by path, the record as it would be) of what the form sent."""
        found, record, _, _ = self.enviado(post)
        return found, record

    def enviado(
        self, post: QueryDict
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, str]]:
        """The same; and the ficha block by block as the form has it, and where the form has each block."""
        sent = ler.values(post, self.layout, atual=self.conteudo, zona=self.zona)
        whole = ler.assembled(self.conteudo, sent, ler.removed(post))
        after, moves = ler.pruned(whole)
        found = ler.changes(self.conteudo, after)
        for path, (field, before) in self.envelope.items():
            if f"{ler.PREFIX}{path}" in post:
                value = ler.parse(field, post.getlist(f"{ler.PREFIX}{path}"), before, self.zona)
                if value != before:
                    found[path] = value
        return found, changed(self.registro, found), whole, moves


def _of_the_version(achado: UmAchado) -> bool:
    """A field that the declared version does not have: the version may be what is wrong."""
    return achado.severidade == "erro" and achado.codigo.endswith("-desconhecido")


class _Moved:
    """A finding shown at another field than its own."""

    def __init__(self, achado: UmAchado, campo: str) -> None:
        self._achado, self.campo = achado, campo

    def __getattr__(self, name: str) -> Any:
        return getattr(self._achado, name)


def _struct_path(path: str, at: str) -> str | None:
    """The part of `path` that is the struct `at` (with [] for lists); None when it is not there."""
    if not at:
        return ""
    steps = path.split(".")
    here = ".".join(steps[: at.count(".") + 1])
    return here if pattern(here) == at else None


def resolve(struct: str, ref: str) -> str:
    """Absolute path of a path as rules write it (`campo`, `^campo`, `/a.b`) from the struct at `struct`."""
    if ref.startswith("/"):
        return ref[1:]
    while ref.startswith("^"):
        ref, struct = ref[1:], struct.rpartition(".")[0] if "." in struct else ""
    return f"{struct}.{ref}" if struct else ref
