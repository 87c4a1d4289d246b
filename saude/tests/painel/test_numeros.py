"""Every number that a page shows of the production, counted again here from the rows, in every área and role.

The rows are read once, plainly, and counted in Python: no kept count, no filter and no query of the system.
"""

import io
import zipfile
from collections import Counter
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from pagina_lida import ler, numero
from producao import em, exportar, quebrado, receber, registro, sem_data
from telefone import lotar

from ledi_gerador.documentos import cpf
from saude.acs.models import Aparelho
from saude.cadastros.models import Especialidade, Estabelecimento, Profissional
from saude.comum.competencia import SEM_DATA
from saude.contas.actions import create_token, grant
from saude.contas.models import Acesso
from saude.exportacao.actions import run_export
from saude.exportacao.models import Exportacao
from saude.fichas.contagens import by_municipality
from saude.fichas.models import Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.processamento.descarte import discard
from saude.registro.tipos import Tipo

A, B, FECHADO = "2513838", "2513846", "2513854"
PANEL, EXPORTS = "/executando/sistema/exportacao/", "/executando/sistema/exportacoes/"
ADDRESS = {
    "processada": "processados", "inconsistente": "inconsistencias", "pendente": "pendencias",
    "exportada": "exportados",
}  # fmt: skip
COLUMN = {"processada": "Processados", "inconsistente": "Inconsistências", "pendente": "Pendências",
          "exportada": "Exportados"}  # fmt: skip
#: role -> (preset, the áreas it is limited to, those that may be chosen in the header)
PAPEIS = {
    "coordenador": ("Coordenador", None, (None, A, B)),
    "digitador": ("Digitador", None, (None, A)),
    "consulta": ("Consulta", None, (None, B)),
    "coordenador de uma área": ("Coordenador", (A,), (None,)),
    "digitador de duas áreas": ("Digitador", (A, B), (None, A, B)),
}
CASOS = [(papel, area) for papel, (_, _, areas) in PAPEIS.items() for area in areas]


def noutro_mes(record):
    record["ficha"]["headerTransport"]["dataAtendimento"] -= 40 * 86_400_000
    return record


@pytest.fixture
def producao(entidade):
    """In three establishments and in none; three months and none; every situação; both ways of being left out."""
    for c, name in ((A, "UBS Acácia"), (B, "UBS Buriti")):
        Estabelecimento.objects.create(entidade=entidade, cnes=c, nome=name)
    Estabelecimento.objects.create(entidade=entidade, cnes=FECHADO, nome="UBS Fechada", ativo=False)
    receber(
        entidade, em(A, registro()), em(B, registro()), em(B, registro("FAI")), em(B, noutro_mes(registro()))
    )
    exportar(entidade)
    for n, c in enumerate((A, B, FECHADO), 1):
        receber(
            entidade,
            *(em(c, registro()) for _ in range(n)),
            em(c, registro("FP")),
            em(c, registro("FAI", especialidade="Cardiologia")),
            em(c, registro("FAI", urgencia=True)),
            em(c, quebrado(), f"ANA {c}", cpf(100_000_000 + n)),
            em(c, quebrado(), f"ANA {c}", cpf(100_000_000 + n)),
            em(c, quebrado(), f"EVA {c}", cpf(200_000_000 + n)),
            em(c, noutro_mes(quebrado())),
            em(c, sem_data(registro())),
            *(em(c, registro(origem="app")) for _ in range(n)),
        )
    lost = registro()
    lost["cnes"] = lost["ficha"]["headerTransport"]["cnes"] = ""
    receber(entidade, lost, sem_data(quebrado()))
    Especialidade.objects.filter(nome__iexact="cardiologia").update(tipo="especializada")
    gone = Ficha.objects.filter(cnes=A, situacao="inconsistente", data__isnull=False).latest("pk")
    discard(ficha=gone, motivo="teste", revisao=gone.revisao, by="teste")
    assert {r.situacao for r in Ficha.objects.all()} == {*ADDRESS, "descartada"}


