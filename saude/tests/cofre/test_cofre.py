"""The key module: what is sealed opens with its key and for its purpose only, and says in words why it does not."""

import base64
import io
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from saude.cofre import chaves, pedacos
from saude.cofre.chaves import Chaveiro, keyring, new_key, rotate
from saude.cofre.erros import ChaveErrada, CofreError, Danificado, SemChave
from saude.cofre.pedacos import SealedWriter, Sealer, open_pieces, sealed_size
from saude.cofre.segredos import open_sealed, seal, sealed_by_former


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings, monkeypatch):
    settings.DADOS = tmp_path
    monkeypatch.delenv("SAUDE_CHAVES", raising=False)
    monkeypatch.delenv("SAUDE_CHAVES_ARQUIVO", raising=False)
    return tmp_path


def test_a_secret_opens_for_its_purpose_and_shows_nothing():
    sealed = seal("senha do correio, ção", "correio:1")
    assert open_sealed(sealed, "correio:1") == "senha do correio, ção"
    assert sealed.isascii() and "senha" not in sealed and sealed != seal("senha do correio, ção", "correio:1")
    with pytest.raises(Danificado):
        open_sealed(sealed, "correio:2")


def test_every_changed_character_of_a_secret_is_refused():
    sealed = seal("x", "p")
    for n in range(len(sealed)):
        other = "B" if sealed[n] != "B" else "C"
        changed = sealed[:n] + other + sealed[n + 1 :]
        try:
            opened = open_sealed(changed, "p")
        except CofreError:
            continue
        # the last character of base64 may hold bits that say nothing
        assert opened == "x" and n == len(sealed) - 1
    for cut in range(len(sealed)):
        with pytest.raises(CofreError):
            open_sealed(sealed[:cut], "p")


def test_the_key_lies_in_a_folder_of_its_own_that_nobody_else_reads(own_folder):
    seal("x", "p")
    path = own_folder / "cofre" / "chaves"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(SemChave, match="chmod 600"):
        seal("x", "p")


def test_after_a_rotation_the_old_still_opens_and_the_new_seals(own_folder):
    before = seal("antes", "p")
    first = keyring().atual.id
    new = rotate()
    assert new.atual.id != first and [c.id for c in keyring().chaves] == [new.atual.id, first]
    assert open_sealed(before, "p") == "antes" and sealed_by_former(before)
    after = seal("depois", "p")
    assert not sealed_by_former(after) and new.atual.id in after
    # and who has the first key alone is told which one is missing
    chaves.write(own_folder / "cofre" / "chaves", Chaveiro(new.chaves[1:]))
    with pytest.raises(ChaveErrada, match=new.atual.id):
        open_sealed(after, "p")


def test_a_lost_key_is_told_and_not_replaced_in_silence(own_folder):
    sealed = seal("x", "p")
    lost = keyring().atual.id
    path = own_folder / "cofre" / "chaves"
    path.unlink()
    with pytest.raises(SemChave, match=f"{lost}.*traga-a de volta"):
        open_sealed(sealed, "p")
    with pytest.raises(SemChave):
        seal("y", "p")
    (own_folder / "cofre" / "chaves.conhecidas").unlink()  # as the message says, by hand
    seal("y", "p")
    with pytest.raises(ChaveErrada, match=lost):
        open_sealed(sealed, "p")


@pytest.mark.parametrize("text", ["", "# só um comentário\n", "curta\n", "ação\n", "!" * 44])
def test_a_file_that_is_no_key_is_refused_in_words_without_quoting_it(own_folder, monkeypatch, text):
    path = own_folder / "outro"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("SAUDE_CHAVES_ARQUIVO", str(path))
    with pytest.raises(SemChave) as told:
        seal("x", "p")
    assert str(path) in str(told.value) and "curta" not in str(told.value)


def test_a_chosen_file_that_is_not_there_is_not_made(own_folder, monkeypatch):
    monkeypatch.setenv("SAUDE_CHAVES_ARQUIVO", str(own_folder / "nao-montado" / "chaves"))
    with pytest.raises(SemChave, match="não está em"):
        seal("x", "p")
    assert not (own_folder / "nao-montado").exists()


def test_the_environment_gives_the_keys(own_folder, monkeypatch):
    old, new = new_key(), new_key()
    monkeypatch.setenv("SAUDE_CHAVES", old.text())
    sealed = seal("x", "p")
    monkeypatch.setenv("SAUDE_CHAVES", f"{new.text()},{old.text()}")
    assert open_sealed(sealed, "p") == "x" and new.id in seal("x", "p")
    assert not (own_folder / "cofre").exists()
    with pytest.raises(SemChave, match="SAUDE_CHAVES"):
        rotate()


