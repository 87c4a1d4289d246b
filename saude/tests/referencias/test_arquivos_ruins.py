"""Files that must not come in: each says precisely why, and the release in force stays as it was."""

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from ledi.referencias.source import MAX_FILE_BYTES
from ledi_gerador import build, cnes_writer, sigtap_writer
from saude.atualizacao import actions
from saude.cadastros.models import Entidade, Equipe, Estabelecimento, Lotacao, Profissional
from saude.referencias import arquivos
from saude.referencias.models import Cid, Procedimento, Publicacao
from saude.referencias.tables import tables_of

pytestmark = pytest.mark.django_db(transaction=True)
IBGE = "4218202"
DAY = date(2026, 9, 1)
ROOT = "<ImportarXMLCNES>"


@pytest.fixture(scope="module")
def town():
    from dataclasses import replace

    return replace(build(2026), ibge=IBGE)


@pytest.fixture(scope="module")
def xml(town, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("cnes") / "c.xml"
    cnes_writer.write(town, path, data=DAY)
    return path.read_text(encoding="iso-8859-1")


@pytest.fixture(scope="module")
def tabela(town, tmp_path_factory) -> Path:
    return sigtap_writer.write(town, tmp_path_factory.mktemp("sigtap"), "202609")


@pytest.fixture
def em_uso(entidade, xml, tabela):
    """Both tables in force; afterwards nothing of them may have changed."""
    send_cnes(entidade, xml.encode("iso-8859-1"), confirm=True)
    actions.import_sigtap_file(path=tabela, by="teste")
    before = state(entidade)
    yield
    assert state(entidade) == before


def state(entidade):
    releases = list(
        Publicacao.objects.filter(situacao__in=["pronta", "substituida"]).values_list("pk", "situacao")
    )
    rows = list(Lotacao.objects.order_by("pk").values_list("pk", "inicio", "fim"))
    return releases, rows, Procedimento.objects.count(), Cid.objects.count(), tables_of(entidade).key


def send_cnes(entidade, data: bytes, name: str = "cnes.xml", *, confirm: bool = False) -> Publicacao:
    row = actions.receive_cnes(entidade=entidade, pieces=[data], nome=name, by="teste")
    return actions.confirm_cnes(publicacao=row, by="teste") if confirm else row


def swapped(text: str, old: str, new: str) -> bytes:
    assert old in text
    return text.replace(old, new).encode("iso-8859-1")


def bomb() -> str:
    lines = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    return f'<?xml version="1.0"?><!DOCTYPE x [{"".join(lines)}]><ImportarXMLCNES>&a9;</ImportarXMLCNES>'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda x: bomb().encode(), "DOCTYPE ou ENTITY"),
        (lambda x: swapped(x, ROOT, f"<!DOCTYPE a>{ROOT}"), "DOCTYPE ou ENTITY"),
        (
            lambda x: swapped(x, ROOT, f'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>{ROOT}'),
            "DOCTYPE ou ENTITY",
        ),
        (lambda x: x.encode("utf-8"), "UTF-8"),
        (lambda x: swapped(x, IBGE[:6], "420540"), "outro município"),
        (lambda x: x[: len(x) // 2].encode("latin-1"), "vazio ou cortado"),
        (lambda x: swapped(x, "2026-09-01", "2026-08-31"), "mais antigo que o em uso"),
        (lambda x: swapped(x, "2026-09-01", "2099-01-01"), "ainda não chegou"),
        (lambda x: swapped(x, 'VERSION_XSD="3.1"', 'VERSION_XSD="9.9"'), "versão conhecida"),
        (lambda x: b"", "vazio"),
        (lambda x: b"%PDF-1.4 nao sou xml", "XML malformado"),
    ],
    ids=[
        "bomba", "doctype", "entidade-externa", "utf8", "outro-municipio", "cortado",
        "antigo", "futuro", "versao", "vazio", "pdf",
    ],
)  # fmt: skip
def test_a_bad_cnes_file_says_why_and_changes_nothing(em_uso, entidade, xml, change, reason):
    with pytest.raises(actions.FileRefused) as refusal:
        send_cnes(entidade, change(xml), "ruim.xml", confirm=True)
    assert reason in str(refusal.value)
    assert str(arquivos.folder()) not in str(refusal.value)


def in_force(entidade: Entidade) -> dict[str, set[str]]:
    return {
        "places": set(
            Estabelecimento.objects.filter(entidade=entidade, ativo=True).values_list("cnes", flat=True)
        ),
        "teams": set(Equipe.objects.filter(entidade=entidade, ativa=True).values_list("ine", flat=True)),
        "people": set(
            Profissional.objects.filter(entidade=entidade, ativo=True).values_list("cns", flat=True)
        ),
    }


