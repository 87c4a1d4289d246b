"""A password forgotten on a phone: what the server does of it, spoken to as a phone does."""

import base64
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from django.utils import timezone

from saude.acs.dispositivos import revoke
from saude.acs.models import Aparelho, ChaveEntidade, PedidoChave
from saude.auditoria.models import Evento
from saude.cofre.erros import SemChave

pytestmark = pytest.mark.django_db
V1 = "/api/acs/v1"


def oaep(label):
    return OAEP(MGF1(SHA256()), SHA256(), label.encode())


def b64(data):
    return base64.b64encode(data).decode()


class Cofre:
    """The key of a phone and what it asks."""

    def __init__(self, telefone, perfil, label=None):
        self.telefone, self.dados = telefone, secrets.token_bytes(32)
        self.efemera = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.chave = perfil["chave"]
        public = load_der_public_key(base64.b64decode(self.chave["publica"]))
        self.embrulhada = b64(public.encrypt(self.dados, oaep(label or telefone.instalacao)))
        self.segredo = ""

    def _post(self, what, **body):
        body = {"instalacao": self.telefone.instalacao} | body
        client = self.telefone.client
        return client.post(f"{V1}/chave/{what}", body, content_type="application/json")

    def pedir(self, **more):
        spki = self.efemera.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        body = {"embrulhada": self.embrulhada, "chave": self.chave["id"], "efemera": b64(spki)} | more
        answer = self._post("pedir", **body)
        self.segredo = answer.json().get("pedido", "")
        return answer

    def resposta(self):
        return self._post("resposta", pedido=self.segredo).json()

    def aberta(self):
        return self.efemera.decrypt(
            base64.b64decode(self.resposta()["chave"]), oaep(self.telefone.instalacao)
        )


@pytest.fixture
def cofre(telefone):
    return Cofre(telefone, telefone.client.get(f"{V1}/situacao", headers=telefone.headers()).json()["perfil"])


