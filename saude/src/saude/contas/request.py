"""A request of one of our users."""

from saude.cadastros.request import PlacedRequest
from saude.contas.models import Usuario
from saude.contas.queries import Context
from saude.contas.sessoes import SessionStore


class UserRequest(PlacedRequest):
    """Where no permission is asked for (`@requires()`) there may be no entidade: `contexto` tells."""

    user: Usuario
    session: SessionStore
    contexto: Context
