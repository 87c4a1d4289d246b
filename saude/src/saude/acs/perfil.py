"""Who a phone belongs to."""

from typing import Any

from saude.acs.chaves import public_key
from saude.acs.models import Aparelho


def profile(device: Aparelho) -> dict[str, Any]:
    """Who the phone belongs to: the header of everything it makes."""
    town = device.entidade
    team = device.equipe
    key = public_key(town)
    return {
        "aparelho": device.pk,
        "profissional": {"nome": device.profissional.nome, "cns": device.profissional.cns},
        "cbo": device.cbo,
        "estabelecimento": {"cnes": device.estabelecimento.cnes, "nome": device.estabelecimento.nome},
        "equipe": {"ine": team.ine, "nome": team.nome} if team else None,
        "microarea": device.microarea,
        "municipio": {"ibge": town.ibge, "nome": town.nome, "uf": town.uf},
        "fuso": town.fuso,
        "versao_ledi": town.instalacao.versao_ledi,
        **({"chave": key} if key else {}),
    }
