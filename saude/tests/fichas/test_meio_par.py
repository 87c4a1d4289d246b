"""A text with half a surrogate pair (a broken system's emoji): told, shown, mended; no page breaks."""

import json

from producao import ficha_de, receber, registro

from saude.fichas.models import Ficha


def test_pages_of_a_record_with_half_a_surrogate_pair(entidade, client, criar_usuario):
    record = registro("FCI")
    record["ficha"]["identificacaoUsuarioCidadao"]["nomeMaeCidadao"] = "MARIA \ud83d SILVA"
    [answer] = receber(entidade, record)
    assert answer.situacao == "inconsistente"
    client.force_login(criar_usuario("Coordenador"))
    ficha = ficha_de(answer)
    for page in ("", "corrigir/", "versoes/"):
        shown = client.get(f"/fichas/{ficha.uuid}/{page}")
        assert shown.status_code == 200, page
    assert "\\ud83d" in Ficha.objects.get().conteudo.registro  # kept as it came
    assert (
        json.loads(ficha.conteudo.registro)["ficha"]["identificacaoUsuarioCidadao"]["nomeMaeCidadao"][6]
        == "\ud83d"
    )
