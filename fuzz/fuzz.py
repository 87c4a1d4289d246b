"""`make fuzz MINUTOS=5`: the readers of foreign files, fed with mutated samples. Only their own errors come out.

Own mutations (bits, slices, numbers, pieces of other samples) of the samples made here and of the corpus in
`fuzz/corpo/`, where what once made a reader fall is kept and is tried first. `SEMENTE=` repeats a run.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ledi import layout
from ledi.codecs import thrift
from ledi.envelope import Instalacao, wrap, wrap_xml
from ledi.errors import LediError
from ledi.reading import open_bytes, read_records
from ledi.referencias import cnes_reader, sigtap_reader
from ledi.retorno import open_retorno
from ledi.retorno.base import Refused
from ledi_gerador import build, cnes_writer, minimal, sigtap_writer

CORPUS = Path(__file__).parent / "corpo"
SLOW = 5  # seconds that nothing of a few kilobytes may take
ODD = (
    b"\x00",
    b"\xff",
    b"\x80",
    b"[",
    b"{",
    b'"',
    b"<",
    b"&",
    b"]]>",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"\x0c",
)
L = layout()
OURS = Instalacao("1.0", "83102764000115", "Município de exemplo", "x")
PEC_HEADER = (
    "Data de Recebimento;Tipo de Recebimento;Nome do Arquivo;Lote;Tipo da Ficha;CNES Emitente;UUID;Versão;"
    "Registro da Ficha;Validações de Regras Negócio;Validações de Campos Obrigatórios;Erros Estruturais"
)
PEC_ROW = (
    "05/10/2026;ARQUIVO;-;118;CDS Ficha de Atendimento Individual;9900017;"
    '9900017-9e6f51fd-0000-4000-8000-000000000001;8.7.0;-;"Turno inválido";-;-'
)
Reader = Callable[[Path], object]


def esus(path: Path) -> None:
    open_bytes(path.read_bytes(), "x")


def records(path: Path) -> None:
    for _ in read_records(path):
        pass


def retorno(path: Path) -> None:
    with open_retorno(path) as found:
        for _ in found:
            pass


def cnes(path: Path) -> None:
    with cnes_reader.open_file(path) as file:
        for _ in file.items():
            pass


def sigtap(path: Path) -> None:
    with sigtap_reader.open_table(path) as table:
        for rows in (table.procedimentos, table.cids, table.cbos, table.servicos, table.registros):
            for _ in rows():
                pass


READERS: dict[str, tuple[Reader, str]] = {
    "esus": (esus, ".esus"), "xml": (esus, ".esus.xml"), "zip": (records, ".zip"), "jsonl": (records, ".jsonl"),
    "json": (records, ".json"), "retorno": (retorno, ".csv"), "cnes": (cnes, ".xml"), "sigtap": (sigtap, ".zip"),
}  # fmt: skip


def samples(folder: Path) -> dict[str, list[bytes]]:
    """A small good one of each, and the corpus."""
    found: dict[str, list[bytes]] = {kind: [] for kind in READERS}
    for tipo in ("FVD", "FCI", "FAI", "FP"):
        record = minimal(tipo)
        line = json.dumps(record).encode()
        found["jsonl"].append(line + b"\n" + line + b"\n")
        found["json"].append(b"[" + line + b"," + line + b"]")
        body = thrift.encode(L.fichas[tipo].root, record["ficha"])
        found["esus"].append(wrap(record, body, remetente=OURS, layout=L))
        found["xml"].append(wrap_xml(record, record["ficha"], remetente=OURS, layout=L))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for n, data in enumerate(found["esus"]):
            made.writestr(f"{n}.esus", data)
    found["zip"].append(packed.getvalue())
    town = build(1)
    cnes_writer.write(town, folder / "c.xml", data=date(2026, 9, 1))
    found["cnes"].append((folder / "c.xml").read_bytes()[:20_000])
    found["sigtap"].append(Path(sigtap_writer.write(town, folder, "202609")).read_bytes())
    header = "Quadrimestre;CNES;INE;Uf;IBGE;Municipio\n26Q1;0019615;0000123456;SC;4218202;TIMBÓ\n"
    found["retorno"].append(header.encode("latin-1"))
    found["retorno"].append((PEC_HEADER + "\n" + PEC_ROW + "\n").encode())
    for path in CORPUS.glob("*.*"):
        found.setdefault(path.name.split("-")[0], []).append(path.read_bytes())
    return found


def mutated(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(made) + 1)
        kind = rng.randrange(6)
        if kind == 0 and made:
            made[at % len(made)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            made[at:at] = rng.choice(ODD) * rng.choice((1, 1, 2, 200))
        elif kind == 2:
            del made[at : at + rng.choice((1, 4, 64, 1024))]
        elif kind == 3:
            piece = made[at : at + rng.randrange(1, 200)]
            made[at:at] = piece * rng.choice((1, 2, 50))
        elif kind == 4:
            other = rng.choice(others)
            cut = rng.randrange(len(other) + 1)
            made[at : at + 100] = other[cut : cut + rng.randrange(1, 300)]
        else:
            made[at : at + 4] = rng.choice(ODD)
    return bytes(made[:200_000])


def tried(kind: str, data: bytes, folder: Path) -> str:
    """What fell, in a line; "" when the reader read or refused."""
    reader, suffix = READERS[kind]
    path = folder / f"amostra{suffix}"
    path.write_bytes(data)
    began = time.monotonic()
    try:
        reader(path)
    except (LediError, Refused, OSError):
        pass
    except Exception:
        return traceback.format_exc(limit=-3)
    took = time.monotonic() - began
    return f"levou {took:.1f} s" if took > SLOW else ""


def main() -> None:
    minutes, seed = (
        float(os.environ.get("MINUTOS", "5")),
        int(os.environ.get("SEMENTE", str(int(time.time())))),
    )
    rng = random.Random(seed)
    fell, count = 0, dict.fromkeys(READERS, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = samples(folder)
        seen: set[str] = set()
        tries = [(kind, data) for kind, all_ in known.items() for data in all_]
        end = time.monotonic() + minutes * 60
        while tries or time.monotonic() < end:
            kind, data = tries.pop() if tries else (rng.choice(list(READERS)), b"")
            data = data or mutated(rng.choice(known[kind]), known[kind], rng)
            count[kind] += 1
            if (problem := tried(kind, data, folder)) and problem not in seen:
                seen.add(problem)
                fell += 1
                kept = CORPUS / f"{kind}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
                kept.write_bytes(data)
                print(f"{kept.name}\n{problem}", flush=True)
    print(f"semente {seed}: {sum(count.values())} amostras {count}; caíram {fell}")
    sys.exit(1 if fell else 0)


if __name__ == "__main__":
    main()
