"""What is told, to whom, and never twice: with clocks that jump, a mail server that is down, people who leave."""

from datetime import UTC, date, datetime, timedelta

import pytest
from correio_local import PASSWORD, USER, smtp
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from producao import com_cpf, em, exportar, quebrado, receber, registro

from saude.avisos import fontes
from saude.avisos.models import Aviso, Preferencia, Resumo
from saude.avisos.reunir import collect, round_of
from saude.banco import travas
from saude.cadastros.models import Estabelecimento, Prazo, Profissional
from saude.contas.actions import grant, revoke, set_active, set_rules_installation
from saude.correio.actions import save_server
from saude.correio.models import Servidor
from saude.referencias.models import Publicacao

MES, VENCE = "202609", date(2026, 10, 15)  # the published deadline of the minimal records' month


def no_dia(day: date, hour: int = 12):
    """A moment of the municipality's day (UTC-3)."""
    return datetime(day.year, day.month, day.day, hour + 3, tzinfo=UTC)


def antes(days: int, hour: int = 12):
    return no_dia(VENCE - timedelta(days=days), hour)


def rodada(moment):
    return round_of(lambda: moment)


def prazos(user):
    """The keys of the notices of deadlines that hold, the oldest first."""
    rows = Aviso.objects.filter(usuario=user, especie="prazo").order_by("pk")
    return [row.chave.rpartition(":")[2] for row in rows]


@pytest.fixture(autouse=True)
def trabalhador(monkeypatch):
    monkeypatch.setattr(fontes.fila, "workers", lambda: 1)


@pytest.fixture
def coordenador(criar_usuario):
    return criar_usuario("Coordenador", email="coordenador@timbo.example")


@pytest.fixture
def correio(coordenador):
    with smtp() as (keeper, port):
        save_server(
            by=coordenador, senha=PASSWORD, host="127.0.0.1", porta=port, seguranca="nenhuma", usuario=USER,
            remetente="saude@timbo.example",
        )  # fmt: skip
        yield keeper


@pytest.fixture
def inconsistente(entidade):
    receber(entidade, quebrado())


def test_a_deadline_is_told_at_ten_five_three_and_one_days(coordenador, inconsistente):
    for days in range(14, -3, -1):
        collect(antes(days))
        collect(antes(days, 18))  # and again the same day
    assert prazos(coordenador) == ["10", "5", "3", "1"]
    assert not Aviso.objects.filter(encerrado_em=None, especie="prazo").exists()  # it is over


def test_a_day_skipped_is_told_late_with_the_days_that_are_left(coordenador, inconsistente):
    collect(antes(12))
    assert prazos(coordenador) == []
    collect(antes(4))  # the machine was off from 12 to 4
    assert prazos(coordenador) == ["5"]
    row = Aviso.objects.get()
    told = row.dito(VENCE - timedelta(days=4))
    assert told.startswith("Faltam 4 dias.") and "15/10/2026" in told and "1 ficha a corrigir" in told
    assert row.dito(VENCE - timedelta(days=1)).startswith("Falta 1 dia.")  # true on whatever day it is read
    assert row.dito(VENCE).startswith("O prazo é hoje.")
    assert "venceu" in row.dito(VENCE + timedelta(days=1))
    collect(antes(20))  # the clock was set back: nothing new, nothing twice
    collect(antes(4))
    assert prazos(coordenador) == ["5"]


def test_what_nothing_blocks_any_more_is_no_news(coordenador, entidade, correio):
    record = quebrado()
    receber(entidade, record)
    collect(antes(5, 3))  # in the night
    assert Aviso.objects.get(especie="prazo").encerrado_em is None
    good = registro(uuid=record["uuid"])
    receber(entidade, good)
    exportar(entidade)
    rodada(antes(5))
    assert Aviso.objects.get(especie="prazo").encerrado_em is not None
    assert correio.received == []


def test_a_deadline_that_moved_is_told_anew(coordenador, inconsistente, entidade):
    collect(antes(1))
    Prazo.objects.create(entidade=entidade, competencia=MES, data=VENCE + timedelta(days=9))
    collect(antes(1))
    assert prazos(coordenador) == ["1", "10"]
    assert [a.encerrado_em is None for a in Aviso.objects.order_by("pk")] == [False, True]


