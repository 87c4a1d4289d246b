"""The key of the installation changed, with something sealed in every place: all of it opens with the new one alone."""

import gzip
import json
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from producao import exportar, receber, registro, zip_de

from saude.acs.chaves import public_key
from saude.auditoria.models import Evento
from saude.banco import travas
from saude.cofre import chaves
from saude.cofre.pedacos import key_of
from saude.cofre.recifrar import Feito
from saude.cofre.segredos import open_sealed, seal
from saude.contas.actions import create_token
from saude.correio.actions import save_server
from saude.correio.envio import PURPOSE as CORREIO
from saude.correio.models import Servidor
from saude.entrada import govbr, totp
from saude.entrada.models import Fator, GovBr
from saude.recebimento import guardados
from saude.recebimento.models import Lote
from saude.site import trocar
from saude.transmissao.actions import save_destino
from saude.transmissao.models import Destino
from saude.transmissao.pec import client_of

pytestmark = pytest.mark.django_db
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def dados(settings, tmp_path, monkeypatch):
    settings.DADOS, settings.EXPORTACOES = tmp_path, tmp_path / "exportacoes"
    monkeypatch.delenv("SAUDE_CHAVES", raising=False)
    monkeypatch.delenv("SAUDE_CHAVES_ARQUIVO", raising=False)
    monkeypatch.setattr("saude.acs.chaves.BITS", 2048)
    return tmp_path


@pytest.fixture
def cheio(dados, entidade, criar_usuario, client):
    """Every place that keeps something sealed for long."""
    user = criar_usuario("Administrador")
    fator = Fator.objects.create(usuario=user, tipo=Fator.Tipo.APLICATIVO, nome="celular")
    Fator.objects.filter(pk=fator.pk).update(segredo=seal(SEED, totp.purpose_of(fator)))
    GovBr.objects.create(pk=1, cliente="cliente", segredo=seal("do gov.br", govbr.PURPOSE))
    save_server(
        by=user, senha="do correio", apagar_senha=False, host="smtp.local", porta=587, seguranca="starttls",
        usuario="u", remetente="a@b.gov.br",
    )  # fmt: skip
    save_destino(entidade=entidade, by=user, senha="do pec", endereco="https://pec.local", usuario="u")
    assert public_key(entidade)
    receber(entidade, registro())
    exportacao = exportar(entidade, by=user)
    _, secret = create_token(by="teste", entidade=entidade, nome="Sistema")
    body = json.dumps(registro()).encode() + b"\n"
    more = {"Authorization": f"Bearer {secret}", "Content-Encoding": "gzip"}
    sent = client.post(
        "/api/v1/lotes", gzip.compress(body), content_type="application/x-ndjson", headers=more
    )
    assert sent.status_code == 202
    return exportacao, zip_de(exportacao).read(), body