@pytest.fixture
def entra(client, criar_usuario, entidade):
    """Logged in as the role, in the área: (client, the CNES it then sees; None: all)."""

    def enter(papel: str, area: str | None) -> tuple[Client, frozenset[str] | None]:
        preset, limited, _ = PAPEIS[papel]
        posts = {e.cnes: e for e in Estabelecimento.objects.filter(entidade=entidade)}
        user = criar_usuario(
            preset, username="quem", **({"estabelecimento": posts[limited[0]]} if limited else {})
        )
        for c in (limited or ())[1:]:
            permissoes = Acesso.objects.filter(usuario=user)[0].permissoes
            grant(by="t", usuario=user, entidade=entidade, estabelecimento=posts[c], permissoes=permissoes)
        client.force_login(user)
        if area:
            client.post("/conta/contexto/", {"entidade": entidade.pk, "area": posts[area].pk})
        return client, frozenset({area}) if area else limited and frozenset(limited)

    return enter


# -- the other way to count


def linhas(cnes):
    """The rows of these áreas that are in any count."""
    found = list(Ficha.objects.order_by("pk"))
    return [f for f in found if f.situacao != "descartada" and (cnes is None or f.cnes in cnes)]


def mes(f) -> str:
    return f"{f.data:%Y%m}" if f.data else SEM_DATA


def de_fora(f) -> bool:
    """Left out by configuration, as the manual tells it."""
    return f.urgencia or f.especialidade == "Cardiologia" or f.especialidade in _especializadas()


def _especializadas():
    return set(Especialidade.objects.filter(tipo="especializada").values_list("codigo", flat=True))


def nome(competencia: str) -> str:
    return "Sem data" if competencia == SEM_DATA else f"{competencia[4:]}/{competencia[:4]}"


def endereco(competencia: str) -> str:
    return f"{PANEL}{'sem-data' if competencia == SEM_DATA else competencia}/"


# -- the pages


@pytest.mark.parametrize(("papel", "area"), CASOS)
def test_the_panel_and_its_chart(producao, entra, papel, area):
    client, cnes = entra(papel, area)
    page, rows = ler(client.get(PANEL)), linhas(cnes)
    shown = {r[""].split(" Outras")[0]: r for r in page.tabelas[0][1:]}
    assert set(shown) == {nome(mes(f)) for f in rows}
    for competencia in {mes(f) for f in rows}:
        mine, row = [f for f in rows if mes(f) == competencia], shown[nome(competencia)]
        n = Counter(f.situacao for f in mine)
        for situacao, column in COLUMN.items():
            assert numero(row[column]) == n[situacao], (competencia, column)
        assert numero(row["Total"]) == len(mine)
        left = sum(de_fora(f) for f in mine if f.situacao == "processada")
        assert (f"{left} não exportáve" in row["Processados"].replace("exportável", "exportáve")) == bool(
            left
        )
        bar = f"{nome(competencia)}, {len(mine)} registros"
        assert (bar in page.texto) == (competencia != SEM_DATA), "the chart is of the competências"
    assert list(shown)[-1] == "Sem data"
    whole = [f for f in linhas(PAPEIS[papel][1]) if f not in rows]
    held = sum(
        1 for f in whole if f.situacao != "exportada" and not (f.situacao == "processada" and de_fora(f))
    )
    assert (f"Outras áreas: {held} não exportadas" in page.texto) == bool(held), held


@pytest.mark.parametrize(("papel", "area"), CASOS)
def test_totals_lists_sheets_and_badges(producao, entra, papel, area):
    client, cnes = entra(papel, area)
    rows = linhas(cnes)
    for competencia in {mes(f) for f in rows}:
        badges = {COLUMN[s]: sum(f.situacao == s for f in rows if mes(f) == competencia) for s in COLUMN}
        for situacao, last in ADDRESS.items():
            url = f"{endereco(competencia)}{last}/"
            mine = [f for f in rows if mes(f) == competencia and f.situacao == situacao]
            page = ler(client.get(url))
            assert page.numeros == badges, url
            *kinds, total = page.tabelas[0][1:]
            by_kind = Counter(f.get_tipo_display() for f in mine)
            assert {k[""]: numero(k["#1"]) for k in kinds} == {
                label: by_kind[label] for t, label in Tipo.choices if t != "FCC"
            }, url
            assert numero(total["#1"]) == len(mine)
            if situacao == "processada":
                assert sum(v for k, v in page.listas.items()) == sum(de_fora(f) for f in mine)
            listed = ler(client.get(f"{url}?guia=fichas")).tabelas
            assert len(listed[0][1:] if listed else []) == len(mine), url
            text = b"".join(client.get(f"{url}?guia=fichas&baixar=csv").streaming_content).decode()
            assert len(text.strip().splitlines()) == 1 + len(mine), url
            book = b"".join(client.get(f"{url}?guia=fichas&baixar=xlsx").streaming_content)
            sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
            assert len(ElementTree.fromstring(sheet).find("{*}sheetData")) == 1 + len(mine), url