@pytest.mark.parametrize(
    ("old", "new", "reason", "gone"),
    [
        ("0019623", "0019615", "o CNES 0019615 aparece de novo", {"places": {"0019623"}}),
        ("0000471828", "471828", "CO_INE está malformado: a equipe ficou de fora", {"teams": {"0000471828"}}),
    ],
    ids=["chave-repetida", "ine"],
)
def test_an_odd_row_is_told_and_the_rest_of_the_file_comes_into_force(
    client, criar_usuario, entidade, xml, old, new, reason, gone
):
    send_cnes(entidade, xml.encode("iso-8859-1"), confirm=True)
    before = in_force(entidade)
    row = send_cnes(entidade, swapped(xml, old, new), "estranho.xml")
    assert in_force(entidade) == before, "only compared so far"
    client.force_login(criar_usuario("Coordenador"))
    page = client.get(reverse("referencias:publicacao", args=[row.pk])).text
    assert "Linhas do arquivo com problema" in page and reason in page
    actions.confirm_cnes(publicacao=row, by="teste")
    assert Publicacao.objects.get(pk=row.pk).situacao == "pronta"
    assert in_force(entidade) == {kind: keys - gone.get(kind, set()) for kind, keys in before.items()}
    told = Publicacao.objects.get(pk=row.pk).diferencas["avisos"]
    assert [text for text in told if reason in text and text.startswith("linha ")]


def test_the_command_tells_the_odd_rows(entidade, xml, tmp_path, capsys):
    path = tmp_path / "estranho.xml"
    path.write_bytes(swapped(xml, "0000471828", "471828"))
    call_command("importar_cnes", str(path), "--conferir")
    assert re.search(
        r"aviso: linha \d+: CO_INE está malformado: a equipe ficou de fora", capsys.readouterr().out
    )


def test_a_file_that_is_too_big_is_not_kept(em_uso, entidade, xml, monkeypatch):
    monkeypatch.setattr(arquivos, "LIMIT", 1024 * 1024)
    endless = (b" " * 1024 * 1024 for _ in range(2048))  # 2 GB, never held
    with pytest.raises(actions.FileRefused, match="passa de 1 MB"):
        actions.receive_cnes(entidade=entidade, pieces=endless, nome="grande.xml", by="teste")
    assert not list(arquivos.folder().glob("*.parte"))


def test_a_zip_that_inflates_without_end_is_refused(em_uso, entidade, tmp_path):
    """At the true limit: the process that reads it knows no other."""
    path = tmp_path / "bomba.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("cnes.xml", "w") as inside,
    ):
        for _ in range(MAX_FILE_BYTES // 1024**2 + 1):
            inside.write(bytes(1024**2))
    with pytest.raises(actions.FileRefused, match="passa de 512 MB"):
        send_cnes(entidade, path.read_bytes(), "bomba.zip")


def rewritten(tabela: Path, target: Path, changes: dict) -> Path:
    """The SIGTAP zip with some files changed (bytes -> bytes) or left out (None)."""
    with zipfile.ZipFile(tabela) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changes.get(name, lambda data: data)
            if change is not None:
                new.writestr(name, change(old.read(name)))
    return target


def first_line(data: bytes) -> bytes:
    return data.split(b"\r\n", 1)[0] + b"\r\n"


def shifted(data: bytes) -> bytes:
    """The layout says that the name begins one column later."""
    lines = data.decode().splitlines()
    name, size, start, end, kind = lines[2].split(",")
    lines[2] = ",".join((name, size, str(int(start) + 1), str(int(end) + 1), kind))
    return ("\r\n".join(lines) + "\r\n").encode()


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("rl_procedimento_cid.txt", None, "rl_procedimento_cid.txt"),
        ("tb_cid_layout.txt", None, "tb_cid_layout.txt"),
        ("tb_procedimento_layout.txt", shifted, "layout deslocado"),
        ("tb_cid.txt", lambda data: data[:-20], "linha truncada"),
        ("tb_cid.txt", lambda data: data + first_line(data), "está repetida"),
        ("tb_procedimento.txt", lambda data: data.decode("latin-1").encode("utf-8"), "UTF-8"),
        (
            "rl_procedimento_ocupacao.txt",
            lambda data: data.replace(b"0301", b"0999", 1),
            "não está em tb_procedimento",
        ),
    ],
    ids=["sem-arquivo", "sem-layout", "layout-deslocado", "truncada", "repetida", "utf8", "orfa"],
)
def test_a_bad_sigtap_says_file_and_line_and_changes_nothing(em_uso, tabela, tmp_path, file, change, reason):
    path = rewritten(tabela, tmp_path / "TabelaUnificada_202610.zip", {file: change})
    with pytest.raises(actions.FileRefused) as refusal:
        actions.import_sigtap_file(path=path, by="teste")
    assert reason in str(refusal.value)
    assert file.split(".")[0].removesuffix("_layout").lower() in str(refusal.value).lower()
    assert Publicacao.objects.filter(situacao="falhou").count() == 1


def test_what_is_no_zip_at_all(em_uso, tmp_path):
    path = tmp_path / "tabela.zip"
    path.write_bytes(b"nada")
    with pytest.raises(actions.FileRefused, match="não é um zip"):
        actions.import_sigtap_file(path=path, by="teste")
