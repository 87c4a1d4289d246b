"""Codes and devices: make, register, revoke. Keyword-only, `by=`, atomic, audited."""

import hashlib
import re
import secrets
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from saude.acs.models import REVOGADO, TROCADO, Aparelho, Codigo, FalhaCodigo, Lotado
from saude.auditoria.actions import Autor, current_ip, record_event
from saude.cadastros.models import Entidade, Lotacao
from saude.cadastros.tempo import local_today
from saude.contas.queries import as_user

#: CBO of those who work with the app: agente comunitário de saúde and técnico em agente comunitário
CBO_ACS = frozenset({"515105", "322255"})
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none is taken for another
LENGTH = 8
VALID_HOURS = 72
MAX_FAILURES, FAILURE_MINUTES = 10, 15
#: what every use of a device reads
RELATED = ("entidade__instalacao", "profissional", "estabelecimento", "equipe")
VALID_DAYS = 365
SEND_DAYS = 90  # after the lotação ended or the access was revoked: what was written before still arrives
ENDED = "A lotação terminou no CNES"
INSTALL = re.compile(r"[0-9a-fA-F-]{16,36}")


class Refused(Exception):
    """What the phone is told, in Portuguese, with an HTTP status and a word for the program."""

    def __init__(self, status: int, codigo: str, mensagem: str) -> None:
        super().__init__(mensagem)
        self.status, self.codigo, self.mensagem = status, codigo, mensagem


