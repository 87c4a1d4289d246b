"""The demonstration: its data (command `demo_carregar`) and its four users."""

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from saude.acesso.permissoes import PRESETS
from saude.cadastros.models import Entidade
from saude.contas.actions import grant, set_password, set_rules_installation
from saude.contas.models import Usuario
from saude.site.demo_fornecedor import Kit, kit
from saude.web.models import Marco

#: user name -> (full name, preset)
USERS = {
    "administrador": ("Ana Administradora", "Administrador"),
    "coordenador": ("Carlos Coordenador", "Coordenador"),
    "digitador": ("Dora Digitadora", "Digitador"),
    "consulta": ("Caio Consulta", "Consulta"),
}


def load(*, fichas: int | None = None) -> None:
    """Fill an empty database; the command is atomic, an interrupted one leaves nothing."""
    call_command("demo_carregar", sem_senhas=True, **({"fichas": fichas} if fichas else {}))


def ask() -> None:
    """Not ready from here on: passwords set while somebody works would end that session."""
    Marco.put(Marco.DEMO_PEDIDA)
    Marco.put(Marco.DEMO_SENHAS_A_DEFINIR)


@transaction.atomic
def open_doors(password: str) -> None:
    """Passwords once, then the marks: who enters at the first "ready" stays in."""
    set_passwords(password)
    Marco.put(Marco.DEMO_CARREGADA)
    Marco.remove(Marco.DEMO_SENHAS_A_DEFINIR)


@transaction.atomic
def set_passwords(password: str) -> None:
    """Make the four users of the first municipality, or set their passwords anew."""
    entidade = Entidade.objects.order_by("pk")[0]
    for username, (nome, preset) in USERS.items():
        user, created = Usuario.objects.get_or_create(username=username, defaults={"nome": nome})
        if created:
            grant(by="demonstração", usuario=user, entidade=entidade, permissoes=PRESETS[preset])
        if created and preset == "Administrador":
            set_rules_installation(by="demonstração", usuario=user, sim=True)
        set_password(by="demonstração", usuario=user, senha=password, entidade=entidade, check_policy=False)


def vendor_kit() -> Kit:
    """Of the months the demonstration was loaded with."""
    loaded = Marco.objects.filter(nome=Marco.DEMO_CARREGADA).first()
    first = timezone.localtime(loaded.momento).date() if loaded else timezone.localdate()
    return kit(Entidade.objects.order_by("pk")[0], today=first)
