"""All data of one entidade, taken away: whole, readable, sealed by choice, and nothing of another's in it."""

import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from producao import com_cpf, exportar, receber, registro, zip_de

from ledi_gerador.documentos import cpf
from saude.auditoria.models import Evento
from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente
from saude.cofre.chaves import new_key
from saude.contas.actions import create_token, create_user
from saude.contas.models import Usuario
from saude.fichas.models import Conteudo, Ficha
from saude.privacidade.pacote import PacoteError, check, take_out
from saude.privacidade.partes import left_out, partes
from saude.recebimento.models import Lote

pytestmark = pytest.mark.django_db(transaction=True)
MIXED = {"contas_usuario", "referencias_publicacao", "auditoria_evento"}  # rows of two, or of none


@pytest.fixture
def both(entidade, outra_entidade, settings, tmp_path):
    settings.DADOS, settings.EXPORTACOES = tmp_path / "dados", tmp_path / "dados" / "exportacoes"
    for n, place in enumerate((entidade, outra_entidade)):
        people = [com_cpf(registro(ibge=place.ibge), cpf(200_000_000 + 100 * n + m)) for m in range(3)]
        receber(place, *people, registro("FVD", ibge=place.ibge))
        Lote.objects.filter(entidade=place).update(bruto=b"\0as it came")
        exportar(place)
        create_user(
            by="teste", entidade=place, username=f"pessoa.{place.ibge}", nome=f"Pessoa de {place.nome}",
            senha="uma senha 1 longa", preset="Administrador",
        )  # fmt: skip
        create_token(by="teste", entidade=place, nome=f"fornecedor de {place.nome}")
    return entidade, outra_entidade


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "a.chave"
    path.write_text(new_key().text())
    return path


def words_of(place: Entidade) -> set[str]:
    """By which rows of a place are known."""
    fichas = Ficha.objects.filter(entidade=place)
    people = Cliente.objects.filter(entidade=place)
    found = {place.nome, place.ibge, f"pessoa.{place.ibge}"}
    found |= set(fichas.values_list("uuid", flat=True)) | {
        str(x) for x in people.values_list("cpf", flat=True) if x
    }
    return {word for word in found if word}


def test_it_holds_all_of_one_and_nothing_of_the_other(both, tmp_path):
    mine, other = both
    path = tmp_path / "pacote.zip"
    call_command("exportar_entidade", saida=path, ibge=mine.ibge, em_claro=True)
    assert path.stat().st_mode & 0o777 == 0o600
    everything = b""
    with zipfile.ZipFile(path) as zipped:
        assert zipped.testzip() is None
        for name in zipped.namelist():
            everything += zipped.read(name)
        rows = {
            n: [json.loads(x) for x in zipped.read(n).splitlines()]
            for n in zipped.namelist()
            if n.endswith(".jsonl")
        }
        [export] = [name for name in zipped.namelist() if name.startswith("arquivos/exportacoes/")]
        assert zipped.read(export) == zip_de(mine.exportacoes.get()).read()
    assert words_of(mine) and all(word.encode() in everything for word in words_of(mine))
    assert [word for word in words_of(other) if word.encode() in everything] == []
    contents = {row["registro"] for row in rows["dados/fichas_conteudo.jsonl"]}
    assert contents == set(Conteudo.objects.filter(ficha__entidade=mine).values_list("registro", flat=True))
    assert all(row["entidade_id"] == mine.pk for row in rows["dados/auditoria_evento.jsonl"])
    told = Evento.objects.get(tipo="entidade.exportada")
    assert told.entidade_id == mine.pk and told.detalhe["cifrado"] is False


def test_every_row_is_of_one_of_them(both):
    """Nothing is forgotten: of every table, what goes with the one and with the other is all there is."""
    mine, _ = both
    for parte in partes():
        if parte.name not in MIXED:
            ours, theirs = ({row.pk for row in parte.rows(place)} for place in both)
            assert not ours & theirs, parte.name
            assert len(ours) + len(theirs) == parte.model.objects.count(), parte.name
    with_rows = {parte.name for parte in partes() if parte.rows(mine).exists()}
    assert {
        "fichas_ficha",
        "fichas_conteudo",
        "clientes_cliente",
        "recebimento_registro",
    } <= with_rows


