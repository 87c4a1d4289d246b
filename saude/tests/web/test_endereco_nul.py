"""A NUL in an address is the client's mistake, never a server error."""

import pytest


@pytest.mark.parametrize(
    "address",
    ["/busca/?uuid=%00abcdefgh", "/clientes/?q=a%00b", "/api/v1/registros/0019615%00", "/fichas/a%00b/"],
)
def test_an_address_with_nul_is_refused(client, address):
    answer = client.get(address)
    assert answer.status_code == 400
    assert "caractere nulo" in answer.content.decode()
