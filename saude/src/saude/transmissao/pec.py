"""From what Instalação keeps of a PEC to the library's client."""

from ledi.pec.answers import DEFAULT_MARKS, Marks
from ledi.pec.client import Client
from ledi.pec.connection import Timeouts
from ledi.pec.login import Credential, FormLogin
from ledi.pec.outcomes import Cause
from ledi.retorno.values import plain
from saude.cofre.segredos import open_sealed
from saude.transmissao.models import Destino

TIMEOUTS = Timeouts()
AGENT = "saude-esus"
FIRST_WAIT, LONGEST_WAIT = 2.0, 900.0  # seconds before another try, doubling
#: the PEC does not let in: nothing is tried again before a person looks
CLOSED = frozenset(
    (
        Cause.CREDENCIAL, Cause.INATIVA, Cause.DESLIGADO, Cause.UNIFICADA, Cause.LOGIN_RECUSADO, Cause.SESSAO,
    )
)  # fmt: skip


def purpose_of(entidade_id: int) -> str:
    """What the password is sealed for: moved to another municipality's row, it does not open."""
    return f"transmissao.destino.senha:{entidade_id}"


def client_of(destino: Destino) -> Client:
    """CofreError when the password cannot be opened, LediError when address or authority are no good."""
    credential = Credential(destino.usuario, open_sealed(destino.senha, purpose_of(destino.entidade_id)))
    return Client(
        destino.endereco,
        credential,
        connections=destino.conexoes,
        ca=destino.autoridade or None,
        timeouts=TIMEOUTS,
        login=FormLogin(multipart=destino.entrada == Destino.Entrada.PARTES),
        marks=marks_of(destino),
        agent=AGENT,
    )


def is_current(destino: Destino) -> bool:
    """Nobody gave another address, credential or form since it was read: what the PEC says is said of this one."""
    return Destino.objects.filter(pk=destino.pk, alterado_em=destino.alterado_em).exists()


def marks_of(destino: Destino) -> Marks:
    """What the PEC says of a duplicate was never seen by anybody: the words are the municipality's to change."""
    words = tuple(filter(None, (plain(word) for word in destino.duplicada.split(","))))
    return Marks(duplicada=words) if words else DEFAULT_MARKS