@pytest.mark.parametrize(("papel", "area"), CASOS)
def test_clients_and_causes_of_the_inconsistencias(producao, entra, papel, area):
    client, cnes = entra(papel, area)
    open_ = [
        i
        for i in Inconsistencia.objects.filter(encerrada_em=None).select_related("ficha", "cliente")
        if cnes is None or i.ficha.cnes in cnes
    ]
    for competencia in {mes(f) for f in linhas(cnes)}:
        mine = [i for i in open_ if mes(i.ficha) == competencia]
        url = f"{endereco(competencia)}inconsistencias/"
        people = {(i.cliente_id, i.ficha_id) for i in mine if i.cliente_id and i.severidade == "erro"}
        tables = ler(client.get(f"{url}?guia=clientes")).tabelas
        shown = Counter(numero(r["Registros"]) for r in (tables[0][1:] if tables else []))
        assert shown == Counter(Counter(who for who, _ in people).values()), url
        causes = {(i.causa, i.codigo, i.severidade, i.ficha_id) for i in mine}
        tables = ler(client.get(f"{url}?guia=causas")).tabelas
        shown = Counter(numero(r["Fichas"]) for t in tables for r in t[1:])
        assert shown == Counter(Counter(c[:3] for c in causes).values()), url
        for who, n in Counter(who for who, _ in people).items():
            detail = ler(client.get(f"/clientes/{who}/")).tabelas
            of_all = {i.ficha_id for i in open_ if i.cliente_id == who and i.severidade == "erro"}
            assert max(numero(r["Registros"]) for r in detail[0][1:]) <= len(of_all) and n <= len(of_all)


@pytest.mark.parametrize(("papel", "area"), [c for c in CASOS if "coordenador" in c[0]])
def test_the_export_its_preview_and_its_history(producao, entra, papel, area):
    client, cnes = entra(papel, area)
    rows = linhas(cnes)
    undated = sum(f.data is None for f in rows)
    for competencia in sorted({mes(f) for f in rows} - {SEM_DATA}):
        mine = [f for f in rows if mes(f) == competencia]
        go = [f for f in mine if f.situacao == "processada" and not de_fora(f)]
        n = Counter("de fora" if f.situacao == "processada" else f.situacao for f in mine if f not in go)
        page = ler(client.get(f"{EXPORTS}nova/?competencia={competencia}"))
        assert [v for k, v in page.numeros.items()] == [len(go)], competencia
        by_kind = Counter(f.get_tipo_display() for f in go)
        stays = {k: v for k, v in page.listas.items() if k not in by_kind}
        assert {k: page.listas[k] for k in by_kind} == by_kind
        assert (
            stays.get("Inconsistentes", 0) == n["inconsistente"]
            and stays.get("Pendentes", 0) == n["pendente"]
        )
        assert stays.get("Já exportadas", 0) == n["exportada"]
        assert sum(stays.values()) == sum(n.values())
        panel = {r[""].split(" Outras")[0]: r for r in ler(client.get(PANEL)).tabelas[0][1:]}[
            nome(competencia)
        ]
        assert numero(panel["Inconsistências"]) == n["inconsistente"], (
            "the panel and the preview say the same"
        )
        assert (f"{undated} ficha" in page.texto and "sem data" in page.texto) == bool(undated)
        if not go:
            continue
        form = {"escopo": "nao_exportados", "tipo": "", "chave": competencia}
        start = f"{competencia[:4]}-{competencia[4:]}-01"
        end = max(f.data for f in mine).isoformat()
        response = client.post(f"{EXPORTS}nova/", form | {"inicio": start, "fim": end})
        done = run_export(int(response.url.rstrip("/").rsplit("/", 1)[1]))
        result = ler(client.get(response.url))
        assert done.total == len(go) and f"Fichas no arquivo {len(go)} " in result.texto
        assert {k: result.listas[k] for k in by_kind} == by_kind
        history = ler(client.get(EXPORTS)).tabelas[0][1]
        assert numero(history["Fichas"]) == len(go)
        assert bool(cnes) == ("Só " in history["Registros"])
        after = [f for f in linhas(cnes) if mes(f) == competencia and f.situacao == "exportada"]
        panel = {r[""].split(" Outras")[0]: r for r in ler(client.get(PANEL)).tabelas[0][1:]}[
            nome(competencia)
        ]
        assert numero(panel["Exportados"]) == len(after) == n["exportada"] + len(go)
    assert Exportacao.objects.count() >= 2