def with_key(key_id: str) -> list[str]:
    """Where that key is still needed: any text of any table, any file."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying', 'jsonb')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', [f"%cofre1.{key_id}%"]
            )
            found += [f"{table}.{column}"] * cursor.fetchone()[0]
    return found


def files_with_key(dados, key_id: str) -> list[str]:
    found = []
    for path in sorted(p for p in dados.rglob("*") if p.is_file() and p.parent.name != "cofre"):
        with open(path, "rb") as file:
            if key_of(file) == key_id:
                found.append(path.parent.name)
    return found


def change(**more) -> None:
    call_command("trocar_chave", **more)


def reads_all(entidade, cheio) -> None:
    exportacao, package, body = cheio
    assert zip_de(exportacao).read() == package
    lote = Lote.objects.exclude(arquivo="").get()
    with guardados.open_body(guardados.folder() / lote.arquivo) as file:
        assert file.read() == body
    fator = Fator.objects.get()
    assert open_sealed(fator.segredo, totp.purpose_of(fator)) == SEED
    assert open_sealed(GovBr.objects.get().segredo, govbr.PURPOSE) == "do gov.br"
    assert open_sealed(Servidor.objects.get().senha, CORREIO) == "do correio"
    assert client_of(Destino.objects.get())


def test_everything_is_sealed_again_and_the_former_key_is_needed_nowhere(dados, entidade, cheio, capsys):
    old = chaves.keyring().atual
    assert len(with_key(old.id)) == 5 and sorted(set(files_with_key(dados, old.id))) == [
        str(entidade.pk),
        "recebidos",
    ]
    change()
    said = capsys.readouterr().out
    new = chaves.keyring().atual
    assert new != old and chaves.keyring().chaves == (new, old)
    assert f"em uso de agora em diante: {new.id}" in said and f"Anterior, ainda abre: {old.id}" in said
    assert with_key(old.id) == [] and files_with_key(dados, old.id) == []
    assert not list(dados.rglob("*recifrando")) and not list(dados.rglob("*selando"))
    chaves.write(chaves.place()[0], chaves.Chaveiro((new,)))  # the former thrown away
    reads_all(entidade, cheio)
    told = Evento.objects.get(tipo="cofre.trocado").detalhe
    assert told == {"chave": new.id, "refeitos": 8, "fechados": 0}
    assert not (dados / "cofre" / "troca").exists()


@pytest.mark.parametrize("stopped", range(len(trocar.PLACES)))
def test_stopped_anywhere_all_opens_and_asked_again_it_goes_on(dados, entidade, cheio, monkeypatch, stopped):
    def broken() -> Feito:
        raise KeyboardInterrupt

    old = chaves.keyring().atual
    places = list(trocar.PLACES)
    places[stopped] = (places[stopped][0], broken)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trocar, "PLACES", tuple(places))
        change()
    new = chaves.keyring().atual
    assert with_key(old.id) or files_with_key(dados, old.id)
    reads_all(entidade, cheio)
    change()
    assert chaves.keyring().chaves == (new, old)  # no second new one
    assert with_key(old.id) == [] and files_with_key(dados, old.id) == []
    reads_all(entidade, cheio)
    change()  # and another change is another key
    assert chaves.keyring().chaves[1:] == (new, old)


def test_a_file_whose_new_one_was_being_written_stays_whole(dados, entidade, cheio, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    old = chaves.keyring().atual
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr("saude.cofre.recifrar.os.replace", full)
        change()
    assert str(entidade.pk) in files_with_key(dados, old.id) and not list(dados.rglob("*recifrando"))
    reads_all(entidade, cheio)


def test_what_no_key_opens_stays_and_is_counted(dados, entidade, cheio, capsys):
    Servidor.objects.update(senha="cofre1.0123456789abcdef." + "A" * 60)
    path = next((dados / "exportacoes").rglob("*.zip"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    before = path.read_bytes()
    change()
    said = capsys.readouterr().out
    assert "senha do correio: 0 cifrados de novo; 1 que chave nenhuma daqui abre" in said
    assert "exportações: 0 cifrados de novo; 1 que" in said and path.read_bytes() == before
    assert Evento.objects.get(tipo="cofre.trocado").detalhe["fechados"] == 2


def test_a_secret_written_anew_meanwhile_is_not_written_over(dados, entidade, cheio, monkeypatch):
    from saude.cofre import segredos

    real = segredos.seal

    def meanwhile(text, purpose):
        if purpose == CORREIO:
            Servidor.objects.update(senha=real("outra", CORREIO))
        return real(text, purpose)

    monkeypatch.setattr("saude.cofre.recifrar.segredos.seal", meanwhile)
    change()
    assert open_sealed(Servidor.objects.get().senha, CORREIO) == "outra"


def test_keys_of_the_environment_are_put_there_by_hand_and_then_all_is_sealed_again(
    dados, entidade, cheio, monkeypatch
):
    old, new = chaves.keyring().atual, chaves.new_key()
    shutil.rmtree(dados / "cofre")
    monkeypatch.setenv("SAUDE_CHAVES", old.text())
    with pytest.raises(CommandError, match="ponha lá a nova"):
        change()
    monkeypatch.setenv("SAUDE_CHAVES", f"{new.text()},{old.text()}")
    change()
    assert with_key(old.id) == [] and files_with_key(dados, old.id) == []
    monkeypatch.setenv("SAUDE_CHAVES", new.text())
    reads_all(entidade, cheio)
    assert not (dados / "cofre").exists()


def test_two_at_once_lose_no_key(dados):
    """Each starts from what the other left: what the first new one sealed still opens."""
    from concurrent.futures import ThreadPoolExecutor

    first = chaves.keyring().atual
    with ThreadPoolExecutor(8) as pool:
        made = {chaveiro.atual for chaveiro in pool.map(lambda _: chaves.rotate(), range(16))}
    assert len(made) == 16 and set(chaves.keyring().chaves) == made | {first}


def test_while_somebody_else_changes_it_the_command_waits_for_no_one(dados, monkeypatch):
    from contextlib import contextmanager

    @contextmanager
    def taken(*_):
        yield False

    monkeypatch.setattr(travas, "session", taken)
    with pytest.raises(CommandError, match="Outra pessoa está trocando"):
        change()
    assert len(chaves.keyring().chaves) == 1


def test_what_was_not_asked_for_is_not_done(dados, entidade):
    for wrong, said in (
        ({"ibge": "1"}, "use com --aparelhos"),
        ({"ibge": "1", "aparelhos": True}, "Não há entidade"),
    ):
        with pytest.raises(CommandError, match=said):
            change(**wrong)
