"""`errosValidacao` in whatever form, the forms of a log-in's answer, forms of multipart, addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledi.pec.address import AddressError, parse_address
from ledi.pec.answers import Answer
from ledi.pec.login import Credential, FormLogin, Session
from ledi.pec.multipart import MultipartError, file_frame, form, parts
from ledi.pec.outcomes import Action, Cause, Outcome
from ledi.pec.rejections import rejections

M = "Turno possui um valor inválido: 9"


@pytest.mark.parametrize(
    "found, where",
    [
        ({"visitasDomiciliares[0].turno": M}, "visitasDomiciliares[0].turno"),
        ({"visitasDomiciliares": [{"turno": M}]}, "visitasDomiciliares[0].turno"),
        ({"visitasDomiciliares": [None, {"turno": [M]}]}, "visitasDomiciliares[1].turno"),
        ({"visitasDomiciliares": {"[3]": {"turno": M}}}, "visitasDomiciliares[3].turno"),
        ([{"campo": "visitasDomiciliares[0].turno", "mensagem": M}], "visitasDomiciliares[0].turno"),
        ({"visitasDomiciliares": [{"field": "turno", "message": M}]}, "visitasDomiciliares.turno"),
        ([M], ""),
        (M, ""),
    ],
)
def test_every_nesting(found, where):
    (one,) = rejections(found, "FVD")
    assert (one.caminho, one.texto_seguro) == (where, M)
    assert one.campo("FVD") == "turno"


def test_several_messages_and_fields():
    made = rejections(
        {"a": ["um", "dois"], "headerTransport": "ProfissionalCNS inválido", "b": {}, "c": None}, "FVD"
    )
    assert [(one.caminho, one.texto_seguro) for one in made] == [
        ("a", "um"),
        ("a", "dois"),
        ("headerTransport", "ProfissionalCNS inválido"),
    ]
    assert (
        made[2].campos == ("headerTransport", "profissionalCNS") and made[2].campo("FVD") == "profissionalCNS"
    )


def test_what_is_no_error_gives_none():
    for nothing in (None, {}, [], [None], {"a": {"b": []}}):
        assert rejections(nothing) == ()


def test_hostile_depth_and_number():
    deep: object = "fundo"
    for _ in range(500):
        deep = {"a": deep}
    assert rejections(deep) == ()
    assert len(rejections({f"k{n}": "x" for n in range(5000)})) == 500
    (one,) = rejections({"x" * 10_000: "y" * 100_000})
    assert len(one.caminho) < 400 and len(one.texto_seguro) < 2100


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=25,
)


@given(found=json_values)
def test_any_json(found):
    for one in rejections(found, "FAI"):
        assert isinstance(one.caminho, str) and isinstance(one.texto_seguro, str)


# ---- logging in


def logged(status: int, text: str = "", *cookies: str, kind: str = "") -> Session | Outcome:
    return FormLogin().read(Answer(status, {"content-type": kind}, text.encode(), cookies=cookies))


def test_a_session():
    found = logged(200, "", "JSESSIONID=AB12; Path=/; HttpOnly", "ROTA=r1; Secure", "bad cookie", "X=a b")
    assert isinstance(found, Session) and found.headers == {"Cookie": "JSESSIONID=AB12; ROTA=r1"}
    assert "AB12" not in repr(found)


@pytest.mark.parametrize(
    "status, text, cause, action",
    [
        (400, "Usuário ou senha inválidos.", Cause.CREDENCIAL, Action.PAUSE),
        (400, "USUARIO OU SENHA INVALIDOS", Cause.CREDENCIAL, Action.PAUSE),
        (400, "Credencial inativa", Cause.INATIVA, Action.PAUSE),
        (400, "Serviço indisponível", Cause.DESLIGADO, Action.PAUSE),
        (
            400,
            "Essa instalação foi desativada. … link: https://novo.gov.br/x.",
            Cause.UNIFICADA,
            Action.PAUSE,
        ),
        (400, "", Cause.LOGIN_RECUSADO, Action.PAUSE),
        (401, "", Cause.LOGIN_RECUSADO, Action.PAUSE),
        (403, "", Cause.LOGIN_RECUSADO, Action.PAUSE),
        (200, "", Cause.ESTRANHA, Action.RETRY),
        (302, "", Cause.ESTRANHA, Action.RETRY),
        (404, "", Cause.ESTRANHA, Action.RETRY),
        (500, "", Cause.ERRO_500, Action.RETRY),
        (503, "", Cause.PROXY, Action.RETRY),
    ],
)
def test_no_session(status, text, cause, action):
    found = logged(status, text)
    assert isinstance(found, Outcome) and (found.cause, found.action) == (cause, action)
    assert ("https://novo.gov.br/x" in found.mensagem) == ("novo" in text)


def test_a_page_is_no_session_even_with_a_cookie():
    found = logged(200, "<html>", "JSESSIONID=AB12", kind="text/html")
    assert isinstance(found, Outcome) and found.cause is Cause.ESTRANHA


@pytest.mark.parametrize("multipart", [True, False])
def test_what_is_sent_to_log_in(multipart):
    secret = Credential("úser&x", "s=e nh%a\r\n--")
    request = FormLogin(multipart=multipart).request(secret)
    assert request.path == "/api/recebimento/login"
    assert "senh" not in repr(secret) and "nh%a" not in repr(request)
    if multipart:
        found = {part.name: part.content.decode() for part in parts(request.content_type, request.body)}
        assert found == {"usuario": secret.usuario, "senha": secret.senha}
    else:
        assert request.body == b"usuario=%C3%BAser%26x&senha=s%3De+nh%25a%0D%0A--"


# ---- multipart


@given(data=st.binary(max_size=200), name=st.from_regex(r"[0-9A-Za-z._-]{1,40}", fullmatch=True))
def test_a_file_comes_back(data, name):
    head, tail = file_frame("limite", "ficha", name)
    if b"--limite" in data:
        return
    (part,) = parts("multipart/form-data; boundary=limite", head + data + tail)
    assert (part.name, part.filename, part.content) == ("ficha", name, data)
    assert part.content_type == "application/octet-stream"


@pytest.mark.parametrize(
    "kind",
    [
        'Multipart/Form-Data; boundary="a b"; charset=x',
        'multipart/form-data;charset=utf-8;boundary="a b"',
    ],
)
def test_what_others_write(kind):
    body = (
        b"preamble\r\n--a b\r\ncontent-disposition: form-data; FileName=x.esus; name=ficha\r\n"
        b"Content-Transfer-Encoding: binary\r\n\r\n\x00\r\n\x01\r\n--a b\r\n"
        b'Content-Disposition: form-data; name="outra\\"x"\r\n\r\n\r\n--a b--\r\nepilogue'
    )
    first, second = parts(kind, body)
    assert (first.name, first.filename, first.content) == ("ficha", "x.esus", b"\x00\r\n\x01")
    assert (second.name, second.content, second.filename) == ('outra"x', b"", None)


@pytest.mark.parametrize(
    "kind, body",
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n\r\n--y--"),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\nsem fim"),
        ("multipart/form-data; boundary=x", b"--x\r\nsem cabecalho"),
        ("multipart/form-data; boundary=x", b"lixo--x\r\nA: b\r\n\r\nc\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\nc\r\n" * 30 + b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 9000 + b"\r\n\r\nc\r\n--x--"),
    ],
)
def test_bad_forms_are_refused(kind, body):
    with pytest.raises(MultipartError):
        parts(kind, body)


@given(body=st.binary(max_size=300), kind=st.text(max_size=60))
def test_any_form_is_read_or_refused(body, kind):
    for one in (kind, "multipart/form-data; boundary=x"):
        try:
            parts(one, body.replace(b"x", b"--x\r\n"))
        except MultipartError:
            continue


def test_a_form_of_texts():
    found = parts("multipart/form-data; boundary=x", form({"a": "1", "b": "é"}, "x"))
    assert [(part.name, part.content.decode()) for part in found] == [("a", "1"), ("b", "é")]


# ---- addresses


@pytest.mark.parametrize(
    "text, shown",
    [
        ("https://pec.municipio.gov.br", "https://pec.municipio.gov.br"),
        (" https://PEC.municipio.gov.br:8443/ ", "https://pec.municipio.gov.br:8443"),
        ("https://pec.municipio.gov.br/esus/", "https://pec.municipio.gov.br/esus"),
        ("https://pec.municipio.gov.br/api", "https://pec.municipio.gov.br"),
        ("https://são.gov.br", "https://xn--so-sia.gov.br"),
        ("https://10.0.0.5", "https://10.0.0.5"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:9100", "http://127.0.0.1:9100"),
        ("http://localhost:9100", "http://localhost:9100"),
        ("http://[::1]:9100", "http://[::1]:9100"),
    ],
)
def test_good_addresses(text, shown):
    assert str(parse_address(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "", "pec.gov.br", "ftp://pec.gov.br", "https://", "http://pec.gov.br", "http://10.0.0.5", "http://127.0.0.1.nip.io",
        "http://localhost.evil.com", "https://u:s@pec.gov.br", "https://pec.gov.br/?a=1", "https://pec.gov.br/#x",
        "https://pec.gov.br:99999", "https://pec.gov.br/../x", "https://pec.gov.br/a b", "https://pec gov.br",
        "https://pec.gov.br\r\nX: y/", "https://[::1", "https://-x.gov.br", "https://@pec.gov.br", "javascript:x",
    ],
)  # fmt: skip
def test_bad_addresses(text):
    with pytest.raises(AddressError):
        parse_address(text)
