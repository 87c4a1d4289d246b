"""The commands of the house: install, work, start what died."""

import io
import re
import time
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from own_thread import in_own_thread
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from saude.contas.models import Usuario
from saude.site.management.commands import demo
from saude.site.management.commands.demo import Children, _check_port

INSTALL = {"nome": "Timbó", "ibge": "4218202", "uf": "sc", "cnpj": "83102764000115", "razao": "Município"}


@app.task(name="teste.nada", pass_context=False)
def nothing() -> None:
    """Only to be run."""


def install(**changes) -> str:
    out = io.StringIO()
    values = {**INSTALL, **changes}
    options = [f"--{'razao-social' if k == 'razao' else k}={v}" for k, v in values.items()]
    call_command("instalar", *options, stdout=out)
    return out.getvalue()


def test_install_makes_the_entidade_and_its_administrator(db):
    password = re.search(r"provisória: (\S+)", install())[1]
    user = Usuario.objects.get(username="administrador")
    assert user.check_password(password) and user.trocar_senha
    assert "administrar" in user.acessos.get().permissoes


@pytest.mark.parametrize(("changes", "text"), [({"ibge": "42"}, "7 dígitos"), ({}, "Já existe")])
def test_install_refuses(db, changes, text):
    if not changes:
        install()
    with pytest.raises(CommandError, match=text):
        install(**changes)


@pytest.mark.django_db(transaction=True)
def test_worker_runs_the_queue_and_ends():
    job = nothing.defer()
    in_own_thread(lambda: call_command("trabalhar", ate_esvaziar=True))
    assert ProcrastinateJob.objects.get(pk=job).status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_dead_worker_is_taken_back():
    from django.db import connection

    job = nothing.defer()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 hour') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job]
        )
    in_own_thread(lambda: call_command("trabalhar", ate_esvaziar=True))
    assert ProcrastinateJob.objects.get(pk=job).status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_one_that_died_while_another_of_its_kind_waits_keeps_no_worker_from_starting():
    """As every minute's task: killed at work, and asked for again meanwhile. Found by `make caos`."""
    from django.db import connection

    died = nothing.configure(queueing_lock="nothing").defer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [died])
    waits = nothing.configure(queueing_lock="nothing").defer()
    other = nothing.defer()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 hour') RETURNING id"
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id IN (%s, %s)",
            [cursor.fetchone()[0], died, other],
        )
    in_own_thread(lambda: call_command("trabalhar", ate_esvaziar=True))
    states = dict(ProcrastinateJob.objects.values_list("id", "status"))
    assert (states[died], states[waits], states[other]) == ("aborted", "succeeded", "succeeded")


def test_a_child_that_dies_is_started_again_and_at_last_given_up():
    out = io.StringIO()
    children = Children(out)
    children.MAX_DEATHS = 1
    children.start("comando-que-nao-existe")
    with pytest.raises(CommandError, match="parou de novo"):
        for _ in range(2000):
            children.keep()
            time.sleep(0.1)
    assert out.getvalue().count("iniciando de novo") == 1


class Ended:
    """A child that is dead already."""

    returncode = -9

    def poll(self) -> int:
        return self.returncode


@pytest.mark.parametrize(("apart", "gives_up"), [(59, True), (61, False)])
def test_deaths_are_counted_in_a_window_and_not_over_a_life(monkeypatch, apart, gives_up):
    """Five within five minutes are too many; the same five with more time between them, for ever, are not."""
    clock = [0.0]
    children = Children(io.StringIO())
    monkeypatch.setattr(demo, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(demo, "subprocess", SimpleNamespace(Popen=lambda *_, **__: Ended()))
    children.start("servir")
    for _ in range(children.MAX_DEATHS):
        children.keep()
        clock[0] += apart
    if gives_up:
        with pytest.raises(CommandError, match="parou de novo"):
            children.keep()
        return
    for _ in range(50):
        children.keep()
        clock[0] += apart
    assert children.out.getvalue().count("iniciando de novo") == children.MAX_DEATHS + 50


def test_port_taken_is_said():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="em uso"):
            _check_port(taken.getsockname()[1])
