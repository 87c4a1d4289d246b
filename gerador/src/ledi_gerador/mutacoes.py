"""How a valid record is spoilt: small mutations the catalogue of mistakes is made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from ledi.layouts import CURRENT, Ficha, layout
from ledi.paths import put, value_at, walk
from ledi_gerador.documentos import DIA_MS, instante, ms

Json = dict[str, Any]
Muta = Callable[[Json, Random], bool]
Parte = Callable[[Json], Json | None]


def leiaute(tipo: str) -> Ficha:
    """Where things stand in a ficha and what they are called: the layout says."""
    return layout(CURRENT).fichas[tipo]


def pessoas(registro: Json) -> list[Json]:
    """The parts of the ficha that tell who each citizen is."""
    achadas = leiaute(registro["tipo"]).citizen.nodes(registro["ficha"])
    return [parte for parte in achadas if isinstance(parte, dict)]


def pessoa(registro: Json) -> Json | None:
    """The first of them; nobody spoils who is in a household or in a shared care."""
    return None if registro["tipo"] in ("FCD", "FCC") else next(iter(pessoas(registro)), None)


def estrutura(tipo: str) -> str:
    """What the codes of findings call that part."""
    return leiaute(tipo).citizen.struct.name


def cabecalho(registro: Json) -> Json:
    """The main lotação in the header."""
    parte: Json = value_at(registro["ficha"], leiaute(registro["tipo"]).main.path)
    return parte


def quando(registro: Json) -> int:
    """The moment that dates the ficha."""
    return instante(value_at(registro["ficha"], leiaute(registro["tipo"]).date_path))


def _nomes(tipo: str) -> tuple[str, str, str]:
    """Wire names of CPF, CNS and birth date in `pessoa`."""
    nome = leiaute(tipo).citizen.struct.role_name
    return nome("cpf"), nome("cns"), nome("nascimento")


def _troca_digito(documento: str, posicao: int) -> str:
    digito = (int(documento[posicao]) + 1) % 10
    return f"{documento[:posicao]}{digito}{documento[posicao + 1 :]}"


def cpf_errado(registro: Json, rng: Random) -> bool:
    quem = pessoa(registro)
    campo = _nomes(registro["tipo"])[0]
    if quem is None or campo not in quem:
        return False
    quem[campo] = _troca_digito(quem[campo], 10)
    return True


def cns_errado(registro: Json, rng: Random) -> bool:
    quem = pessoa(registro)
    cpf, cns, _ = _nomes(registro["tipo"])
    if quem is None:
        return False
    if cns not in quem:
        # fichas that ask for the CPF unless there is none keep theirs: one cause, one code
        if cpf not in quem or registro["tipo"] in ("FV", "FAE", "FAC") or not _clientes(registro):
            return False
        del quem[cpf]
        quem[cns] = _clientes(registro)[0]["cns"]
    quem[cns] = _troca_digito(quem[cns], rng.randrange(5, 14))  # the 5th digit weighs 11: any will do
    return True


def _clientes(registro: Json) -> list[Json]:
    clientes: list[Json] = registro["contexto"]["clientes"]
    return clientes if clientes and clientes[0] else []


def sem_justificativa(registro: Json, rng: Random) -> bool:
    quem = pessoa(registro)
    cpf, cns, _ = _nomes(registro["tipo"])
    if quem is None or not _clientes(registro):
        return False
    if cpf in quem:
        del quem[cpf]
        quem[cns] = _clientes(registro)[0]["cns"]
    elif cns not in quem:
        return False
    nome = leiaute(registro["tipo"]).citizen.struct.role_name
    quem[nome("sem_cpf")] = True
    quem.pop(nome("justificativa_sem_cpf"), None)
    return True


_POR_IDADE = (
    "ivcf",
    "resultadosExames",
    "statusEhGestante",
    "responsavelPorCrianca",
    "dtEntradaBrasil",
    "dataObito",
)


def _fala_de_idade(valor: Any) -> bool:
    """Does the ficha say more that depends on age or birth? Then a wrong birth has two findings."""
    if isinstance(valor, list):
        return any(_fala_de_idade(v) for v in valor)
    if isinstance(valor, dict):
        return any(
            n in _POR_IDADE or n in ("dataInicioProblema", "dataRegistroAnterior") or _fala_de_idade(v)
            for n, v in valor.items()
        )
    return False


def nascimento(novo: Callable[[Json], int]) -> Muta:
    def muta(registro: Json, rng: Random) -> bool:
        quem = pessoa(registro)
        campo = _nomes(registro["tipo"])[2]
        if quem is None or campo not in quem or _fala_de_idade(registro["ficha"]):
            return False
        if any(p.get("ciap", "")[:1] == "W" for p in quem.get("problemasCondicoes", ())):
            return False
        quem[campo] = novo(registro)
        return True

    return muta


def depois(registro: Json) -> int:
    return quando(registro) + DIA_MS


def muito_antes(registro: Json) -> int:
    return ms(date(1884, 3, 11))


def poe(campo: str, valor: Any, onde: Parte = pessoa, se: Callable[[Json], bool] = bool) -> Muta:
    """Puts a value in a field of a part that has it (or that `se` accepts)."""

    def muta(registro: Json, rng: Random) -> bool:
        parte = onde(registro)
        if parte is None or not se(parte):
            return False
        parte[campo] = valor
        return True

    return muta


def tira(campo: str, onde: Parte = pessoa, se: Callable[[Json], bool] = bool) -> Muta:
    """Takes a field away from a part that has it."""

    def muta(registro: Json, rng: Random) -> bool:
        parte = onde(registro)
        if parte is None or campo not in parte or not se(parte):
            return False
        del parte[campo]
        return True

    return muta


def repete(lista: str, onde: Parte = pessoa) -> Muta:
    """Sends the first item of a list twice."""

    def muta(registro: Json, rng: Random) -> bool:
        parte = onde(registro)
        if parte is None or not parte.get(lista):
            return False
        item = parte[lista][0]
        parte[lista] = [*parte[lista], dict(item) if isinstance(item, dict) else item]
        return True

    return muta


def raiz(registro: Json) -> Json:
    return registro["ficha"]  # type: ignore[no-any-return]


def em(*caminho: str) -> Parte:
    """The part of the ficha at a path of field names; the first item of a list."""

    def onde(registro: Json) -> Json | None:
        parte: Any = registro["ficha"]
        for nome in caminho:
            parte = walk(parte, (nome,))
            if isinstance(parte, list):
                parte = walk(parte, (0,))
        return parte  # type: ignore[no-any-return]

    return onde


def cbo_trocado(cbo: str) -> Muta:
    def muta(registro: Json, rng: Random) -> bool:
        quem = pessoa(registro)
        if quem is not None and "encaminhamentos" in quem:
            return False
        cabecalho(registro)[leiaute(registro["tipo"]).main.struct.role_name("cbo")] = cbo
        return True

    return muta


def outro_ine(registro: Json, rng: Random) -> bool:
    if "ine" not in registro:
        return False
    registro["ine"] = _troca_digito(registro["ine"], 9)
    return True


def data_futura(registro: Json, rng: Random) -> bool:
    ano = datetime.fromtimestamp(quando(registro) / 1000, UTC).year + 3
    put(registro["ficha"], leiaute(registro["tipo"]).date_path, ms(date(ano, 3, 2)))
    return True


def casa_vazia(registro: Json) -> Json | None:
    for visita in pessoas(registro):
        if visita["tipoDeImovel"] in (2, 3, 4, 5, 12) and visita["desfecho"] == 1:
            return visita
    return None


def homem(parte: Json) -> bool:
    return parte.get("sexo") == 0


def homem_gestante(registro: Json, rng: Random) -> bool:
    ficha = registro["ficha"]
    ident, saude = pessoa(registro), ficha.get("condicoesDeSaude")
    if ident is None or saude is None or ident["sexoCidadao"] != 0:
        return False
    idade = (quando(registro) - instante(ident["dataNascimentoCidadao"])) / DIA_MS / 365.25
    if not 10 < idade < 59:
        return False
    saude["statusEhGestante"] = True
    return True


def sem_conduta(registro: Json, rng: Random) -> bool:
    quem = pessoa(registro)
    if quem is None or not quem.get("encaminhamentos"):
        return False
    quem["condutas"] = [c for c in quem["condutas"] if c != 4]
    return True


def sem_animais(registro: Json, rng: Random) -> bool:
    ficha = registro["ficha"]
    if "animaisNoDomicilio" not in ficha:
        return False
    del ficha["animaisNoDomicilio"]
    ficha["quantosAnimaisNoDomicilio"] = "0"
    return True


def poucos_moradores(registro: Json, rng: Random) -> bool:
    familia = em("familias")(registro)
    if familia is None or familia["numeroMembrosFamilia"] < 2:
        return False
    registro["ficha"]["condicaoMoradia"]["nuMoradores"] = "1"
    return True


def poucos_participantes(registro: Json, rng: Random) -> bool:
    ficha = registro["ficha"]
    if len(ficha.get("participantes", ())) < 2:
        return False
    ficha["numParticipantes"] = len(ficha["participantes"]) - 1
    return True


def pergunta_faltando(questionario: str) -> Muta:
    def muta(registro: Json, rng: Random) -> bool:
        perguntas = registro["ficha"].get(questionario)
        if not perguntas:
            return False
        del perguntas[0]
        return True

    return muta


def aplicada(registro: Json) -> Json | None:
    vacina = em("vacinacoes", "vacinas")(registro)
    return None if vacina is None or vacina["stRegistroAnterior"] else vacina


def no_remedio(campo: str, valor: Any) -> Muta:
    return poe(campo, valor, em("atendimentosIndividuais", "medicamentos"), lambda m: m["doseUnica"] is False)


POR_DENTE_OU_SEXTANTE = (
    "0101020066",
    "0101020090",
    "0307010031",
    "0307030059",
    "0307030024",
    "0414020138",
    "0307020010",
    "0307010015",
)


def dentes_demais(registro: Json, rng: Random) -> bool:
    """More teeth than a mouth has."""
    quem = pessoa(registro)
    for feito in (quem or {}).get("procedimentosRealizados", ()):
        if feito["coMsProcedimento"] in POR_DENTE_OU_SEXTANTE:
            feito["quantidade"] = 40
            return True
    return False
