"""Every refusal of the API is a problem in Portuguese, and OpenAPI tells that it can come."""

import pytest

from saude.contas.actions import create_token

PROBLEM = "application/problem+json"


@pytest.fixture
def token(entidade):
    return create_token(by="teste", entidade=entidade, nome="sistema")[1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limite=muitos", "O parâmetro limite deve ser um número inteiro."),
        ("limite=0", "O parâmetro limite deve ser 1 ou mais."),
        ("limite=5001", "O parâmetro limite deve ser 5000 ou menos."),
        (
            "apos=-1&avisos=talvez",
            "O parâmetro apos deve ser 0 ou mais. O parâmetro avisos deve ser true ou false.",
        ),
    ],
)
def test_a_wrong_parameter_is_told_in_portuguese(client, token, query, words):
    answer = client.get(f"/api/v1/inconsistencias?{query}", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    assert answer.json()["detail"] == words


def test_openapi_tells_every_refusal(client, token):
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    schema = client.get("/api/openapi.json", **bearer).json()
    seen = {
        ("/api/v1/lotes/{uuid}", "get", 401): client.get("/api/v1/lotes/x"),
        ("/api/v1/lotes/{uuid}", "get", 404): client.get("/api/v1/lotes/x", **bearer),
        ("/api/v1/lotes/{uuid}/respostas", "get", 404): client.get("/api/v1/lotes/x/respostas", **bearer),
        ("/api/v1/registros/{uuid}", "get", 404): client.get("/api/v1/registros/x", **bearer),
        ("/api/v1/esquemas/{tipo}", "get", 404): client.get("/api/v1/esquemas/XX", **bearer),
        ("/api/v1/inconsistencias", "get", 422): client.get("/api/v1/inconsistencias?apos=x", **bearer),
    }
    for encoding, kind in (("br", 415), ("", 400)):
        more = {"HTTP_CONTENT_ENCODING": encoding} if encoding else {}
        for address, form in (("registros", "application/json"), ("lotes", "application/x-ndjson")):
            sent = client.post(f"/api/v1/{address}", b"", content_type=form, **bearer, **more)
            seen[(f"/api/v1/{address}", "post", kind)] = sent
    for (path, verb, status), answer in seen.items():
        assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), (path, answer.content)
        assert str(status) in schema["paths"][path][verb]["responses"], (path, status)
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            assert "401" in operation["responses"], (path, verb)
