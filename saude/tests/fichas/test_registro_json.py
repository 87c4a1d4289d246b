"""The quick reading of a record says nothing that the careful one would not; what it cannot say it leaves."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from producao import exportar, ficha_de, receber, registro

from ledi.reading import parse
from saude.fichas.models import Ficha
from saude.recebimento.spool import parse_line
from saude.registro.texto_json import digest, digest_before, dump, load, read

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3, alphabet="aé\x00\n"), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "line",
    [
        '{"a":1,"a":2}',
        '{"a":{"b":1,"b":1}}',
        '{"a": 1}',
        '{"a":99999999999999999999}',
        '{"a":NaN}',
        '{"a":1e400}',
        '{"a":"\\u00e9"}',
        '{"a":"\\ud800"}',
        '{"a":1.50}',
        "{",
        "[" * 5000,
    ],
)
def test_what_is_not_given_back_byte_for_byte_goes_the_careful_way(line):
    assert read(line.encode()) is None
    careful, item = parse(line.encode(), "linha 1"), parse_line(1, line.encode())
    assert item.registro == careful.record or math.isnan(item.registro["a"])
    assert [a.codigo for a in item.achados] == [f.code for f in careful.findings]
    assert item.texto == ""


@given(JSON)
def test_both_ways_read_and_keep_the_same(value):
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    careful = parse(line, "linha 1").record
    if quick := read(line):
        assert repr(quick[0]) == repr(careful)
        assert quick[1].encode() == line
    assert repr(json.loads(dump(value))) == repr(value)


@given(JSON)
def test_digest_follows_the_content_alone(value):
    spelled = json.loads(json.dumps(value, indent=2))
    assert digest(spelled) == digest(value)
    assert digest([value, None]) != digest([value, math.nan]) != digest([value, math.inf])


def test_lone_surrogate_is_kept_escaped():
    assert dump({"a": "\ud800"}) == '{"a":"\\ud800"}'
    assert digest({"a": "\ud800"}) == digest_before({"a": "\ud800"})


def test_a_summary_of_the_first_months_is_still_known(entidade):
    record = registro()
    receber(entidade, record)
    for exported in (False, True):
        Ficha.objects.update(hash_recebido=digest_before(record))
        [again] = receber(entidade, record)
        assert (again.status, ficha_de(again).revisao) == ("igual", 1)
        if not exported:
            exportar(entidade)


@given(JSON)
def test_what_is_kept_is_read_back(value):
    assert repr(load(dump(value))) == repr(value)
