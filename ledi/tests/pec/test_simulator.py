"""The simulator as others meet it: plain HTTP, every documented answer, every parameter."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime

import pytest
from pec_kit import PARAMETERS, Browser, bad_entry, browser, entry, numbered, registro, simulator

from ledi.codecs import thrift
from ledi.envelope import TRANSPORT
from ledi.errors import LediError
from ledi.installation import FICTICIA
from ledi.layouts import layout
from ledi.pec.client import Registro
from ledi.pec.login import LOGIN_PATH
from ledi.pec.multipart import form
from ledi.pec.simulator import PARAMETERS as KNOWN
from ledi.pec.simulator import SCENARIOS, Chosen, ParameterError, Parameters, Settings, Simulator
from ledi.processing import finish
from ledi.retorno import open_retorno
from ledi.validation import validate
from ledi.zip import Entry, PackageWriter
from ledi_gerador.gerador import HOJE

STRUCT = layout().structs[TRANSPORT]


def rewrapped(data: bytes, **changes: object) -> bytes:
    """The envelope with other values in it."""
    return thrift.encode(STRUCT, thrift.decode(STRUCT, data).value | changes)


@pytest.fixture
def pec():
    with simulator() as made:
        yield made


@pytest.fixture
def logged(pec):
    with browser(pec) as made:
        assert made.login() == 200
        yield made


# ---- logging in


@pytest.mark.parametrize("form_of", ["urlencoded", "multipart", "json"])
@pytest.mark.parametrize("senha, good", [("simulado", True), ("errada", False), ("", False)])
def test_login(pec, form_of, senha, good):
    kinds = {
        "urlencoded": ("application/x-www-form-urlencoded; charset=UTF-8", f"usuario=simulado&senha={senha}"),
        "multipart": ("multipart/form-data; boundary=x", form({"usuario": "simulado", "senha": senha}, "x")),
        "json": ("application/json", json.dumps({"usuario": "simulado", "senha": senha})),
    }
    kind, body = kinds[form_of]
    with browser(pec) as made:
        status, headers, answer = made.ask("POST", LOGIN_PATH, body, {"Content-Type": kind})
    if good and form_of != "json":
        assert status == 200 and headers["set-cookie"].startswith("JSESSIONID=") and answer == b""
    else:
        assert (status, answer.decode()) == (400, "Usuário ou senha inválidos.")
        assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"usuario=simulado", b"a=b&" * 500, b"usuario=simulado&senha=%ff"]
)
def test_login_with_anything_else(pec, body):
    with browser(pec) as made:
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "\x01"):
            assert made.ask("POST", LOGIN_PATH, body, {"Content-Type": kind})[0] == 400


@pytest.mark.parametrize(
    "path, method, status",
    [
        ("/api/v1/recebimento/login", "POST", 403),
        ("/api/recebimento/ficha", "POST", 403),
        ("/api/qualquer", "POST", 403),
        ("/api/recebimento/login", "GET", 405),
        ("/api/v1/recebimento/ficha", "DELETE", 405),
        ("/nada", "POST", 403),
        ("/nada", "GET", 404),
    ],
)
def test_swapped_and_other_addresses(logged, path, method, status):
    assert logged.ask(method, path, b"x")[0] == status


@pytest.mark.parametrize("how", ["401", "302", "403"])
def test_without_a_session(how):
    with simulator(sem_cookie=how) as pec, browser(pec) as made:
        assert made.send_registro(registro())[0] == int(how)
        made.cookie = "JSESSIONID=inventada"
        assert made.send_registro(registro())[0] == 401


@pytest.mark.parametrize("body, kind", [("vazio", ""), ("html", "text/html"), ("json", "application/json")])
def test_body_of_401(body, kind):
    with simulator(corpo_401=body) as pec, browser(pec) as made:
        status, headers, _ = made.ask("POST", "/api/v1/recebimento/ficha", b"", {"Cookie": "JSESSIONID=x"})
        assert status == 401 and headers.get("content-type", "").startswith(kind)


def test_a_session_ends_after_its_time():
    with simulator(sessao_validade_s="0") as pec, browser(pec) as made:
        made.login()
        assert made.send_registro(registro())[0] == 401


def test_five_wrong_passwords_block_when_asked_to():
    with simulator(login_bloqueia_apos_falhas="sim") as pec, browser(pec) as made:
        assert [made.login(senha="x") for _ in range(5)] == [400] * 5
        assert made.login() == 400


# ---- fichas


@pytest.mark.parametrize(
    "status, body, expected", [("201", "vazio", ""), ("200", "texto", "Registro recebido com sucesso")]
)
def test_accepted(status, body, expected):
    with simulator(status_sucesso=status, corpo_sucesso=body) as pec, browser(pec) as made:
        made.login()
        assert made.send_registro(registro()) == (int(status), expected)


def test_accepted_with_json():
    with simulator(corpo_sucesso="json_com_uuid") as pec, browser(pec) as made:
        made.login()
        assert made.send_registro(registro(3)) == (201, {"uuid": numbered(3)["uuid"]})


def test_an_inconsistent_record(logged):
    status, said = logged.send_registro(registro_of(bad_entry()))
    assert status == 400 and said["descricaoErro"] == "Erro de validação"
    assert said["errosValidacao"] == {"visitasDomiciliares[0].turno": "Turno possui um valor inválido: 9"}


def registro_of(one: Entry):
    return Registro.of_entry(one)


@pytest.mark.parametrize(
    "how, expected",
    [
        ("plano", {"visitasDomiciliares[0].turno": "Turno possui um valor inválido: 9"}),
        ("objeto", {"visitasDomiciliares[0]": {"turno": "Turno possui um valor inválido: 9"}}),
        (
            "lista",
            [{"campo": "visitasDomiciliares[0].turno", "mensagem": "Turno possui um valor inválido: 9"}],
        ),
    ],
)
def test_forms_of_errors(how, expected):
    with simulator(erros_aninhados=how) as pec, browser(pec) as made:
        made.login()
        assert made.send_registro(registro_of(bad_entry()))[1]["errosValidacao"] == expected


def test_a_missing_field_is_required(logged):
    record = numbered(1)
    del record["ficha"]["visitasDomiciliares"][0]["turno"]
    one = finish(record, validate(record, hoje=HOJE), instalacao=FICTICIA)
    status, said = logged.send_registro(registro_of(one))
    assert (status, said["errosValidacao"]) == (400, {"visitasDomiciliares[0].turno": "Turno é obrigatório"})


@pytest.mark.parametrize("data", [b"", b"lixo", b"\x00" * 50, b"\x0b\x00\x01\x00\x00\x00\x05abc", b"<xml/>"])
def test_what_is_not_thrift(logged, data):
    status, said = logged.send(data, "x.esus")
    assert status == 400 and "Erro na desserialização" in said["descricaoErro"]


def test_a_cut_ficha(logged):
    one = registro()
    status, said = logged.send(one.dados[:-10], one.nome)
    assert status == 400 and "Erro na desserialização" in said["descricaoErro"]


def test_a_corrupt_inner_record(logged):
    """The envelope can be read, what it carries cannot."""
    data = rewrapped(registro().dados, dadoSerializado=b"\x0f\x00\x01corrompido")
    status, said = logged.send(data, registro().nome)
    assert status == 400 and list(said["errosValidacao"]) == ["dadoSerializado"]


def test_a_zip_is_refused(logged):
    status, said = logged.send(zip_of(entry()), "lote.zip")
    assert status == 400 and "zip" in said["descricaoErro"]


@pytest.mark.parametrize("how", ["400", "500"])
def test_the_part_is_missing(how):
    with simulator(parte_ausente=how) as pec, browser(pec) as made:
        made.login()
        assert made.send(registro().dados, "x.esus", part="arquivo")[0] == int(how)
        assert made.ask("POST", "/api/v1/recebimento/ficha", registro().dados)[0] == int(how)


@pytest.mark.parametrize("how, status", [("400", 400), ("aceita", 201)])
def test_a_file_of_another_name(how, status):
    with simulator(nome_do_arquivo_diferente_do_uuid=how) as pec, browser(pec) as made:
        made.login()
        assert made.send(registro().dados, "outro.esus")[0] == status


def test_the_xml_form_is_read_too(logged):
    record = numbered(0)
    one = finish(record, validate(record, hoje=HOJE), instalacao=FICTICIA, formato="xml")
    assert logged.send_registro(registro_of(one))[0] == 201


def test_other_establishments(pec):
    with simulator(cnes="9900017") as pec, browser(pec) as made:
        made.login()
        status, said = made.send_registro(registro())
        assert status == 400 and said["errosValidacao"] == {
            "cnesDadoSerializado": "CnesDadoSerializado possui um valor inválido: 0019615"
        }
    with simulator(cnes="9900017,0019615") as pec, browser(pec) as made:
        made.login()
        assert made.send_registro(registro())[0] == 201


def declared(version: tuple[int, int, int], one: Registro) -> bytes:
    return rewrapped(one.dados, versao=dict(zip(("major", "minor", "revision"), version, strict=True)))


@pytest.mark.parametrize(
    "how, status", [("aceita_perdendo_campos", 201), ("400_com_errosValidacao", 400), ("500", 500)]
)
def test_a_version_that_does_not_exist(how, status):
    with simulator(versao_declarada_desconhecida=how) as pec, browser(pec) as made:
        made.login()
        found, said = made.send(declared((9, 9, 9), registro(1, "FAI")), registro(1, "FAI").nome)
        assert found == status
        assert status != 400 or list(said["errosValidacao"]) == ["versao"]


def test_an_old_version_loses_fields_without_a_word(logged):
    """What a real PEC does of a wrong declared version, told only on the page."""
    one = registro(5, "FAI")
    assert logged.send(declared((7, 2, 2), one), one.nome)[0] in (201, 400)
    (seen,) = logged.json("/recebidas.json")["fichas"]
    assert seen["versao"] == "7.2.2" and seen["campos_perdidos"] > 0


def test_too_big():
    with simulator(tamanho_maximo_bytes="1048576") as pec, browser(pec) as made:
        made.login()
        assert made.send(b"x" * 1_100_000, "x.esus")[0] == 413
        assert made.send_registro(registro())[0] == 201


def test_too_many_a_second():
    moment = datetime(2026, 11, 20, 10)
    with (
        Simulator(
            Settings(parameters=Parameters(PARAMETERS | {"limite_de_taxa": "429"})), now=lambda: moment
        ) as pec,
        browser(pec) as made,
    ):
        made.login()
        answers = [made.send_registro(registro(n))[0] for n in range(22)]
    assert answers == [201] * 20 + [429] * 2


def test_the_same_uuid_again(logged):
    assert logged.send_registro(registro())[0] == 201
    status, said = logged.send_registro(registro())
    assert status == 400 and "descricaoErro" in said and "duplicad" not in said["descricaoErro"]


@pytest.mark.parametrize("mark", ["duplicad", "já foi recebid"])
def test_words_of_a_duplicate(mark):
    with simulator(marcador_de_duplicada=mark) as pec, browser(pec) as made:
        made.login()
        made.send_registro(registro())
        assert mark in made.send_registro(registro())[1]["descricaoErro"]


def test_a_refused_uuid_is_judged_again(logged):
    bad = registro_of(bad_entry(4))
    assert [logged.send_registro(bad)[0] for _ in range(2)] == [400, 400]
    assert logged.send_registro(registro(4))[0] == 201


def test_refused_share_is_exact_and_not_of_the_same_uuid_twice():
    with simulator("recusa=12,5%") as pec, browser(pec) as made:
        made.login()
        first = [made.send_registro(registro(n))[0] for n in range(40)]
        assert first.count(400) == 5
        again = [made.send_registro(registro(n))[0] for n, status in enumerate(first) if status == 400]
        assert again == [201] * 5


def test_what_was_accepted_is_remembered_in_the_folder(tmp_path):
    for expected in (201, 400):
        with simulator(folder=tmp_path) as pec, browser(pec) as made:
            made.login()
            assert made.send_registro(registro(2))[0] == expected
    rows = [json.loads(line) for line in (tmp_path / "recebidas.jsonl").read_text().splitlines()]
    assert [row["uuid"] for row in rows] == [numbered(2)["uuid"]]


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "recebidas.jsonl").write_text("outra coisa\n")
    with pytest.raises(LediError, match="linha 1"):
        simulator(folder=tmp_path)


# ---- what is shown


def test_page_and_json_show_what_came_and_no_number_of_a_person():
    with simulator("C17") as pec, browser(pec) as made:
        made.login()
        made.send_registro(registro())
        page = made.ask("GET", "/")[2].decode()
        text = json.dumps(made.json("/recebidas.json"), ensure_ascii=False)
    for shown in (page, text):
        assert numbered(0)["uuid"] in shown and "[número]" in shown
        assert "720464979954494" not in shown and "092.340" not in shown


def test_what_is_hostile_is_shown_as_text(logged):
    uuid = "<script>alert(1)</script>" + "x" * 100_000
    logged.send(rewrapped(registro().dados, uuidDadoSerializado=uuid, cnesDadoSerializado='"><b>'), "x.esus")
    status, headers, page = logged.ask("GET", "/")
    assert status == 200 and b"<script>" not in page and b"&lt;script&gt;" in page and len(page) < 20_000
    assert "default-src 'none'" in headers["content-security-policy"]
    assert len(logged.json("/recebidas.json")["fichas"][0]["uuid"]) == 100


def test_json_limits(logged):
    for n in range(5):
        logged.send_registro(registro(n))
    found = logged.json("/recebidas.json?limite=2")
    assert found["totais"] == {"aceita": 5}
    assert [one["uuid"] for one in found["fichas"]] == [numbered(4)["uuid"], numbered(3)["uuid"]]
    assert logged.ask("GET", "/recebidas.json?limite=x")[0] == 400


def test_a_page_of_the_internet_cannot_read_or_send(logged):
    assert logged.ask("GET", "/", headers={"Host": "evil.example"})[0] == 403
    assert logged.ask("POST", "/lotes", b"", {"Sec-Fetch-Site": "cross-site"})[0] == 403


# ---- lots


def zip_of(*entries: Entry, extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with PackageWriter(out) as package:
        for one in entries:
            package.add(one)
    if extra:
        with zipfile.ZipFile(out, "a") as package:
            for name, data in extra.items():
                package.writestr(name, data)
    return out.getvalue()


def upload(made: Browser, data: bytes, how: str = "form") -> dict:
    if how == "body":
        status, _, body = made.ask("POST", "/lotes", data, {"Content-Type": "application/zip"})
    else:
        head = b'--x\r\nContent-Disposition: form-data; name="arquivo"; filename="lote.zip"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        status, _, body = made.ask("POST", "/lotes", head + data + b"\r\n--x--\r\n", kind)
    assert status == 201, body
    return json.loads(body)


@pytest.mark.parametrize("how", ["form", "body"])
def test_a_lot_waits_and_is_processed_on_demand(pec, how, tmp_path):
    data = zip_of(entry(0), entry(1), bad_entry(2), extra={"0019615-ruim.esus": b"lixo"})
    with browser(pec) as made:
        lot = upload(made, data, how)
        assert (lot["situacao"], lot["total"]) == ("aguardando", 0)
        (done,) = json.loads(made.ask("POST", "/lotes/processar", b"")[2])["lotes"]
        counts = {name: done[name] for name in ("validas", "invalidas", "repetidas", "total", "situacao")}
        assert counts == {"validas": 2, "invalidas": 2, "repetidas": 0, "total": 4, "situacao": "processado"}
        upload(made, zip_of(entry(0), entry(1)))
        (again,) = json.loads(made.ask("POST", "/lotes/processar", b"")[2])["lotes"]
        assert (again["validas"], again["repetidas"]) == (0, 2)
        assert made.json("/lotes.json")["lotes"][0] == again
        report = made.ask("GET", f"/lotes/{lot['lote']}/inconsistencias.csv")[2]
        general = made.ask("GET", "/inconsistencias.csv?codificacao=iso-8859-1")
    path = tmp_path / "r.csv"
    path.write_bytes(report)
    with open_retorno(path) as found:
        rows = list(found)
    assert [(row["uuid"], row["situacao"]) for row in rows] == [
        (numbered(2)["uuid"], "recusada"),
        (None, "recusada"),
    ]
    assert rows[0]["ficha"] == "FVD" and rows[0]["mensagens"][0]["campos"] == ["turno"]
    assert rows[1]["mensagens"][0]["coluna"] == "estruturais"
    path.write_bytes(general[2])
    with open_retorno(path) as found:
        rows = list(found)
    assert found.leitura["codificacao"] == "iso-8859-1" and len(rows) == 4
    assert [row["situacao"] for row in rows] == ["recusada", "recusada", "repetida", "repetida"]


def test_the_report_of_a_period(pec):
    with browser(pec) as made:
        upload(made, zip_of(bad_entry(1)))
        made.ask("POST", "/lotes/processar", b"")
        today = pec.lots.all()[0].recebido.date().isoformat()

        def lines(query: str) -> int:
            return len(made.ask("GET", f"/inconsistencias.csv?{query}")[2].splitlines())

        assert [lines(q) for q in (f"inicio={today}&fim={today}", "inicio=2999-01-01", "fim=1999-01-01")] == [
            2,
            1,
            1,
        ]
        assert [lines(q) for q in ("tipo=ARQUIVO", "tipo=ONLINE", "tipo=outro")] == [2, 1, 2]
        assert made.ask("GET", "/inconsistencias.csv?inicio=ontem")[0] == 400
        assert made.ask("GET", "/lotes/99/inconsistencias.csv")[0] == 404


def test_a_lot_that_is_no_zip_or_a_broken_one(pec):
    with browser(pec) as made:
        assert made.ask("POST", "/lotes", b"nada")[0] == 400
        assert made.ask("POST", "/lotes", b"", {"Content-Type": "multipart/form-data; boundary=x"})[0] == 400
        upload(made, b"PK\x03\x04lixo")
        upload(made, zip_of(entry(0))[:-30])
        done = json.loads(made.ask("POST", "/lotes/processar", b"")[2])["lotes"]
        assert [lot["situacao"] for lot in done] == ["não processado"] * 2 and all(
            lot["problema"] for lot in done
        )
        assert made.ask("GET", "/")[0] == 200


def test_what_came_by_the_api_is_a_duplicate_in_a_lot(logged):
    logged.send_registro(registro(0))
    upload(logged, zip_of(entry(0)))
    (lot,) = json.loads(logged.ask("POST", "/lotes/processar", b"")[2])["lotes"]
    assert lot["repetidas"] == 1


def test_judged_again_at_night():
    """Accepted by the API on a day when its date was good; the night's judgement differs."""
    with simulator(revalida_no_processamento_noturno="sim") as pec, browser(pec) as made:
        made.login()
        assert made.send_registro(registro(0))[0] == 201
        pec.reception.cnes = frozenset(("9900017",))
        (lot,) = json.loads(made.ask("POST", "/lotes/processar", b"")[2])["lotes"]
        assert (lot["origem"], lot["invalidas"]) == ("Sistemas terceiros via API", 1)
        assert b";ONLINE;" in made.ask("GET", f"/lotes/{lot['lote']}/inconsistencias.csv")[2]


