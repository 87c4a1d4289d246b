"""Folding has a short way for plain ASCII: it gives what the long way gives."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from saude.comum.texto import fold


@given(st.text())
def test_fold_is_upper_case_without_marks(text):
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    assert fold(text) == " ".join(plain.upper().split())


def test_fold_of_names():
    assert fold("José  d'Ávila Conceição") == "JOSE D'AVILA CONCEICAO"
