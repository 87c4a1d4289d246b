"""Who is this citizen? Set-based: a few queries for a whole chunk of fichas.

By CPF, else by CNS, else by name and date of birth. Nothing known is overwritten in silence: an empty field
is filled; a newer cadastro individual (FCI) updates and leaves an `Alteracao`; any other difference is kept
as an `Alteracao` that is not applied, for the coordinator to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from saude.banco import travas
from saude.clientes import storage
from saude.clientes.models import Alteracao
from saude.clientes.storage import Cadastro, Mudanca
from saude.comum.texto import fold
from saude.registro.leitura import Pessoa

#: Pessoa attribute -> Cliente field, where a ficha may tell something of the registration
FIELDS = (
    "nome",
    "nome_social",
    "nascimento",
    "sexo",
    "cns",
    "cpf",
    "nome_mae",
    "raca_cor",
    "telefone",
    "microarea",
)
DOCUMENTS = ("cpf", "cns")
COMPARED = ("nome", "nascimento", "sexo", "nome_mae", "cns", "cpf")


@dataclass(slots=True)
class Aparicao:
    """A person on a ficha: `ficha_id` and `dia` say where and when they were seen."""

    pessoa: Pessoa
    ficha_id: int | None = None
    dia: date | None = None


@dataclass
class _Index:
    by_cpf: dict[str, Cadastro] = field(default_factory=dict)
    by_cns: dict[str, Cadastro] = field(default_factory=dict)
    by_name: dict[tuple[str, date], Cadastro] = field(default_factory=dict)

    def find(self, p: Pessoa) -> Cadastro | None:
        if p.cpf and (found := self.by_cpf.get(p.cpf)):
            return found
        if p.cns and (found := self.by_cns.get(p.cns)) and not (p.cpf and found.cpf and found.cpf != p.cpf):
            return found
        if p.nome and p.nascimento:
            found = self.by_name.get((fold(p.nome)[:70], p.nascimento))
            if found and not _conflict(found, p):
                return found
        return None

    def add_all(self, other: "_Index") -> None:
        for found in (other.by_cpf, other.by_cns, other.by_name):
            for cliente in found.values():
                same = self.by_cpf.get(cliente.cpf) or self.by_cns.get(cliente.cns)
                self.add(same if same and same.pk == cliente.pk else cliente)
        for mine, theirs in ((self.by_cpf, other.by_cpf), (self.by_cns, other.by_cns)):
            for number, cliente in theirs.items():  # of merged clients too
                mine.setdefault(number, cliente)

    def add(self, c: Cadastro) -> None:
        if c.cpf:
            self.by_cpf.setdefault(c.cpf, c)
        if c.cns:
            self.by_cns.setdefault(c.cns, c)
        if c.busca and c.nascimento:
            self.by_name.setdefault((c.busca, c.nascimento), c)


def resolve(entidade_id: int, seen: Sequence[Aparicao]) -> None:
    """Set `pessoa.cliente_id` of every person that can be told; create the clients that are new."""
    told = [s for s in seen if s.pessoa.cpf or s.pessoa.cns or (s.pessoa.nome and s.pessoa.nascimento)]
    if not told:
        return
    known = _index_of(entidade_id, [s.pessoa for s in told])
    fresh: list[Cadastro] = []
    changed: dict[int, Cadastro] = {}
    changes: list[Mudanca] = []
    chosen: list[tuple[Aparicao, Cadastro]] = []
    for s in told:
        cliente = known.find(s.pessoa)
        if cliente is None:
            cliente = _new(entidade_id, s, known)
            fresh.append(cliente)
        else:
            changes.extend(_learn(cliente, s, known, changed))
        known.add(cliente)
        chosen.append((s, cliente))
    storage.insert(fresh)
    storage.update(list(changed.values()))
    storage.insert_changes(changes)
    made = {cliente.pk for cliente in fresh}
    for s, cliente in chosen:
        s.pessoa.cliente_id, s.pessoa.novo = cliente.pk, cliente.pk in made


def recognise(entidade_id: int, seen: Sequence[Aparicao]) -> list[Cadastro]:
    """As `resolve`, and nothing is written or held: the clients as these fichas would leave them.

    Who is not known gets a number below zero, good for these alone.
    """
    told = [s for s in seen if s.pessoa.cpf or s.pessoa.cns or (s.pessoa.nome and s.pessoa.nascimento)]
    known = _load(entidade_id, [s.pessoa for s in told])
    found: dict[int, Cadastro] = {}
    fresh = 0
    for s in told:
        cliente = known.find(s.pessoa)
        if cliente is None:
            fresh -= 1
            cliente = _new(entidade_id, s, known)
            cliente.pk = fresh
        else:
            _learn(cliente, s, known, {})
        known.add(cliente)
        found[cliente.pk] = cliente
        s.pessoa.cliente_id, s.pessoa.novo = cliente.pk, cliente.pk < 0
    return list(found.values())


def _index_of(entidade_id: int, people: Sequence[Pessoa]) -> _Index:
    """The clients of these people. Only who is not there yet is locked for, and looked up again under the
    lock: workers that meet the same known citizens do not wait for each other."""
    known = _load(entidade_id, people)
    missing = [p for p in people if known.find(p) is None]
    if missing:
        travas.wait_citizens(entidade_id, {p.cpf or p.cns or fold(p.nome) for p in missing})
        known.add_all(_load(entidade_id, missing))
    return known


def _load(entidade_id: int, people: Sequence[Pessoa]) -> _Index:
    known = _Index()
    cpfs = {p.cpf for p in people if p.cpf}
    cns = {p.cns for p in people if p.cns}
    if cpfs or cns:
        for cliente in storage.with_documents(entidade_id, cpfs, cns):
            known.add(cliente)
        _add_merged(entidade_id, known, cpfs, cns)
    left = [p for p in people if p.nome and p.nascimento and known.find(p) is None]
    if left:
        names, births = {fold(p.nome)[:70] for p in left}, {p.nascimento for p in left if p.nascimento}
        for cliente in storage.with_names(entidade_id, names, births):
            known.add(known.by_cpf.get(cliente.cpf) or known.by_cns.get(cliente.cns) or cliente)
    return known


def _add_merged(entidade_id: int, known: _Index, cpfs: set[str], cns: set[str]) -> None:
    """Documents of clients merged away still tell who it is: the one that stayed."""
    gone = list(storage.merged(entidade_id, cpfs, cns))
    if not gone:
        return
    loaded = {c.pk: c for c in (*known.by_cpf.values(), *known.by_cns.values())}
    for document, number, kept in gone:
        getattr(known, f"by_{document}").setdefault(number, loaded.setdefault(kept.pk, kept))


def _conflict(cliente: Cadastro, p: Pessoa) -> bool:
    """Same name and birth but another document: somebody else, as far as we can tell."""
    return any(
        getattr(cliente, d) and getattr(p, d) and getattr(cliente, d) != getattr(p, d) for d in DOCUMENTS
    )


def _new(entidade_id: int, seen: Aparicao, known: _Index) -> Cadastro:
    p = seen.pessoa
    values = {f: getattr(p, f) for f in FIELDS}
    if p.cns in known.by_cns:  # of a client with another CPF
        values["cns"] = ""
    return Cadastro(
        pk=0,
        entidade_id=entidade_id,
        busca=fold(p.nome)[:70],
        desconhece_mae=p.desconhece_mae,
        cadastro_em=seen.dia if p.cadastro else None,
        **values,
    )


def _learn(cliente: Cadastro, seen: Aparicao, known: _Index, changed: dict[int, Cadastro]) -> list[Mudanca]:
    p = seen.pessoa
    newer = (
        p.cadastro
        and seen.dia is not None
        and (cliente.cadastro_em is None or seen.dia >= cliente.cadastro_em)
    )
    changes: list[Mudanca] = []
    touched = False
    for name in FIELDS:
        value, current = getattr(p, name), getattr(cliente, name)
        if value in ("", None) or value == current or _same_name(name, value, current):
            continue
        taken = name in DOCUMENTS and value in getattr(known, f"by_{name}")
        fill = current in ("", None) and not taken
        apply = fill or (newer and not taken)
        if apply:
            setattr(cliente, name, value)
            touched = True
        if not fill and name in COMPARED:
            changes.append(_change(cliente, seen, name, current, value, applied=apply))
    if newer and cliente.cadastro_em != seen.dia:
        cliente.cadastro_em, touched = seen.dia, True
    if touched:
        cliente.busca = fold(cliente.nome)[:70]
        if cliente.pk:
            changed[cliente.pk] = cliente
    return changes


def _same_name(field_name: str, value: object, current: object) -> bool:
    return field_name.startswith("nome") and fold(str(value)) == fold(str(current or ""))


def _change(
    cliente: Cadastro, seen: Aparicao, name: str, old: object, new: object, *, applied: bool
) -> Mudanca:
    return Mudanca(
        cliente=cliente,
        campo=name,
        anterior="" if old is None else str(old),
        novo=str(new),
        fonte=str(Alteracao.Fonte.FCI if seen.pessoa.cadastro else Alteracao.Fonte.FICHA),
        aplicada=applied,
        ficha_id=seen.ficha_id,
    )