def test_processes_that_start_at_once_agree_on_the_first_key(own_folder):
    code = (
        "import django; from django.conf import settings; settings.configure(DADOS=__import__('sys').argv[1]);"
        "from saude.cofre.chaves import keyring; print(keyring().atual.id)"
    )

    def run(_: int) -> str:
        args = [sys.executable, "-c", code, str(own_folder)]
        return subprocess.run(args, capture_output=True, text=True, check=True, timeout=300).stdout

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(4)))) == 1


def test_a_key_is_never_shown(own_folder):
    chave = keyring().atual
    assert chave.text() not in f"{chave!r} {keyring()!r}" and chave.id in repr(chave)


# -- streams


KEY = Chaveiro((new_key(),))


def sealed(plain: bytes, *, piece: int = 1024, purpose: str = "teste", step: int = 700) -> bytes:
    sealer = Sealer(purpose, key=KEY.atual, piece=piece)
    out = [sealer.header]
    for start in range(0, len(plain), step):
        out += sealer.feed(plain[start : start + step])
    return b"".join([*out, sealer.last()])


def opened(data: bytes, *, purpose: str = "teste", keys: Chaveiro = KEY) -> bytes:
    return b"".join(open_pieces(io.BytesIO(data), purpose, keys=keys))


@given(st.binary(max_size=5000), st.integers(1, 3000))
def test_what_is_written_in_any_steps_is_read(plain, step):
    data = sealed(plain, step=step)
    assert opened(data) == plain and len(data) == sealed_size(len(plain), 1024)


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 2048, 3072])
def test_no_cut_is_taken_for_the_whole(size):
    plain = os.urandom(size)
    data = sealed(plain)
    assert opened(data) == plain
    for cut in range(len(data)):
        with pytest.raises(Danificado):
            opened(data[:cut])
    with pytest.raises(Danificado):
        opened(data + b"\0")


def test_every_changed_byte_is_refused():
    data = sealed(b"a" * 2000)
    for n in range(len(data)):
        changed = data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :]
        with pytest.raises((Danificado, ChaveErrada)):
            opened(changed)


def test_a_cut_at_the_end_of_a_piece_is_called_a_cut():
    data = sealed(b"a" * 4000)
    whole_pieces = data[: pedacos.HEADER + 2 * (1024 + pedacos.TAG)]
    with pytest.raises(Danificado, match="foi cortado: termina no pedaço 2"):
        opened(whole_pieces)


def test_pieces_in_another_order_or_of_another_file_are_refused():
    one, two = sealed(b"a" * 4000), sealed(b"a" * 4000)
    head, size = pedacos.HEADER, 1024 + pedacos.TAG
    first, second = one[head : head + size], one[head + size : head + 2 * size]
    with pytest.raises(Danificado):
        opened(one[:head] + second + first + one[head + 2 * size :])
    with pytest.raises(Danificado):
        opened(one[:head] + two[head : head + size] + one[head + size :])
    with pytest.raises(Danificado):
        opened(one[:head] + first + first + one[head + 2 * size :])


def test_of_another_purpose_or_key_it_does_not_open():
    data = sealed(b"a")
    with pytest.raises(Danificado):
        opened(data, purpose="outro")
    with pytest.raises(ChaveErrada, match=KEY.atual.id):
        opened(data, keys=Chaveiro((new_key(),)))
    with pytest.raises(Danificado, match="outro arquivo"):
        opened(b"PK\3\4" + data)


def test_what_a_writer_left_by_an_error_wrote_is_not_whole():
    file = io.BytesIO()
    with pytest.raises(OSError), SealedWriter(file, "teste", key=KEY.atual) as out:
        out.write(b"a" * 10)
        raise OSError
    with pytest.raises(Danificado):
        opened(file.getvalue())


def test_a_pipe_that_gives_few_bytes_at_a_time_is_read():
    class Dripping(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            return super().read(min(size, 100))

    plain = os.urandom(3000)
    assert b"".join(open_pieces(Dripping(sealed(plain)), "teste", keys=KEY)) == plain


# -- the command


def test_the_command_shows_ids_and_never_keys(own_folder, capsys):
    call_command("cofre", "estado")
    call_command("cofre", "trocar")
    shown = capsys.readouterr().out
    atual, anterior = keyring().chaves
    assert f"Em uso: {atual.id}" in shown and f"ainda abre: {anterior.id}" in shown
    assert atual.text() not in shown and anterior.text() not in shown


def test_a_new_key_is_written_once_and_read_by_its_file(own_folder, capsys):
    path = own_folder / "copias.chave"
    call_command("cofre", "nova-chave", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (chave,) = chaves.read_file(path).chaves
    assert chave.id in capsys.readouterr().out and len(base64.urlsafe_b64decode(chave.text())) == 32
    with pytest.raises(CommandError, match="já existe"):
        call_command("cofre", "nova-chave", str(path))