def test_a_form_of_the_page_leads_back_to_it(pec):
    with browser(pec) as made:
        status, headers, _ = made.ask("POST", "/lotes/processar", b"", {"Accept": "text/html"})
        assert (status, headers["location"]) == (303, "/")


# ---- scenarios and parameters as text


def test_every_scenario_of_the_facts_is_there():
    assert {f"C{n:02}" for n in range(1, 18)} <= set(SCENARIOS)
    for name in SCENARIOS:
        text = {"recusa": "recusa=5%", "lento": "lento=50", "corta": "corta=3"}.get(name, name)
        assert name in Chosen.parse([text])


@pytest.mark.parametrize(
    "text", ["C18", "c", "recusa", "recusa=101%", "recusa=x", "lento=-1", "corta=0", "C01=2", "=", ""]
)
def test_bad_scenarios(text):
    with pytest.raises(ParameterError):
        Chosen.parse([text])


@pytest.mark.parametrize("name", list(KNOWN))
def test_every_value_of_every_parameter_starts(name):
    known = KNOWN[name]
    for value in dict.fromkeys((known.default, *known.options)):
        with (
            Simulator(Settings(parameters=Parameters.parse([f"{name}={value}"]))) as pec,
            browser(pec) as made,
        ):
            assert made.login() == 200


@pytest.mark.parametrize(
    "text",
    [
        "status_sucesso=202",
        "nada=1",
        "status_sucesso",
        "hoje=2026-13-01",
        "sessao_validade_s=x",
        "cnes=1",
        "=",
    ],
)
def test_bad_parameters(text):
    with pytest.raises(ParameterError):
        Parameters.parse([text])


def test_it_listens_on_this_machine_only(pec):
    assert pec.url.startswith("http://127.0.0.1:")
    assert pec._server.socket.getsockname()[0] == "127.0.0.1"
