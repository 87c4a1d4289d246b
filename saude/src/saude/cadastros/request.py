"""A request made in an entidade."""

from saude.acesso.request import GuardedRequest
from saude.cadastros.models import Entidade, Estabelecimento


class PlacedRequest(GuardedRequest):
    entidade: Entidade
    area: Estabelecimento | None