def test_no_secret_goes_along_and_what_stays_is_told(both):
    columns = {f"{parte.name}.{column}" for parte in partes() for column in parte.columns()}
    assert "contas_usuario.username" in columns and "contas_apitoken.nome" in columns
    for secret in ("password", "senha", "segredo", "credencial"):
        assert not [c for c in columns if c.endswith(f".{secret}")]
    assert not {"contas_apitoken.hash", "acs_aparelho.hash", "acs_codigo.hash"} & columns
    stays = set(left_out())
    assert {
        "contas.SenhaAnterior",
        "entrada.Fator",
        "contas.Sessao",
        "auditoria.Selo",
        "correio.Servidor",
        "acs.ChaveEntidade",
        "acs.PedidoChave",
    } <= stays


def test_sealed_it_opens_with_its_key_only_and_a_changed_byte_is_refused(both, key, tmp_path):
    mine, _ = both
    sealed, plain, wrong = tmp_path / "um.saude", tmp_path / "um.zip", tmp_path / "outra.chave"
    wrong.write_text(new_key().text())
    call_command("exportar_entidade", saida=sealed, ibge=mine.ibge, chave=key)
    raw = sealed.read_bytes()
    assert not any(word.encode() in raw for word in words_of(mine))
    for bad in ({}, {"chave": wrong}):
        with pytest.raises(CommandError, match="chave"):
            call_command("exportar_entidade", conferir=sealed, **bad)
    call_command("exportar_entidade", abrir=sealed, saida=plain, chave=key)
    assert check(plain, None)["linhas"] == Evento.objects.get(tipo="entidade.exportada").detalhe["linhas"]
    for name, bad in (("cortado", raw[:-40]), ("mudado", raw[:200] + bytes([raw[200] ^ 1]) + raw[201:])):
        (tmp_path / name).write_bytes(bad)
        with pytest.raises(CommandError, match=r"danificado|cortado"):
            call_command("exportar_entidade", conferir=tmp_path / name, chave=key)
        with pytest.raises(CommandError):
            call_command(
                "exportar_entidade", abrir=tmp_path / name, saida=tmp_path / f"{name}.zip", chave=key
            )
        assert not (tmp_path / f"{name}.zip").exists()
    with zipfile.ZipFile(plain) as zipped:
        entry = zipped.getinfo("dados/fichas_conteudo.jsonl")
    changed = bytearray(plain.read_bytes())
    changed[entry.header_offset + 30 + len(entry.filename) + 60] ^= 1
    plain.write_bytes(changed)
    with pytest.raises(PacoteError, match="peça outro"):
        check(plain, None)


def test_what_is_asked_wrongly_is_told_and_writes_nothing(both, key, tmp_path):
    mine, _ = both
    path = tmp_path / "x.zip"
    for asked, why in (
        ({}, "saida"),
        ({"saida": path, "ibge": mine.ibge}, "Escolha"),
        ({"saida": path, "ibge": mine.ibge, "em_claro": True, "chave": key}, "Escolha"),
        ({"saida": path, "em_claro": True}, "mais de uma entidade"),
        ({"saida": path, "em_claro": True, "ibge": "0000000"}, "Não há entidade"),
        ({"saida": path, "ibge": mine.ibge, "chave": tmp_path / "nada"}, "não está em"),
        ({"abrir": key, "saida": path}, "chave com que o pacote foi feito"),
        ({"conferir": key}, "não é um pacote"),
    ):
        with pytest.raises(CommandError, match=why):
            call_command("exportar_entidade", **asked)
        assert not path.exists()
    path.write_bytes(b"de ontem")
    with pytest.raises(CommandError, match="nunca é escrito por cima"):
        call_command("exportar_entidade", saida=path, ibge=mine.ibge, em_claro=True)
    assert path.read_bytes() == b"de ontem"
    with pytest.raises(PacoteError, match="Nada ficou pela metade"):
        take_out(tmp_path / "a.chave" / "x.zip", entidade=mine, by="teste", keys=None)
    assert not Evento.objects.filter(tipo="entidade.exportada").exists()
    assert Usuario.objects.count() == 2