def summary(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def bare_code(code: str) -> str:
    """`abcd-2345` as it is typed -> `ABCD2345`."""
    return re.sub(r"[^0-9A-Z]", "", code.upper())


@transaction.atomic
def create_code(*, by: Autor, lotacao: Lotacao, hours: int = VALID_HOURS) -> tuple[Codigo, str]:
    """A code that registers one phone of this ACS; told once. A former unused one of the same ACS ends."""
    person = lotacao.profissional
    if lotacao.cbo not in CBO_ACS:
        raise ValidationError("O código é para agentes comunitários de saúde (CBO 5151-05 ou 3222-55).")
    if lotacao.fim is not None:
        raise ValidationError("Esta lotação terminou no CNES.")
    if not person.cns:
        raise ValidationError("O profissional não tem CNS no cadastro; importe o CNES antes.")
    text = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    now = timezone.now()
    Codigo.objects.filter(profissional=person, usado_em=None, cancelado_em=None).update(cancelado_em=now)
    made = Codigo.objects.create(
        entidade_id=person.entidade_id,
        profissional=person,
        estabelecimento_id=lotacao.estabelecimento_id,
        equipe_id=lotacao.equipe_id,
        cbo=lotacao.cbo,
        microarea=lotacao.microarea,
        hash=summary(text),
        criado_por=as_user(by),
        expira_em=now + timedelta(hours=hours),
    )
    record_event(
        by=by, entidade=person.entidade_id, tipo="acs.codigo_criado", alvo=made, profissional=person.pk
    )
    return made, f"{text[:4]}-{text[4:]}"


def register(
    *, codigo: str, instalacao: str, nome: str = "", versao_app: str = ""
) -> tuple[Aparelho, str, str]:
    """(device, token, notice). The token is told once; the code is used up."""
    check_guessing()
    if not INSTALL.fullmatch(instalacao):
        raise Refused(400, "instalacao", "O aplicativo não informou o identificador desta instalação.")
    with transaction.atomic():
        found = _valid_code(codigo)
        if found is not None:
            return _register(found, instalacao.lower(), nome, versao_app)
    count_failure()
    raise Refused(401, "codigo", "Código inválido, já usado ou vencido. Peça outro à coordenação.")


def _valid_code(codigo: str) -> Codigo | None:
    open_ = Codigo.objects.filter(usado_em=None, cancelado_em=None, expira_em__gt=timezone.now())
    rows = open_.select_for_update(of=("self",)).select_related("profissional", "entidade")
    return rows.filter(hash=summary(bare_code(codigo))).first()


def _register(code: Codigo, instalacao: str, nome: str, versao_app: str) -> tuple[Aparelho, str, str]:
    now, notice = timezone.now(), ""
    same = Aparelho.objects.select_for_update().filter(instalacao=instalacao, revogado_em=None).first()
    if same and same.profissional_id != code.profissional_id:
        raise Refused(
            409,
            "aparelho_de_outro",
            "Este aparelho já está registrado para outro profissional. Envie o que está nele e peça à "
            "coordenação que revogue o registro anterior.",
        )
    if same:
        _revoke(same, TROCADO)
        notice = "Este aparelho já estava registrado; o acesso anterior foi trocado por este."
    elif other := Aparelho.objects.filter(profissional=code.profissional_id, revogado_em=None).first():
        notice = f"Você já usa outro aparelho ({other}). Os dois funcionam; avise a coordenação se ele foi perdido."
    if ended_on(code) is not None:
        raise Refused(403, "lotacao", f"{ENDED}. Fale com a coordenação antes de registrar o aparelho.")
    token = f"acs_{secrets.token_urlsafe(32)}"
    made = Aparelho.objects.create(
        **code.lotacao(),
        instalacao=instalacao,
        nome=_printable(nome)[:80],
        hash=summary(token),
        versao_app=_printable(versao_app)[:20],
        expira_em=now + timedelta(days=VALID_DAYS),
        visto_em=now,
    )
    Codigo.objects.filter(pk=code.pk).update(usado_em=now)
    record_event(
        by=f"aparelho {made.pk}",
        entidade=code.entidade_id,
        tipo="acs.aparelho_registrado",
        alvo=made,
        profissional=code.profissional_id,
        repetido=bool(same),
    )
    return made, token, notice


@transaction.atomic
def revoke(*, by: Autor, aparelho: Aparelho, why: str = REVOGADO) -> None:
    """The phone reads nothing more. By the coordination: what was written until today still arrives, and waits."""
    locked = Aparelho.objects.select_for_update().get(pk=aparelho.pk)
    if locked.revogado_em:
        return
    _revoke(locked, why)
    record_event(by=by, entidade=locked.entidade_id, tipo="acs.aparelho_revogado", alvo=locked)


def _revoke(device: Aparelho, why: str) -> None:
    Aparelho.objects.filter(pk=device.pk).update(revogado_em=timezone.now(), motivo_revogacao=why)


def ended_on(device: Lotado) -> date | None:
    """The day the lotação this access was made for ended, None while it is in force."""
    team = Q(equipe=None) if device.equipe_id is None else Q(equipe=device.equipe_id)
    mine = Lotacao.objects.filter(
        team,
        profissional_id=device.profissional_id,
        estabelecimento_id=device.estabelecimento_id,
        cbo=device.cbo,
    )
    if mine.filter(fim=None).exists():
        return None
    last: date | None = mine.aggregate(fim=Max("fim"))["fim"]
    today: date = local_today(device.entidade)
    return min(last, today) if last else today


@transaction.atomic
def end_with_lotacao(*, entidade: Entidade, origem: str, tentativa: bool, by: Autor) -> int:
    """Revoke the devices whose lotação is no more; how many. With `tentativa` they are counted only."""
    active = Aparelho.objects.filter(entidade=entidade, revogado_em=None).select_related("entidade")
    ended = [d for d in active.select_for_update(of=("self",)) if ended_on(d) is not None]
    if not tentativa:
        for device in ended:
            _revoke(device, f"{ENDED} de {origem}"[:80])
            record_event(
                by=by, entidade=entidade, tipo="acs.aparelho_revogado", alvo=device, motivo="fim da lotação"
            )
    return len(ended)


def device_of(token: str, instalacao: str, *, sending: bool = False) -> Aparelho:
    """The device of a token; the install id must be its own, or the token was copied to another phone.

    Once the lotação ended, or the coordination revoked it, it reads nothing more. `sending`: what was written before
    still arrives.
    """
    found = Aparelho.objects.select_related(*RELATED).filter(hash=summary(token)).first()
    if found is None:
        raise Refused(401, "token", "Acesso inválido. Registre o aparelho com um código da coordenação.")
    if found.revogado_em and not found.motivo_revogacao.startswith((ENDED, REVOGADO)):
        raise _no_more(found)
    if instalacao.lower() != found.instalacao:
        raise Refused(
            409,
            "aparelho_duplicado",
            "Este acesso pertence a outro aparelho. Cada aparelho precisa do seu próprio código.",
        )
    now = timezone.now()
    if found.expira_em and found.expira_em < now:
        raise Refused(401, "vencido", "O acesso deste aparelho venceu. Peça um novo código à coordenação.")
    found.terminou = _last_day(found)
    if found.terminou and (_late(found) or not sending):
        raise _no_more(found)
    return found


def _late(device: Aparelho) -> bool:
    since = timezone.now() - timedelta(days=SEND_DAYS)
    return device.revogado_em is not None and device.revogado_em < since


def ended_accesses(device: Aparelho) -> list[Aparelho]:
    """What the same agent had before this access, the last first: another team, another CBO, another unit. What was
    written under one of these arrives by this one, as long as it would have arrived by its own."""
    found = Aparelho.objects.select_related(*RELATED).exclude(pk=device.pk).order_by("-criado_em", "-pk")
    earlier = [
        d
        for d in found.filter(entidade=device.entidade_id, profissional=device.profissional_id)
        if not _late(d)
    ]
    for each in earlier:
        each.terminou = _last_day(each)
    return [d for d in earlier if d.terminou]


def _last_day(device: Aparelho) -> date | None:
    """The last day whose records are taken, None while the access is in force."""
    revoked = timezone.localdate(device.revogado_em) if device.revogado_em else None
    ended = ended_on(device)
    if revoked and device.revogado_por_alguem:
        return min(revoked, ended) if ended else revoked
    return ended or revoked


def _no_more(device: Aparelho) -> Refused:
    if device.revogado_em and not device.motivo_revogacao.startswith(ENDED):
        return Refused(
            401, "revogado", "O acesso deste aparelho foi revogado. Peça um novo código à coordenação."
        )
    return Refused(
        403,
        "lotacao",
        "Sua lotação não está mais no CNES: o acesso deste aparelho terminou. O que você fez antes e ainda não "
        "foi enviado fica guardado nele. Fale com a coordenação.",
    )


def _printable(text: str) -> str:
    return "".join(c for c in str(text) if c.isprintable()).strip()


def check_guessing() -> None:
    since = timezone.now() - timedelta(minutes=FAILURE_MINUTES)
    address = current_ip.get() or "-"
    if FalhaCodigo.objects.filter(ip=address, desde__gt=since, falhas__gte=MAX_FAILURES).exists():
        raise Refused(
            429, "tentativas", f"Muitos códigos errados. Espere {FAILURE_MINUTES} minutos e tente de novo."
        )


def count_failure() -> None:
    address, now = current_ip.get() or "-", timezone.now()
    FalhaCodigo.objects.filter(ip=address, desde__lt=now - timedelta(minutes=FAILURE_MINUTES)).update(
        falhas=0, desde=now
    )
    row, created = FalhaCodigo.objects.get_or_create(ip=address, defaults={"falhas": 1})
    if not created:
        FalhaCodigo.objects.filter(pk=row.pk).update(falhas=F("falhas") + 1)


def record_use(device: Aparelho, *, version: str) -> None:
    """The phone was here; written at most once a minute."""
    now = timezone.now()
    changed: dict[str, Any] = {}
    if device.visto_em is None or now - device.visto_em > timedelta(minutes=1):
        changed["visto_em"] = now
    version = _printable(version)[:20]
    if version and version != device.versao_app:
        changed["versao_app"] = version
    if changed:
        Aparelho.objects.filter(pk=device.pk).update(**changed)


def pulled(device: Aparelho, *, cursor_end: bool, citizens: int) -> None:
    """Every pull that carried citizens is a reading of them; one that reached the end is a synchronisation."""
    if citizens:
        record_event(
            by=f"aparelho {device.pk}", entidade=device.entidade_id, tipo="acs.territorio_lido", alvo=device,
            profissional=device.profissional_id, mostrados=citizens,
        )  # fmt: skip
    if cursor_end:
        Aparelho.objects.filter(pk=device.pk).update(sincronizado_em=timezone.now())
