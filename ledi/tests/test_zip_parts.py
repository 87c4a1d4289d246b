"""A file of a package read by where it begins, without what stands before it."""

from __future__ import annotations

import io

import pytest

from ledi.errors import PackageError
from ledi.zip import PackageWriter, directory, entry_at, make_entry

NAMES = [f"2513838-{number:08d}.esus" for number in range(20)]


def package() -> bytes:
    made = io.BytesIO()
    with PackageWriter(made) as writer:
        for number, name in enumerate(NAMES):
            writer.add(make_entry(name, name.encode() * (number + 1)))
    return made.getvalue()


def test_each_entry_from_its_place_is_the_one_that_was_written():
    file = io.BytesIO(package())
    members = list(directory(file))
    assert [m.name for m in members] == NAMES
    for number in (19, 0, 7):
        found = entry_at(file, members[number].offset)
        assert found == make_entry(NAMES[number], NAMES[number].encode() * (number + 1))


@pytest.mark.parametrize("offset", [1, 10_000_000])
def test_a_place_where_no_entry_begins_is_refused(offset):
    with pytest.raises(PackageError, match="fora do lugar"):
        entry_at(io.BytesIO(package()), offset)


def test_a_package_that_was_cut_is_refused():
    whole = package()
    last = [m.offset for m in directory(io.BytesIO(whole))][-1]
    with pytest.raises(PackageError, match="truncado"):
        entry_at(io.BytesIO(whole[: last + 50]), last)
    with pytest.raises(PackageError):
        list(directory(io.BytesIO(whole[:-10])))


def test_what_another_program_packed_is_refused():
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as writer:
        writer.writestr("a.esus", b"x")
    with pytest.raises(PackageError, match="não foi escrita por este sistema"):
        entry_at(made, 0)
