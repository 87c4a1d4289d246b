"""Fictitious citizens in families: names, documents, ages, conditions that fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from ledi_gerador.documentos import cns, cpf, uuid4
from ledi_gerador.nomes import BAIRROS, HOMENS, LOGRADOUROS, MULHERES, OCUPACOES, PARTICULAS, SOBRENOMES

BRASIL, VENEZUELA, HAITI = 31, 235, 94
CONJUGE, FILHO, NETO, MAE_OU_PAI = 137, 138, 140, 141
# Why one has no CPF (JustificativaNaoPossuiCpf)
RECEM_NASCIDO, INDOCUMENTADA, CRIANCA_SEM_DOCUMENTO, ESTRANGEIRO_RESIDENTE = 3, 8, 9, 10


@dataclass(slots=True)
class Cidadao:
    nome: str
    mae: str
    pai: str | None
    nascimento: date
    sexo: int  # 0 masculino, 1 feminino
    raca: int
    cpf: str | None
    cns: str
    justificativa: int | None
    nacionalidade: int
    condicoes: frozenset[str]
    dum: date | None
    responsavel: bool
    parentesco: int | None
    ocupacao: str | None
    prontuario: str
    uuid: str  # of its first FCI
    familia: Familia = field(repr=False)

    def idade(self, dia: date) -> int:
        """Whole years on `dia`."""
        n = self.nascimento
        return dia.year - n.year - ((dia.month, dia.day) < (n.month, n.day))

    def meses(self, dia: date) -> int:
        """Whole months on `dia`."""
        n = self.nascimento
        return (dia.year - n.year) * 12 + dia.month - n.month - (dia.day < n.day)

    def semanas(self, dia: date) -> int | None:
        """Weeks of pregnancy on `dia`, None when not pregnant then."""
        if self.dum is None:
            return None
        semanas = (dia - self.dum).days // 7
        return semanas if 5 <= semanas <= 40 else None

    def puerpera(self, dia: date) -> bool:
        return self.dum is not None and 287 <= (dia - self.dum).days <= 322


@dataclass(slots=True)
class Familia:
    cnes: str
    ine: str
    microarea: str
    uuid: str  # of the first FCD of its household
    bairro: str
    cep: str
    rural: bool
    tipo_logradouro: str
    logradouro: str
    numero: str | None
    telefone: str
    latitude: float
    longitude: float
    renda: int
    desde: date
    animais: int
    membros: tuple[Cidadao, ...] = ()

    @property
    def responsavel(self) -> Cidadao:
        return self.membros[0]


def nome_completo(rng: Random, sexo: int, sobrenome: str | None = None) -> str:
    """Given names and surnames, upper case, that meet the LEDI rules of names."""
    primeiro = rng.choice(MULHERES if sexo else HOMENS)
    meio = rng.choice(PARTICULAS) + rng.choice(SOBRENOMES)
    return f"{primeiro} {meio} {sobrenome or rng.choice(SOBRENOMES)}"


def familias(
    rng: Random, bloco: int, cidadaos: int, hoje: date, areas: Sequence[tuple[str, str, str]]
) -> tuple[Familia, ...]:
    """Families with at least `cidadaos` citizens; `areas` = (CNES, INE, microárea) of the agents."""
    feitas: list[Familia] = []
    numero = 0
    while numero < cidadaos:
        familia = _domicilio(rng, areas[len(feitas) % len(areas)], hoje)
        familia.membros = _membros(rng, familia, hoje, bloco * 10_000 + numero)
        numero += len(familia.membros)
        feitas.append(familia)
    return tuple(feitas)


def _domicilio(rng: Random, area: tuple[str, str, str], hoje: date) -> Familia:
    cnes, ine, microarea = area
    bairro, cep, rural = BAIRROS[(int(microarea) - 1) % len(BAIRROS)]
    tipo, rua = rng.choice(LOGRADOUROS)
    return Familia(
        cnes=cnes,
        ine=ine,
        microarea=microarea,
        uuid=f"{cnes}-{uuid4(rng)}",
        bairro=bairro,
        cep=f"{cep}{rng.randrange(100, 900):03d}",
        rural=rural,
        tipo_logradouro=tipo,
        logradouro=rua,
        numero=str(rng.randrange(1, 2400)) if rng.random() < 0.96 else None,
        telefone=f"4899{rng.randrange(10_000_000):07d}",
        latitude=round(-27.6 + rng.random() * 0.1, 6),
        longitude=round(-48.6 + rng.random() * 0.1, 6),
        renda=rng.choice((2, 3, 3, 3, 4, 4, 7, 5, 6, 8)),
        desde=hoje - timedelta(days=rng.randrange(400, 9000)),
        animais=rng.choice((0, 0, 1, 1, 2, 3)),
    )


def _membros(rng: Random, familia: Familia, hoje: date, numero: int) -> tuple[Cidadao, ...]:
    """A household by one of the usual compositions, the responsible first."""
    sobrenome = rng.choice(SOBRENOMES)
    idade = int(rng.triangular(20, 86, 38))
    raca = rng.choices((1, 2, 4, 3), (68, 6, 24, 2))[0]
    responsavel = _pessoa(rng, familia, numero, hoje, idade, None, None, sobrenome, raca)
    pessoas = [responsavel]

    def mais(anos: int, sexo: int | None, parentesco: int) -> None:
        pessoa = _pessoa(rng, familia, numero + len(pessoas), hoje, anos, sexo, parentesco, sobrenome, raca)
        pessoas.append(pessoa)

    if rng.random() < 0.62:
        mais(max(18, idade + rng.randrange(-6, 7)), 1 - responsavel.sexo, CONJUGE)
    if idade < 60:
        for _ in range(rng.choices((0, 1, 2, 3), (20, 36, 32, 12))[0]):
            mais(max(0, min(idade - 17 - rng.randrange(18), 24)), None, FILHO)
    elif rng.random() < 0.25:
        mais(rng.randrange(0, 16), None, NETO)
    if idade < 55 and rng.random() < 0.12:
        mais(min(97, idade + 18 + rng.randrange(12)), 1, MAE_OU_PAI)
    _filiacao(pessoas)
    return tuple(pessoas)


def _filiacao(pessoas: list[Cidadao]) -> None:
    adultos = [p for p in pessoas if p.parentesco in (None, CONJUGE)]
    mae = next((p.nome for p in adultos if p.sexo == 1), None)
    pai = next((p.nome for p in adultos if p.sexo == 0), None)
    for filho in (p for p in pessoas if p.parentesco == FILHO):
        filho.mae = mae or filho.mae
        filho.pai = pai or filho.pai


def _pessoa(
    rng: Random,
    familia: Familia,
    numero: int,
    hoje: date,
    idade: int,
    sexo: int | None,
    parentesco: int | None,
    sobrenome: str,
    raca: int,
) -> Cidadao:
    sexo = int(rng.random() < 0.54) if sexo is None else sexo
    nascimento = hoje - timedelta(days=int(idade * 365.25) + rng.randrange(1, 364))
    dias = (hoje - nascimento).days
    gestante = sexo == 1 and 17 <= idade <= 41 and rng.random() < 0.07
    nacionalidade = 3 if parentesco is None and rng.random() < 0.015 else 1
    justificativa = _sem_cpf(rng, dias, nacionalidade)
    return Cidadao(
        nome=nome_completo(rng, sexo, sobrenome),
        mae=nome_completo(rng, 1, sobrenome),
        pai=nome_completo(rng, 0, sobrenome) if rng.random() < 0.82 else None,
        nascimento=nascimento,
        sexo=sexo,
        raca=raca,
        cpf=None if justificativa else cpf(100_000_019 + numero * 3_571),
        cns=cns(10_000_000_007 + numero * 791_911),
        justificativa=justificativa,
        nacionalidade=nacionalidade,
        condicoes=_condicoes(rng, idade),
        dum=hoje - timedelta(days=rng.randrange(70, 320)) if gestante else None,
        responsavel=parentesco is None,
        parentesco=parentesco,
        ocupacao=rng.choice(OCUPACOES) if 18 <= idade < 65 else None,
        prontuario=f"{numero + 1:07d}",
        uuid=f"{familia.cnes}-{uuid4(rng)}",
        familia=familia,
    )


def _sem_cpf(rng: Random, dias: int, nacionalidade: int) -> int | None:
    sorte = rng.random()
    if nacionalidade == 3:
        return ESTRANGEIRO_RESIDENTE if sorte < 0.4 else None
    if dias < 40:
        return RECEM_NASCIDO if sorte < 0.5 else None
    if dias < 10 * 365:
        return CRIANCA_SEM_DOCUMENTO if sorte < 0.12 else None
    return INDOCUMENTADA if sorte < 0.012 else None


_PREVALENCIA = (  # condition, from age, to age, probability
    ("hipertensao", 35, 59, 0.24),
    ("hipertensao", 60, 120, 0.58),
    ("diabetes", 40, 59, 0.1),
    ("diabetes", 60, 120, 0.24),
    ("asma", 3, 45, 0.05),
    ("dpoc", 50, 120, 0.05),
    ("tabagismo", 18, 80, 0.11),
    ("alcool", 18, 75, 0.03),
    ("saude_mental", 14, 90, 0.1),
    ("cardiopatia", 50, 120, 0.09),
    ("renal", 50, 120, 0.03),
    ("cancer", 40, 120, 0.02),
    ("avc", 60, 120, 0.05),
    ("deficiencia", 2, 120, 0.04),
    ("acamado", 75, 120, 0.08),
    ("domiciliado", 70, 120, 0.1),
    ("obesidade", 12, 120, 0.16),
)


def _condicoes(rng: Random, idade: int) -> frozenset[str]:
    return frozenset(c for c, de, ate, p in _PREVALENCIA if de <= idade <= ate and rng.random() < p)
