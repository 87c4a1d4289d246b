"""The mail settings against a real SMTP server on this machine."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from correio_local import PASSWORD, USER, smtp

from saude.auditoria.models import Evento
from saude.contas.actions import set_rules_installation
from saude.correio import actions, envio
from saude.correio.models import Servidor

PAGE = "/administrando/correio/"


@pytest.fixture
def admin(client, criar_usuario):
    user = criar_usuario("Administrador", email="ana@timbo.example")
    set_rules_installation(by="teste", usuario=user, sim=True)
    client.force_login(user)
    return user


def form(port, **more):
    return {
        "host": "127.0.0.1", "porta": str(port), "seguranca": "starttls", "usuario": USER, "senha_nova": PASSWORD,
        "remetente": "saude@timbo.example", **more,
    }  # fmt: skip


def save(admin, port, **more):
    data = {"seguranca": "nenhuma", "senha": PASSWORD, **form(port), **more}
    data.pop("senha_nova")
    data["seguranca"] = more.get("seguranca", "nenhuma")
    return actions.save_server(by=admin, **{**data, "porta": port})


def test_saved_tried_and_kept_secret(client, admin):
    with smtp() as (keeper, port):
        assert client.post(PAGE, form(port)).status_code == 302
        Servidor.objects.update(seguranca="nenhuma")  # this server has no TLS
        page = client.post(f"{PAGE}testar/", {"para": "ana@timbo.example"}, follow=True).text
        assert "aceitou a mensagem de teste" in page
        (message,) = keeper.received
    assert (message["To"], message["From"]) == ("ana@timbo.example", "saude@timbo.example")
    row = Servidor.objects.get()
    assert PASSWORD not in row.senha and PASSWORD not in page
    told = str(list(Evento.objects.values_list("detalhe", flat=True)))
    assert PASSWORD not in told and "ana@" not in told and "enviado" in told


def test_an_empty_password_keeps_the_kept_one_of_the_same_server_only(client, admin):
    client.post(PAGE, form(587))
    kept = Servidor.objects.get().senha
    client.post(PAGE, form(2525, senha_nova=""))
    assert Servidor.objects.get().senha == kept
    client.post(PAGE, form(2525, senha_nova="", host="smtp.atacante.example"))
    assert Servidor.objects.get().senha == ""  # never sent to another
    client.post(PAGE, form(2525))
    client.post(PAGE, form(2525, senha_nova="", apagar_senha="on"))
    assert Servidor.objects.get().senha == ""


def test_each_fault_in_words(admin):
    with smtp() as (keeper, port):
        save(admin, port, senha="errada")
        assert "usuário ou a senha" in actions.try_server(by=admin, para="a@b.example").texto
        save(admin, port)
        keeper.refuse.add("ninguem@b.example")
        assert "destinatário" in actions.try_server(by=admin, para="ninguem@b.example").texto
        save(admin, port, seguranca="starttls")
        assert "não oferece" in actions.try_server(by=admin, para="a@b.example").texto
        save(admin, port, seguranca="tls")
        assert "segur" in actions.try_server(by=admin, para="a@b.example").texto
    save(admin, port)
    failed = actions.try_server(by=admin, para="a@b.example")
    assert "Ninguém responde" in failed.texto and failed.passa
    Servidor.objects.all().delete()
    assert "ainda não foi configurado" in actions.try_server(by=admin, para="a@b.example").texto


def test_a_silent_server_is_not_waited_for_long(admin, monkeypatch):
    import socket

    monkeypatch.setattr(envio, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        save(admin, silent.getsockname()[1])
        assert "não respondeu a tempo" in actions.try_server(by=admin, para="a@b.example").texto


def _self_signed(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "tls.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_certificate_of_nobody_gets_no_password(admin, tmp_path):
    with smtp(_self_signed(tmp_path)) as (keeper, port):
        save(admin, port, seguranca="starttls")
        assert "certificado" in actions.try_server(by=admin, para="a@b.example").texto
    assert keeper.received == []


def _signed_by_ours(folder):
    """(server's side, the file of an authority of the municipality's own)."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)

    def make(name, key, issuer, issuer_key, *, authority):
        built = (
            x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
            )
        )  # fmt: skip
        if authority:
            usage = dict.fromkeys(
                "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
                "encipher_only decipher_only".split(),
                False,
            )
            built = built.add_extension(
                x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True), critical=True
            )
        else:
            here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
            built = built.add_extension(here, critical=False)
        return built.sign(issuer_key, hashes.SHA256())

    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = make(named("AC de Timbó"), ca_key, named("AC de Timbó"), ca_key, authority=True)
    server = make(named("smtp.timbo.example"), key, named("AC de Timbó"), ca_key, authority=False)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "servidor.pem").write_bytes(pem + server.public_bytes(serialization.Encoding.PEM))
    (folder / "ac.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "servidor.pem")
    return context, folder / "ac.pem"


def test_starttls_with_a_certificate_of_an_authority_that_is_trusted(admin, tmp_path, monkeypatch):
    """The municipality's own authority, named by SSL_CERT_FILE: the password goes, and only under TLS."""
    server, authority = _signed_by_ours(tmp_path)
    with smtp(server) as (keeper, port):
        save(admin, port, seguranca="starttls")
        assert "certificado" in actions.try_server(by=admin, para="a@b.example").texto
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert actions.try_server(by=admin, para="a@b.example") is None  # nothing went wrong
    assert [m["To"] for m in keeper.received] == ["a@b.example"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"host": "smtp://smtp.timbo.example"}, "Só o nome do servidor"),
        ({"host": "a b"}, "Só o nome do servidor"),
        ({"porta": "70000"}, "65535"),
        ({"remetente": "saude\nBcc: todos@x.example"}, "e-mail"),
        ({"seguranca": "nenhuma"}, "seria lida"),
    ],
)
def test_bad_settings_are_refused_in_words(client, admin, wrong, told):
    html = client.post(PAGE, form(587, **wrong)).text
    assert told in html and PASSWORD not in html
    assert not Servidor.objects.exists()


def test_of_the_installation_only(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}testar/", {"para": "a@b.example"}).status_code == 403
    assert "Correio" not in client.get("/administrando/acessos/").text
