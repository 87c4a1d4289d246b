"""Porto das Garças: a municipality that exists only here, whole and always the same for a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from ledi_gerador.documentos import cnpj, cns_definitivo, cpf
from ledi_gerador.nomes import BAIRROS
from ledi_gerador.pessoas import Cidadao, Familia, familias, nome_completo

HOJE = date(2026, 11, 24)
CIDADAOS = 1500

MEDICO, ENFERMEIRO, TECNICO, ACS, ACE = "225142", "223565", "322245", "515105", "515140"
DENTISTA, ASB, TSB = "223293", "322430", "322425"
PSICOLOGO, NUTRICIONISTA, FISIOTERAPEUTA, CARDIOLOGISTA = "251510", "223710", "223605", "225120"
ESF, ESB, EMULTI = 70, 71, 72


@dataclass(frozen=True, slots=True)
class Unidade:
    cnes: str
    nome: str
    cnpj: str
    bairro: str
    cep: str
    telefone: str


@dataclass(frozen=True, slots=True)
class Equipe:
    ine: str
    nome: str
    tipo: int
    cnes: str
    area: str

    @property
    def sigla(self) -> str:
        return {ESF: "ESF", ESB: "ESB", EMULTI: "EMULTI"}[self.tipo]


@dataclass(frozen=True, slots=True)
class Lotacao:
    cnes: str
    ine: str | None
    cbo: str
    microarea: str | None = None


@dataclass(frozen=True, slots=True)
class Profissional:
    nome: str
    cpf: str
    cns: str
    nascimento: date
    sexo: int
    registro: str
    especialidade: str
    lotacoes: tuple[Lotacao, ...]

    @property
    def cbo(self) -> str:
        return self.lotacoes[0].cbo


@dataclass(frozen=True, slots=True)
class Especialidade:
    """A row of Configurando > Cadastros > Especialidades; `especializado` keeps its fichas from export."""

    nome: str
    cbo: str
    especializado: bool = False


@dataclass(frozen=True)
class Municipio:
    nome: str
    uf: str
    ibge: str
    fuso: str
    semente: int
    hoje: date
    unidades: tuple[Unidade, ...]
    equipes: tuple[Equipe, ...]
    profissionais: tuple[Profissional, ...]
    especialidades: tuple[Especialidade, ...]
    familias: tuple[Familia, ...] = field(repr=False)

    @property
    def cidadaos(self) -> Iterator[Cidadao]:
        return (c for f in self.familias for c in f.membros)

    def com_cbo(self, *cbos: str) -> tuple[tuple[Profissional, Lotacao], ...]:
        """Every (professional, lotação) whose CBO is one of these."""
        return tuple((p, x) for p in self.profissionais for x in p.lotacoes if x.cbo in cbos)

    def territorio(self, bloco: int) -> tuple[Familia, ...]:
        """Families of a further block of citizens (0 = the municipality's own): how a million fichas
        get a population in proportion without it being in memory at once."""
        if bloco == 0:
            return self.familias
        return _populacao(self, bloco, CIDADAOS)


ESPECIALIDADES = (
    Especialidade("Saúde da família", MEDICO),
    Especialidade("Enfermagem", ENFERMEIRO),
    Especialidade("Técnico de enfermagem", TECNICO),
    Especialidade("Agente comunitário de saúde", ACS),
    Especialidade("Agente de combate às endemias", ACE),
    Especialidade("Odontologia", DENTISTA),
    Especialidade("Auxiliar em saúde bucal", ASB),
    Especialidade("Técnico em saúde bucal", TSB),
    Especialidade("Psicologia", PSICOLOGO),
    Especialidade("Nutrição", NUTRICIONISTA),
    Especialidade("Fisioterapia", FISIOTERAPEUTA),
    Especialidade("Cardiologia", CARDIOLOGISTA, especializado=True),
)
_NOME_ESPECIALIDADE = {e.cbo: e.nome for e in ESPECIALIDADES}

_UNIDADES = (
    ("0019615", "UBS CENTRO", 0),
    ("0019623", "UBS VILA DOS PESCADORES", 3),
    ("0019631", "UBS SERTÃO DO RIBEIRÃO", 6),
)
_EQUIPES = (
    ("0000471828", "ESF GAIVOTA", ESF, 0),
    ("0000471836", "ESF MARTIM-PESCADOR", ESF, 0),
    ("0000471844", "ESF TRAPICHE", ESF, 1),
    ("0000471852", "ESF RIBEIRÃO", ESF, 2),
    ("0001628313", "ESB CENTRO", ESB, 0),
    ("0001628321", "ESB PESCADORES", ESB, 1),
    ("0002014556", "EMULTI GARÇAS", EMULTI, 0),
)
# (CBO, team index or None, microárea); a second row of the same professional is listed in _SEGUNDA
_QUADRO: tuple[tuple[str, int | None, str | None], ...] = (
    *((cbo, e, None) for e in range(4) for cbo in (MEDICO, ENFERMEIRO, TECNICO)),
    *((ACS, e, f"{m:02d}") for m, e in enumerate((0, 0, 1, 1, 2, 2, 3), 1)),
    (ACE, 0, None),
    (DENTISTA, 4, None),
    (ASB, 4, None),
    (DENTISTA, 5, None),
    (TSB, 5, None),
    (PSICOLOGO, 6, None),
    (NUTRICIONISTA, 6, None),
    (FISIOTERAPEUTA, 6, None),
    (CARDIOLOGISTA, None, None),
)


def build(semente: int, *, hoje: date = HOJE, cidadaos: int = CIDADAOS) -> Municipio:
    """The municipality of a seed, with at least `cidadaos` citizens whose ages are right on `hoje`."""
    rng = Random(f"municipio/{semente}")
    unidades = tuple(_unidade(*u) for u in _UNIDADES)
    equipes = tuple(
        Equipe(ine, nome, tipo, unidades[u].cnes, f"{i + 1:04d}")
        for i, (ine, nome, tipo, u) in enumerate(_EQUIPES)
    )
    base = Municipio(
        nome="Porto das Garças",
        uf="SC",
        ibge="4205407",
        fuso="America/Sao_Paulo",
        semente=semente,
        hoje=hoje,
        unidades=unidades,
        equipes=equipes,
        profissionais=tuple(
            _profissional(rng, i, cbo, equipes[e] if e is not None else None, m)
            for i, (cbo, e, m) in enumerate(_QUADRO)
        ),
        especialidades=ESPECIALIDADES,
        familias=(),
    )
    return Municipio(**{**base.__dict__, "familias": _populacao(base, 0, cidadaos)})


def _unidade(cnes: str, nome: str, bairro: int) -> Unidade:
    bairro_nome, prefixo, _ = BAIRROS[bairro]
    return Unidade(
        cnes, nome, cnpj(83_900_000 + int(cnes)), bairro_nome, f"{prefixo}000", f"483{int(cnes):07d}"
    )


def _profissional(rng: Random, i: int, cbo: str, equipe: Equipe | None, micro: str | None) -> Profissional:
    sexo = int(rng.random() < 0.7)
    cnes = equipe.cnes if equipe else _UNIDADES[0][0]
    lotacoes = [Lotacao(cnes, equipe.ine if equipe else None, cbo, micro)]
    if cbo in (NUTRICIONISTA, CARDIOLOGISTA):  # also sees patients in another post, outside the team
        lotacoes.append(Lotacao(_UNIDADES[1][0], None, cbo))
    return Profissional(
        nome=nome_completo(rng, sexo),
        cpf=cpf(880_000_000 + rng.randrange(10_000) * 100 + i),
        cns=cns_definitivo(7_000_000_000 + rng.randrange(10_000_000) * 100 + i),
        nascimento=date(1965, 1, 1) + timedelta(days=rng.randrange(12_000)),
        sexo=sexo,
        registro=f"{rng.randrange(1_000, 99_999):05d}" if cbo not in (ACS, ACE) else "",
        especialidade=_NOME_ESPECIALIDADE[cbo],
        lotacoes=tuple(lotacoes),
    )


def _populacao(municipio: Municipio, bloco: int, cidadaos: int) -> tuple[Familia, ...]:
    rng = Random(f"populacao/{municipio.semente}/{bloco}")
    agentes = municipio.com_cbo(ACS)
    return familias(
        rng, bloco, cidadaos, municipio.hoje, [(x.cnes, x.ine or "", x.microarea or "") for _, x in agentes]
    )