@pytest.mark.parametrize(("papel", "area"), CASOS)
def test_pendencias_and_sincronizacoes(producao, entra, entidade, papel, area):
    lotacao = lotar(entidade)
    lotacao.estabelecimento = Estabelecimento.objects.get(cnes=A)
    lotacao.save()
    who = lotacao.profissional
    Ficha.objects.filter(cnes__in=[A, B]).update(profissional_cns=who.cns)
    first = Aparelho.objects.create(
        entidade=entidade, profissional=who, estabelecimento=lotacao.estabelecimento, cbo=lotacao.cbo,
        instalacao="um", hash="1" * 64, sincronizado_em="2026-09-20T12:00Z",
    )  # fmt: skip
    first.pk, first.instalacao, first.hash, first.sincronizado_em = (
        None,
        "dois",
        "2" * 64,
        "2026-09-21T12:00Z",
    )
    first.save()
    client, cnes = entra(papel, area)
    waiting = [f for f in linhas(cnes) if f.situacao == "pendente"]
    page = ler(client.get("/pendencias/"))
    groups, listed = (page.tabelas[0][1:], page.tabelas[1][1:]) if waiting else ([], [])
    assert Counter(numero(r["Registros"]) for r in groups) == Counter(
        Counter((f.origem, f.profissional_cns, f.motivo_pendencia) for f in waiting).values()
    )
    assert len(listed) == len(waiting)
    syncs = ler(client.get("/executando/sistema/sincronizacoes/")).tabelas
    if cnes and A not in cnes:
        assert not syncs
        return
    (row,) = syncs[0][1:]
    of_the_agent = [f for f in linhas(cnes) if f.origem == "app" and f.profissional_cns == who.cns]
    assert numero(row["Enviados"]) == len(of_the_agent)
    assert numero(row["Pendentes"]) == sum(f.situacao == "pendente" for f in of_the_agent)
    assert row["Última sincronização"] == "21/09/2026 09:00"
    assert {r["Última sincronização"] for r in groups if who.nome in r[""]} == {row["Última sincronização"]}


def test_the_api_and_the_metrics(producao, entidade, client):
    """They are of the entidade: a token has no área."""
    _, secret = create_token(by="teste", entidade=entidade, nome="sistema")
    key = {"Authorization": f"Bearer {secret}"}
    rows = linhas(None)
    counted = Counter(f.situacao for f in Ficha.objects.all())
    assert {s: n for _, s, n in by_municipality()} == counted
    for f in rows:
        answer = client.get(f"/api/v1/registros/{f.uuid}", headers=key).json()
        assert (answer["situacao"], answer["competencia"]) == (f.situacao, mes(f) if f.data else None)
        assert len(answer["inconsistencias"]) == f.n_erros + f.n_avisos
    old = Inconsistencia.objects.all()[0].aberta_em - timedelta(minutes=1)
    Inconsistencia.objects.update(aberta_em=old)
    found = client.get("/api/v1/inconsistencias", headers=key).json()
    errors = Inconsistencia.objects.filter(encerrada_em=None, severidade="erro").count()
    assert len(next(v for v in found.values() if isinstance(v, list))) == errors


# -- Produção: by unit, team and professional


def grupos():
    """How a page groups -> (what a ficha says of it, its parameter in a list)."""
    return {"unidade": ("cnes", "cnes"), "equipe": ("ine", "ine"),
            "profissional": ("profissional_cns", "profissional")}  # fmt: skip


def o_mes_anterior(competencia: str) -> str:
    year, month = int(competencia[:4]), int(competencia[4:])
    return f"{year - 1}12" if month == 1 else f"{year}{month - 1:02d}"


