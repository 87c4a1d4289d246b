"""Files in the queue: a huge one of a municipality does not hold the small ones of everybody."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from saude.arquivos import actions
from saude.arquivos.models import Conferencia

KB = 1024


@pytest.fixture
def pedir(entidade, criar_usuario):
    user = criar_usuario("Digitador")

    def ask(size: int) -> ProcrastinateJob:
        row = Conferencia.objects.create(
            entidade=entidade, usuario=user, nome="a.json", arquivo=f"{size}", tamanho=size, sha256="0" * 64
        )
        actions._enqueue("conferir", row)
        return ProcrastinateJob.objects.get(
            task_name="arquivos.conferir", args={"conferencia_id": row.pk}, status="todo"
        )

    return ask


def next_of(*jobs: ProcrastinateJob) -> list[int]:
    """As workers take them."""
    rows = ProcrastinateJob.objects.filter(pk__in=[j.pk for j in jobs]).order_by("-priority", "id")
    return list(rows.values_list("pk", flat=True))


def test_a_small_file_passes_the_huge_one_that_came_before(pedir):
    huge, middle, small = pedir(250 * KB * KB), pedir(3 * KB * KB), pedir(100 * KB)
    assert next_of(huge, middle, small) == [small.pk, middle.pk, huge.pk]
    assert small.priority == 0 and huge.priority == -actions.MOST_BEHIND


def test_the_huge_one_is_not_left_for_ever_behind_the_blocks_of_a_lot(pedir):
    """The blocks of a lot of a million records fall to -2.000; the file goes in among them."""
    assert pedir(10**12).priority >= -actions.MOST_BEHIND > -2_000


def test_of_the_long_ones_one_is_worked_at_and_the_others_leave_the_workers_free(pedir):
    long, other, short = pedir(200 * KB * KB), pedir(100 * KB * KB), pedir(3 * KB * KB)
    assert long.lock == other.lock == actions.LONG
    assert short.lock != actions.LONG
