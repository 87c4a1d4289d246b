"""Debian's nginx on this machine with the sample configuration, TLS and all. Imported by the tests that go through it.

What differs from the sample is only what this machine must say: ports, certificate, the name of the site.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sitio import free_port

NAME = "saude.municipio.example"
SAMPLE = Path(__file__).parents[2] / "implantacao" / "nginx.conf"
AT_ONCE = 10  # of one address; the sample has 200, more than a test should open
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "saude.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "saude.key").write_bytes(key.private_bytes(*encoding))


def configuration(folder: Path, *, tls: int, plain: int, site: int, at_once: int, asks_from: str) -> str:
    text = SAMPLE.read_text(encoding="utf-8")
    for said, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("/etc/ssl/saude.", f"{folder}/saude."),
        ("server 127.0.0.1:8001;", f"server 127.0.0.1:{site};"),
        ("    server 127.0.0.1:8002;\n", ""),
        ("limit_conn saude_conexoes 200;", f"limit_conn saude_conexoes {at_once};"),
    ):
        assert said in text, said
        text = text.replace(said, here)
    paths = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {folder}/pid;\nerror_log {folder}/erros;\ndaemon off;\nworker_processes 1;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\nproxy_bind {asks_from};\n{paths}{text}\n}}\n"
    )


@contextmanager
def nginx(
    folder: Path, site: int, *, at_once: int = AT_ONCE, asks_from: str = "127.0.0.1"
) -> Iterator[tuple[int, int]]:
    """In front of the site that listens on a port: its own ports with TLS and without. It speaks to the site from
    `asks_from`."""
    assert NGINX
    folder.chmod(0o755)
    certificate(folder)
    tls, plain = free_port(), free_port()
    text = configuration(folder, tls=tls, plain=plain, site=site, at_once=at_once, asks_from=asks_from)
    (folder / "nginx.conf").write_text(text)
    run = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(run, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", tls), timeout=5).close()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < end, (folder / "erros").read_text()
            time.sleep(0.1)
    try:
        yield tls, plain
    finally:
        process.terminate()
        process.wait(20)