@pytest.mark.parametrize("por", ["unidade", "equipe", "profissional"])
@pytest.mark.parametrize(("papel", "area"), CASOS)
def test_production_by_unit_team_and_professional(producao, entra, papel, area, por):
    client, cnes = entra(papel, area)
    rows, (column, parameter) = linhas(cnes), grupos()[por]
    for competencia in {mes(f) for f in rows} - {SEM_DATA}:
        mine = [f for f in rows if mes(f) == competencia]
        before = Counter(getattr(f, column) for f in rows if mes(f) == o_mes_anterior(competencia))
        url = f"/executando/sistema/producao/?por={por}&competencia={competencia}"
        answer = client.get(url)
        page = ler(answer)
        *lines, total = page.tabelas[0][1:]
        assert len(lines) == len({getattr(f, column) for f in mine} | before.keys())
        for line, told in zip(answer.context["linhas"], lines, strict=True):
            its = [f for f in mine if getattr(f, column) == line.chave]
            _as_counted(told, its, before[line.chave])
            if line.chave and its:  # the number and its list are the same
                situacao = its[0].situacao
                address = f"{endereco(competencia)}{ADDRESS[situacao]}/"
                listed = ler(client.get(address, {"guia": "fichas", parameter: line.chave})).tabelas
                assert len(listed[0][1:]) == sum(f.situacao == situacao for f in its)
        _as_counted(total, mine, sum(before.values()))
        panel = {r[""].split(" Outras")[0]: r for r in ler(client.get(PANEL)).tabelas[0][1:]}
        assert numero(total["Total"]) == numero(panel[nome(competencia)]["Total"])
        book = b"".join(client.get(f"{url}&baixar=xlsx").streaming_content)
        sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
        assert len(ElementTree.fromstring(sheet).find("{*}sheetData")) == 2 + len(lines)


def _as_counted(told, its, before):
    n = Counter(f.situacao for f in its)
    for situacao, column in COLUMN.items():
        assert numero(told[column]) == n[situacao], (told, column)
    assert numero(told["Total"]) == len(its) and numero(told["Mês anterior"]) == before
    good = sum(f.situacao in ("processada", "exportada") for f in its)
    assert told["Prontas"] == (f"{good * 100 // len(its)}%" if its else "—")
    difference = len(its) - before
    assert told["Diferença"].replace(".", "") == (f"+{difference}" if difference > 0 else str(difference))


@pytest.mark.parametrize(("papel", "area"), CASOS)
def test_the_report_of_a_professional(producao, entra, papel, area):
    client, cnes = entra(papel, area)
    entidade = producao_de()
    cns = Ficha.objects.filter(situacao="inconsistente").first().profissional_cns
    person = Profissional.objects.create(entidade=entidade, nome="Ana Agente", cns=cns)
    rows = [f for f in linhas(cnes) if f.profissional_cns == cns and f.data]
    for competencia in {mes(f) for f in rows}:
        mine = [f for f in rows if mes(f) == competencia]
        url = f"/executando/sistema/producao/profissional/{person.pk}/?competencia={competencia}"
        kinds, days = ler(client.get(url)).tabelas
        by_kind = Counter(f.get_tipo_display() for f in mine)
        assert {k[""]: numero(k["Fichas"]) for k in kinds[1:-1]} == by_kind
        assert numero(kinds[-1]["Fichas"]) == len(mine)
        assert numero(kinds[-1]["Cidadãos"]) == sum(f.n_cidadaos for f in mine)
        assert len(days) == 1 + len({f.data for f in mine})
        assert sum(numero(d["#1"]) for d in days[1:]) == len(mine)
        book = b"".join(client.get(f"{url}&baixar=xlsx").streaming_content)
        sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
        assert len(ElementTree.fromstring(sheet).find("{*}sheetData")) == 1 + len(mine)
        assert "ANA 2513" not in sheet.decode()  # no citizen is named in it


def producao_de():
    return Ficha.objects.first().entidade


def test_the_report_is_not_of_a_stranger(producao, entra, outra_entidade):
    client, _ = entra("coordenador de uma área", None)
    post = Estabelecimento.objects.get(cnes=B)
    elsewhere = Profissional.objects.create(entidade=post.entidade, nome="De B", cns="7" * 15)
    foreign = Profissional.objects.create(entidade=outra_entidade, nome="De fora", cns="8" * 15)
    for person in (elsewhere, foreign):
        assert client.get(f"/executando/sistema/producao/profissional/{person.pk}/").status_code == 404
    for bad in ("209913", "x", "000000", "202601'"):
        assert (
            client.get("/executando/sistema/producao/", {"competencia": bad, "por": "x"}).status_code == 200
        )
