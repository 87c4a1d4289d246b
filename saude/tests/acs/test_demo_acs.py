"""The demonstration shows an ACS whose phone synchronised."""

from datetime import date

import pytest

from saude.acs.demo import load
from saude.acs.models import Aparelho
from saude.fichas.actions import reprocess
from saude.fichas.models import Ficha
from saude.recebimento.demo import load as load_town

pytestmark = pytest.mark.django_db


def test_an_acs_with_pendencias_and_a_free_code(novo_telefone):
    today = date(2026, 11, 20)
    lote = load_town(fichas=300, today=today)
    before = set(Ficha.objects.values_list("pk", flat=True))
    code = load(entidade=lote.entidade, today=today)
    sent = Ficha.objects.exclude(pk__in=before)
    assert sent.count() == 6 and {f.situacao for f in sent} == {"pendente"}
    assert novo_telefone().registrar(code).status_code == 201
    load(entidade=lote.entidade, today=today)
    assert sent.count() == 6 and Aparelho.objects.count() == 2
    reprocess(entidade=lote.entidade, ids=[f.pk for f in sent], by="teste")
    found = sorted(sent.values_list("situacao", flat=True))
    assert found == ["inconsistente"] + ["processada"] * 5