@pytest.fixture
def administrador(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    return client


def decidir(client, what="permitir"):
    pk = PedidoChave.objects.latest("pk").pk
    return client.post(f"/executando/sistema/sincronizacoes/pedidos/{pk}/{what}/", follow=True)


def test_asked_allowed_answered_and_all_of_it_in_the_trail(cofre, administrador, lotacao):
    asked = cofre.pedir()
    assert asked.status_code == 201
    number = asked.json()["numero"]
    assert number == PedidoChave.objects.get().numero and len(number) == 6
    assert cofre.resposta()["situacao"] == "esperando"
    page = administrador.get(f"/executando/sistema/sincronizacoes/{lotacao.pk}/").text
    assert number in page and "Permitir outra senha" in page
    assert "Esqueceu a senha" in administrador.get("/executando/sistema/sincronizacoes/").text
    assert "já pode escolher outra senha" in decidir(administrador).text
    assert cofre.aberta() == cofre.dados
    assert cofre.aberta() == cofre.dados  # the first answer may have been lost on the way
    kept = PedidoChave.objects.get()
    assert (kept.embrulhada, kept.decidido_por.username) == ("", "administrador")
    assert cofre._post("concluir", pedido=cofre.segredo).json()["concluido"]
    kept.refresh_from_db()
    assert (kept.resposta, kept.efemera) == ("", "")
    assert cofre.resposta()["situacao"] == "vencido"
    told = Evento.objects.filter(tipo__startswith="acs.").order_by("pk").values_list("tipo", flat=True)
    expected = ["acs.senha_pedida", "acs.senha_permitida", "acs.chave_entregue", "acs.senha_trocada"]
    assert [t for t in told if t in expected] == expected


def test_the_private_key_and_the_phones_key_are_nowhere_in_clear(cofre, administrador):
    cofre.pedir()
    decidir(administrador)
    kept, key = PedidoChave.objects.get(), ChaveEntidade.objects.get()
    assert key.privada.startswith("cofre1.")
    everything = f"{vars(kept)} {vars(key)} {list(Evento.objects.values_list('detalhe', flat=True))}"
    assert b64(cofre.dados) not in everything and cofre.dados.hex() not in everything
    assert cofre.segredo not in everything


def test_refused_in_words_and_asked_again(cofre, administrador):
    cofre.pedir()
    assert "recusado" in decidir(administrador, "recusar").text
    assert cofre.resposta()["situacao"] == "recusado"
    assert cofre.pedir().status_code == 201
    decidir(administrador)
    assert cofre.aberta() == cofre.dados


def test_who_does_not_administer_sees_it_and_allows_nothing(cofre, client, criar_usuario, lotacao):
    client.force_login(criar_usuario("Coordenador"))
    cofre.pedir()
    assert "Permitir outra senha?" not in client.get(f"/executando/sistema/sincronizacoes/{lotacao.pk}/").text
    assert decidir(client).status_code == 403
    assert cofre.resposta()["situacao"] == "esperando"


def test_of_another_entidade_it_is_not_found(cofre, administrador, outra_entidade):
    cofre.pedir()
    Aparelho.objects.update(entidade=outra_entidade)
    assert decidir(administrador).status_code == 404


def test_a_second_request_ends_the_first(cofre, administrador):
    cofre.pedir()
    first = cofre.segredo
    cofre.pedir()
    decidir(administrador)
    assert cofre._post("resposta", pedido=first).json()["situacao"] == "vencido"
    assert cofre.aberta() == cofre.dados


def test_decided_twice_and_too_late(cofre, administrador):
    cofre.pedir()
    decidir(administrador, "recusar")
    assert "já foi respondido" in decidir(administrador).text
    cofre.pedir()
    PedidoChave.objects.update(expira_em=timezone.now())
    assert "venceu" in decidir(administrador).text
    assert cofre.resposta()["situacao"] == "vencido"


def test_the_wrapped_key_of_another_phone_does_not_open(telefone, cofre, administrador):
    other = Cofre(telefone, {"chave": cofre.chave}, label="00000000-0000-4000-8000-000000000000")
    other.pedir()
    assert "não abre com a chave" in decidir(administrador).text
    assert other.resposta()["situacao"] == "esperando"


@pytest.mark.parametrize(
    ("campo", "valor"),
    [("efemera", "????"), ("efemera", b64(b"x" * 90)), ("chave", "0" * 16), ("embrulhada", "não é base64")],
)
def test_what_is_no_key_is_refused(cofre, campo, valor):
    answer = cofre.pedir(**{campo: valor})
    assert (answer.status_code, answer.json()["codigo"]) == (422, "chave")
    assert not PedidoChave.objects.exists()


def test_a_phone_nobody_knows_and_guessing_at_it(cofre):
    cofre.telefone.instalacao = "11111111-2222-4333-8444-555555555555"
    assert cofre.pedir().json()["codigo"] == "aparelho"
    for _ in range(20):
        last = cofre.pedir()
    assert (last.status_code, last.json()["codigo"]) == (429, "tentativas")


def test_a_revoked_phone_may_ask_and_the_page_says_it_is_revoked(cofre, administrador, lotacao):
    revoke(by="teste", aparelho=Aparelho.objects.get())
    assert cofre.pedir().status_code == 201
    assert "está revogado" in administrador.get(f"/executando/sistema/sincronizacoes/{lotacao.pk}/").text
    decidir(administrador)
    assert cofre.aberta() == cofre.dados


def test_without_the_key_of_the_installation_a_phone_registers_all_the_same(
    lotacao, novo_telefone, monkeypatch
):
    from telefone import codigo

    from saude.acs import chaves

    def lost(*_):
        raise SemChave("o arquivo não está lá")

    monkeypatch.setattr(chaves, "seal", lost)
    answer = novo_telefone().registrar(codigo(lotacao))
    assert answer.status_code == 201 and "chave" not in answer.json()["perfil"]


def test_the_installations_key_lost_is_said_and_nothing_is_answered(cofre, administrador, monkeypatch):
    from saude.acs import chaves

    def lost(*_):
        raise SemChave("O arquivo da chave não está lá.")

    cofre.pedir()
    monkeypatch.setattr(chaves, "open_sealed", lost)
    assert "O arquivo da chave não está lá." in decidir(administrador).text
    assert cofre.resposta()["situacao"] == "esperando"


def test_every_phone_of_an_entidade_is_told_the_same_key_another_one_another(
    telefone, novo_telefone, outra_entidade, cofre
):
    from telefone import codigo, lotar

    first = telefone.client.get(f"{V1}/situacao", headers=telefone.headers()).json()["perfil"]["chave"]
    assert first == cofre.chave
    other = novo_telefone().registrar(codigo(lotar(outra_entidade))).json()["perfil"]["chave"]
    assert other["id"] != first["id"] and ChaveEntidade.objects.count() == 2
