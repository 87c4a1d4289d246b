"""Thrift codec on the real layouts: any value of any ficha, against the official library."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from official import read_official, write_official
from random_values import random_values

from ledi.codecs._encode import walk
from ledi.codecs.thrift import decode, encode
from ledi.layouts import VERSIONS, layout

ROOTS = [
    pytest.param(ficha.root, id=f"{version}-{tipo}")
    for version in VERSIONS
    for tipo, ficha in layout(version).fichas.items()
]
ROOTS += [pytest.param(layout(version).structs["DadoTransporteThrift"], id=version) for version in VERSIONS]


@pytest.mark.parametrize("root", ROOTS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_round_trip(root, data):
    value = data.draw(random_values(root))
    encoded = encode(root, value)
    assert encoded == walk(root, value) == write_official(root, value)
    decoded = decode(root, encoded)
    assert decoded.unknown == []
    assert decoded.value == read_official(root, encoded) == value


def test_older_layout_keeps_what_it_does_not_know():
    newer, older = layout("8.7.0").fichas["FAI"].root, layout("7.2.2").fichas["FAI"].root
    value = {"uuidFicha": "x", "atendimentosIndividuais": [{"turno": 1, "stNaoPossuiCpf": True}]}
    data = encode(newer, value)
    decoded = decode(older, data)
    assert decoded.value == {"uuidFicha": "x", "atendimentosIndividuais": [{"turno": 1}]}
    assert [(one.path, one.id) for one in decoded.unknown] == [("atendimentosIndividuais[0]", 44)]
    assert encode(older, decoded.value, decoded.unknown) == data