def test_a_month_that_is_over_and_whole_is_ready_for_who_exports(criar_usuario, coordenador, entidade):
    reader = criar_usuario("Consulta")
    receber(entidade, registro(), registro())
    collect(no_dia(date(2026, 9, 20)))
    assert not Aviso.objects.filter(especie="pronta").exists()  # the month goes on
    collect(no_dia(date(2026, 10, 1)))
    row = Aviso.objects.get(especie="pronta")
    assert row.usuario == coordenador and "2 fichas a exportar" in row.texto
    assert not Aviso.objects.filter(usuario=reader, especie="pronta").exists()
    receber(entidade, quebrado())
    collect(no_dia(date(2026, 10, 2)))
    row.refresh_from_db()
    assert row.encerrado_em is not None


def test_each_is_told_of_their_own_areas_and_municipality(
    criar_usuario, entidade, outra_entidade, coordenador
):
    here, there = (
        Estabelecimento.objects.create(entidade=entidade, cnes=cnes, nome=cnes)
        for cnes in ("2765432", "7654321")
    )
    stranger = criar_usuario("Coordenador", username="vizinho", entidade=outra_entidade)
    limited = criar_usuario("Coordenador", username="limitado", estabelecimento=here)
    empty = criar_usuario("Coordenador", username="outro_posto", estabelecimento=there)
    receber(entidade, em("2765432", quebrado()), quebrado())
    collect(antes(5))
    assert not Aviso.objects.filter(usuario__in=[stranger, empty]).exists()
    assert "2 fichas a corrigir" in Aviso.objects.get(usuario=coordenador).texto
    mine = Aviso.objects.get(usuario=limited)
    assert "nas suas áreas: 1 ficha a corrigir" in mine.texto and mine.areas == ["2765432"]


def test_one_digest_a_day_in_the_morning_and_no_notice_twice(coordenador, inconsistente, correio):
    rodada(antes(10, 3))
    assert correio.received == []  # too early
    for hour in (7, 8, 9, 20):
        rodada(antes(10, hour))
    (message,) = correio.received
    assert message["To"] == "coordenador@timbo.example" and message["Subject"] == "Saúde e-SUS: 1 aviso"
    text = message.get_content()
    assert "Timbó - SC" in text and "Faltam 10 dias." in text
    rodada(antes(9))
    assert len(correio.received) == 1  # told already
    rodada(antes(5))
    assert len(correio.received) == 2 and "Faltam 5 dias." in correio.received[1].get_content()


def test_the_mail_server_down_for_a_day_loses_and_repeats_nothing(coordenador, inconsistente, correio):
    port = Servidor.objects.get().porta
    Servidor.objects.update(porta=1)  # nobody listens
    for hour in range(7, 21):
        rodada(antes(5, hour))
    assert not Resumo.objects.exists() and Aviso.objects.get().resumo is None
    Servidor.objects.update(porta=port)
    rodada(antes(4))
    (message,) = correio.received
    assert "Faltam 4 dias." in message.get_content()  # what is true today, not when it was made
    rodada(antes(4, 15))
    assert len(correio.received) == 1


def test_an_address_that_is_refused_is_tried_once_a_day(coordenador, inconsistente, correio, criar_usuario):
    other = criar_usuario("Coordenador", username="segundo", email="segundo@timbo.example")
    correio.refuse.add("coordenador@timbo.example")
    rodada(antes(5, 8))
    rodada(antes(5, 9))
    assert [m["To"] for m in correio.received] == [
        "segundo@timbo.example"
    ]  # nobody waits for the bad address
    refused = Resumo.objects.get(usuario=coordenador)
    assert "destinatário" in refused.erro and refused.enviado_em is None
    correio.refuse.clear()
    rodada(antes(4))
    assert [m["To"] for m in correio.received][1:] == ["coordenador@timbo.example"]
    assert Resumo.objects.filter(usuario=other).count() == 1


