"""A CNES file as municipalities have it: odd rows are told and the rest is used; a team that serves two places."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from producao import registro

from saude.cadastros.models import Equipe, Estabelecimento, Lotacao, Profissional
from saude.fichas.models import Ficha
from saude.formularios import fontes
from saude.inconsistencias.models import Inconsistencia
from saude.painel.apresenta import Nomes
from saude.painel.filtros import choices
from saude.recebimento.actions import receive
from saude.referencias.models import Publicacao

HEADER = registro("FVD")["ficha"]["headerTransport"]
CNS, CNES, INE, CBO = (HEADER[n] for n in ("profissionalCNS", "cnes", "ine", "cboCodigo_2002"))
NORTE = "0019623"
TEAM = '<DADOS_EQUIPES TP_EQUIPE="72" SG_EQUIPE="EMULTI" CO_INE="{}" NM_REFERENCIA="EQUIPE" DT_DESATIVACAO="{}"/>'
PLACE = (
    '<DADOS_GERAIS_ESTABELECIMENTOS NM_FANTA="{}" CNES="{}" TP_UNID_ID="02"><EQUIPES>{}</EQUIPES>'
    "</DADOS_GERAIS_ESTABELECIMENTOS>"
)
PERSON = (
    '<DADOS_PROFISSIONAIS NM_PROF="{}" CPF_PROF="" CO_CNS="{}"><LOTACOES>{}</LOTACOES></DADOS_PROFISSIONAIS>'
)
POST = '<DADOS_LOTACOES CNES="{}" CO_INE="{}" CO_CBO="{}"/>'
BOTH = PLACE.format("UBS SUL", CNES, TEAM.format(INE, "")) + PLACE.format(
    "UBS NORTE", NORTE, TEAM.format(INE, "")
)
MINE = PERSON.format("ANA", CNS, POST.format(CNES, INE, CBO) + POST.format(NORTE, INE, CBO))


def xml(places: str = BOTH, people: str = MINE, *, ibge: str = "421820", day: str = "2026-09-01") -> bytes:
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<ImportarXMLCNES>\n'
        f'<IDENTIFICACAO DATA="{day}" ORIGEM="PORTAL" DESTINO="ESUS_AB" CO_IBGE_MUN="{ibge}" VERSION_XSD="3.1">\n'
        f"<ESTABELECIMENTOS>{places}</ESTABELECIMENTOS>\n<PROFISSIONAIS>{people}</PROFISSIONAIS>\n"
        "</IDENTIFICACAO></ImportarXMLCNES>"
    ).encode("iso-8859-1")


@pytest.fixture
def enviar(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))

    def send(data: bytes) -> Any:
        file = SimpleUploadedFile("cnes.xml", data)
        return client.post(reverse("referencias:enviar", args=["cnes"]), {"arquivo": file})

    return send


@pytest.fixture
def importar(enviar, client):
    def both(data: bytes) -> Publicacao:
        enviar(data)
        row = Publicacao.objects.latest("pk")
        client.post(reverse("referencias:confirmar", args=[row.pk]))
        row.refresh_from_db()
        assert row.situacao == "pronta", row.erro
        return row

    return both


def visita(entidade: Any, **header: str) -> set[str]:
    """CTX codes of a visit with these changes of its post."""
    record = registro()
    record["ficha"]["headerTransport"].update(header)
    record["cnes"], record["ine"] = (record["ficha"]["headerTransport"][n] for n in ("cnes", "ine"))
    [answer] = receive(entidade=entidade, records=[record], origem="api")
    rows = Inconsistencia.objects.filter(ficha_id=answer.ficha_id, encerrada_em=None)
    return {code for code in rows.values_list("codigo", flat=True) if code.startswith("CTX-")}


ODD = PLACE.format("RUIM", "12", "")
PEOPLE = (
    MINE
    + PERSON.format("CURTO", CNS[:14], POST.format(CNES, INE, CBO))
    + PERSON.format("SEM CARTAO", "", POST.format(CNES, "", "515105"))
    + PERSON.format(
        "DE FORA", "700000000000005", POST.format("0000124", "", CBO) + POST.format(CNES, INE, "")
    )
)


def test_odd_rows_are_told_before_and_after_and_the_rest_is_used(enviar, client, entidade):
    where = enviar(xml(BOTH + ODD, PEOPLE))["Location"]
    told = (
        "Linha 4: CNES está malformado: o estabelecimento e suas equipes ficaram de fora",
        "CO_CNS não tem 15 dígitos: o profissional e suas lotações ficaram de fora",
        "profissional sem CNS: nenhuma ficha pode ser reconhecida como dele",
        "CO_CBO está vazio: a lotação ficou de fora",
        "Lotações em estabelecimentos que o arquivo não traz ficaram de fora: 1, no CNES 0000124",
    )
    for _ in ("compared", "in force"):
        page = client.get(where).content.decode()
        assert "Linhas do arquivo com problema" in page
        assert [text for text in told if text not in page] == []
        for name in ("CURTO", "SEM CARTAO"):  # an aviso names nobody
            assert name not in page.split("Linhas do arquivo com problema")[1].split("</section>")[0]
        client.post(f"{where}confirmar/")
    row = Publicacao.objects.get()
    assert (row.situacao, len(row.diferencas["avisos"])) == ("pronta", 5)
    assert set(Estabelecimento.objects.values_list("cnes", flat=True)) == {CNES, NORTE}
    assert set(Profissional.objects.values_list("cns", flat=True)) == {CNS, "700000000000005"}
    assert visita(entidade) == set()


def test_a_professional_without_cns_in_the_file_is_named_by_the_finding(importar, entidade):
    importar(xml(people=PEOPLE))
    record = registro()
    record["ficha"]["headerTransport"] |= {"profissionalCNS": "898001160660761", "cboCodigo_2002": "515105"}
    del record["ine"], record["ficha"]["headerTransport"]["ine"]
    [answer] = receive(entidade=entidade, records=[record], origem="api")
    texts = [i["mensagem"] for i in answer.inconsistencias if i["codigo"].startswith("CTX-")]
    assert any("sem CNS" in text or "sem o CNS" in text for text in texts), texts


def test_a_team_of_two_places_is_kept_judged_and_offered_in_both(importar, client, entidade, criar_usuario):
    importar(xml())
    team = Equipe.objects.get()
    assert [place.cnes for place in team.estabelecimentos] == [CNES, NORTE]
    assert Lotacao.objects.filter(equipe=team).count() == 2
    assert visita(entidade) == set()
    assert visita(entidade, cnes=NORTE) == set()
    assert visita(entidade, cnes="0000124") == {"CTX-CNES-001"}
    assert fontes.search(entidade, "equipes", INE) == [(INE, "EQUIPE (UBS SUL, UBS NORTE)")]
    names = Nomes.of(entidade)
    for area in (CNES, NORTE):
        assert choices(entidade, names, cnes={area})["equipes"] == [(team.ine, team.nome)]
    assert choices(entidade, names, cnes={"0000124"})["equipes"] == []
    for name, args in (("equipes", []), ("equipe", [team.pk])):
        page = client.get(reverse(name, args=args)).content.decode()
        assert ">UBS SUL</a" in page.replace("\n", "")
        assert ">UBS NORTE</a" in page.replace("\n", "")
    norte = Estabelecimento.objects.get(cnes=NORTE)
    assert INE in client.get(reverse("estabelecimento", args=[norte.pk])).content.decode()
    counts = client.get(reverse("estabelecimentos")).context["page"].object_list
    assert [row.n_equipes for row in counts] == [1, 1]


def test_a_team_that_leaves_a_place_is_a_difference_and_its_fichas_are_judged_again(importar, entidade):
    importar(xml())
    assert visita(entidade, cnes=NORTE) == set()
    alone = PLACE.format("UBS SUL", CNES, TEAM.format(INE, "")) + PLACE.format("UBS NORTE", NORTE, "")
    row = importar(xml(alone, day="2026-09-02"))
    assert row.diferencas["equipes"]["mudados"]["n"] == 1
    assert [p.cnes for p in Equipe.objects.get().estabelecimentos] == [CNES]
    assert visita(entidade, cnes=NORTE) == {"CTX-INE-002"}
    again = importar(xml(day="2026-09-03"))
    assert again.diferencas["equipes"]["mudados"]["n"] == 1
    assert visita(entidade, cnes=NORTE) == set()


def test_the_same_file_again_is_no_difference(importar, enviar):
    importar(xml())
    enviar(xml(day="2026-09-02"))
    found = Publicacao.objects.latest("pk").diferencas["equipes"]
    assert [found[what]["n"] for what in ("novos", "mudados", "sumidos")] == [0, 0, 0]


def test_a_deactivated_team_gives_one_finding(importar, entidade):
    closed = PLACE.format("UBS SUL", CNES, TEAM.format(INE, "31/03/2026")) + PLACE.format(
        "UBS NORTE", NORTE, ""
    )
    importar(xml(closed, PERSON.format("ANA", CNS, POST.format(CNES, INE, CBO))))
    assert visita(entidade) == {"CTX-INE-003"}
    assert Ficha.objects.get().situacao == "inconsistente"


def test_a_team_closed_in_one_place_serves_in_the_other(importar, entidade):
    half = PLACE.format("UBS SUL", CNES, TEAM.format(INE, "31/03/2026")) + PLACE.format(
        "UBS NORTE", NORTE, TEAM.format(INE, "")
    )
    importar(xml(half))
    assert Equipe.objects.get().desativada_em is None
    assert visita(entidade, cnes=NORTE) == set()


def test_the_cnes_of_another_municipality_is_said_on_the_page_and_changes_nothing(enviar, client):
    page = client.get(enviar(xml(ibge="420540"))["Location"]).content.decode()
    assert "Este CNES é de outro município (IBGE 4205407)" in page
    assert not Estabelecimento.objects.exists()
