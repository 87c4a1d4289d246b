"""The ficha that an address names, opened for who asks."""

from django.http import Http404

from saude.contas.request import UserRequest
from saude.fichas import filtro
from saude.fichas.models import Ficha


def ficha_of(request: UserRequest, uuid: str) -> Ficha:
    """The ficha, of the entidade and of the áreas the user has this view's permission in."""
    readable = len(uuid) <= 44 and "\x00" not in uuid
    ficha = filtro.by_key(request.entidade, uuid, cnes=request.cnes_do_acesso) if readable else None
    if ficha is None:
        raise Http404
    ficha.entidade = request.entidade
    return ficha