def test_two_processes_at_once_are_one(coordenador, inconsistente, correio):
    """Another process is in its round: this one does nothing, and its own comes later."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [travas.AVISOS])
        assert rodada(antes(5)) is False
        assert correio.received == [] and not Aviso.objects.exists()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [travas.AVISOS])
    finally:
        other.close()
    assert rodada(antes(5)) is True
    assert len(correio.received) == 1


def test_the_claim_of_a_day_belongs_to_one(coordenador, inconsistente, correio):
    """Without the lock even: the digest of a day is one row."""
    collect(antes(5))
    Resumo.objects.create(usuario=coordenador, dia=VENCE - timedelta(days=5))
    rodada(antes(5))
    assert correio.received == []


@pytest.mark.parametrize("how", ["dismissed", "revoked", "other area", "no email", "refused kind"])
def test_who_may_not_see_it_any_more_is_not_written_to(
    how, coordenador, inconsistente, correio, criar_usuario, entidade, client
):
    rodada(antes(5, 3))
    assert Aviso.objects.filter(usuario=coordenador).count() == 1
    admin = criar_usuario("Administrador")
    access = coordenador.acessos.get()
    if how == "dismissed":
        set_active(by=admin, usuario=coordenador, ativo=False, entidade=entidade)
    elif how == "revoked":
        revoke(by=admin, acesso=access)
    elif how == "other area":
        post = Estabelecimento.objects.create(entidade=entidade, cnes="7654321", nome="Outro posto")
        grant(
            by=admin, usuario=coordenador, entidade=entidade, estabelecimento=post,
            permissoes=["ver", "corrigir", "exportar"],
        )  # fmt: skip
        revoke(by=admin, acesso=access)
    elif how == "no email":
        type(coordenador).objects.filter(pk=coordenador.pk).update(email="")
    else:
        Preferencia.objects.create(usuario=coordenador, especie="prazo", por_email=False)
    rodada(antes(5))
    assert correio.received == []


def test_no_notice_and_no_message_carries_personal_data(coordenador, entidade, correio, telefone_mudo):
    nome = "MARIA DA SILVA SAURO"
    receber(entidade, em("2765432", com_cpf(quebrado()), nome=nome))
    rodada(no_dia(VENCE - timedelta(days=5)))
    (message,) = correio.received
    told = message.get_content() + " ".join(Aviso.objects.values_list("texto", flat=True))
    assert Aviso.objects.filter(especie="agente").exists()
    for secret in (nome, telefone_mudo.nome, telefone_mudo.cns, "Pessoa Coordenador", "coordenador@"):
        assert secret not in told


@pytest.fixture
def telefone_mudo(entidade, outra_entidade):
    """An agent of the municipality whose phone was registered long ago and never synchronised."""
    from saude.acs.models import Aparelho

    post = Estabelecimento.objects.create(entidade=entidade, cnes="2765432", nome="UBS Centro")
    agent = Profissional.objects.create(entidade=entidade, nome="Agente Calada", cns="700000000000001")
    Aparelho.objects.create(
        entidade=entidade, profissional=agent, estabelecimento=post, cbo="515105", instalacao="x" * 36,
        hash="a" * 64,
    )  # fmt: skip
    Aparelho.objects.update(criado_em=no_dia(date(2026, 9, 1)))
    return agent


def test_an_agent_is_silent_after_seven_days(coordenador, telefone_mudo, client, entidade):
    from saude.acs.models import Aparelho

    collect(no_dia(date(2026, 9, 8), 11))
    assert not Aviso.objects.exists()
    collect(no_dia(date(2026, 9, 8), 13))
    collect(no_dia(date(2026, 9, 9)))
    row = Aviso.objects.get()
    assert row.especie == "agente" and "01/09/2026" in row.texto and "UBS Centro" in row.texto
    client.force_login(coordenador)
    assert "Agente Calada" in client.get("/avisos/").text  # the page says who
    Aparelho.objects.update(sincronizado_em=no_dia(date(2026, 9, 10)))
    collect(no_dia(date(2026, 9, 11)))
    row.refresh_from_db()
    assert row.encerrado_em is not None
    collect(no_dia(date(2026, 9, 20)))  # silent again: another silence, told again
    assert Aviso.objects.count() == 2
    Aparelho.objects.update(revogado_em=no_dia(date(2026, 9, 20)))
    collect(no_dia(date(2026, 9, 21)))
    assert not Aviso.objects.filter(encerrado_em=None).exists()


def test_old_tables_are_told_to_who_may_import_them(coordenador, criar_usuario, entidade):
    reader, ruler = criar_usuario("Consulta"), criar_usuario("Administrador")
    set_rules_installation(by="teste", usuario=ruler, sim=True)
    Publicacao.objects.create(
        tipo="cnes", entidade=entidade, vale_de=date(2026, 7, 1), situacao="pronta", sha256="a" * 64
    )
    Publicacao.objects.create(tipo="sigtap", vale_de=date(2026, 8, 1), situacao="pronta", sha256="b" * 64)
    collect(no_dia(date(2026, 8, 30)))
    assert not Aviso.objects.exists()
    collect(no_dia(date(2026, 10, 1)))
    collect(no_dia(date(2026, 10, 2)))
    told = sorted(Aviso.objects.values_list("usuario__username", "texto"))
    assert [(who, text[:8]) for who, text in told] == [
        ("administrador", "O CNES e"), ("administrador", "O SIGTAP"), ("coordenador", "O CNES e")
    ]  # fmt: skip
    assert not Aviso.objects.filter(usuario=reader).exists()


def test_a_worker_that_stopped_is_told_once_to_who_rules_the_installation(
    coordenador, criar_usuario, correio, monkeypatch
):
    from saude.site import vigia
    from saude.web.models import Marco

    ruler = criar_usuario("Administrador", email="ti@timbo.example")
    set_rules_installation(by="teste", usuario=ruler, sim=True)
    assert vigia.look() is False  # it works: the site has nothing to do
    monkeypatch.setattr(fontes.fila, "workers", lambda: 0)
    start = no_dia(date(2026, 9, 20), 9)
    rodada(start)
    Marco.objects.update(momento=start)
    rodada(start + timedelta(minutes=10))
    assert not Aviso.objects.exists()  # a restart is no stop
    rodada(start + timedelta(minutes=20))
    rodada(start + timedelta(days=2))
    assert [(a.usuario, a.especie) for a in Aviso.objects.all()] == [(ruler, "trabalhador")]
    assert [m["To"] for m in correio.received] == ["ti@timbo.example"]
    monkeypatch.setattr(fontes.fila, "workers", lambda: 1)
    rodada(start + timedelta(days=2, hours=1))
    assert Aviso.objects.get().encerrado_em is not None
    monkeypatch.setattr(fontes.fila, "workers", lambda: 0)
    rodada(start + timedelta(days=3))
    Marco.objects.update(momento=start + timedelta(days=3))
    rodada(start + timedelta(days=3, hours=1))
    assert Aviso.objects.count() == 2  # it stopped another time


def test_who_asked_for_an_export_is_told_that_it_ended(
    coordenador, criar_usuario, entidade, client, django_capture_on_commit_callbacks
):
    other = criar_usuario("Administrador")
    receber(entidade, registro())
    with django_capture_on_commit_callbacks(execute=True):
        export = exportar(entidade, by=coordenador)
    row = Aviso.objects.get()
    assert (row.usuario, row.especie) == (coordenador, "exportacao")
    assert row.endereco.endswith(f"/{export.pk}/") and "1 ficha no arquivo" in row.texto
    client.force_login(coordenador)
    assert "1 novo" in " ".join(client.get(row.endereco).text.split()).replace('<span class="s-oculto">', "")
    client.force_login(other)
    assert "1 ficha no arquivo" not in client.get("/avisos/").text


@pytest.mark.parametrize("address", ["https://saude.timbo.example", ""])
def test_the_digest_leads_to_the_notices_where_it_is_known_where_they_are(
    coordenador, inconsistente, correio, settings, address
):
    settings.SITE_ADDRESS = address
    rodada(antes(5))
    (message,) = correio.received
    text = message.get_content()
    assert ("abra https://saude.timbo.example/avisos/." in text) is bool(address)
    assert text.count("http") == bool(address) and ("entre no sistema" in text) is not bool(address)


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({"SAUDE_ENDERECO": "https://saude.timbo.example/"}, "https://saude.timbo.example"),
        (
            {"SAUDE_HTTPS": "1", "SAUDE_HOSTS": "*.timbo.example,saude.timbo.example"},
            "https://saude.timbo.example",
        ),
        ({"SAUDE_HOSTS": "saude.timbo.example"}, ""),
        ({"SAUDE_ENDERECO": "saude.timbo.example"}, None),
    ],
)
def test_where_the_site_is_comes_from_what_was_set(monkeypatch, environment, address):
    from saude import settings as ours

    hosts = environment.get("SAUDE_HOSTS", "localhost").split(",")
    monkeypatch.setattr(ours, "HTTPS", environment.get("SAUDE_HTTPS") == "1")
    monkeypatch.delenv("SAUDE_ENDERECO", raising=False)
    if "SAUDE_ENDERECO" in environment:
        monkeypatch.setenv("SAUDE_ENDERECO", environment["SAUDE_ENDERECO"])
    if address is None:
        with pytest.raises(ImproperlyConfigured):
            ours._site_address(hosts)
    else:
        assert ours._site_address(hosts) == address
