"""What a password may not be. Length, digits alone and likeness to the person's data are checked by Django's own."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from saude.contas.models import SenhaAnterior, Usuario

#: what lies together under the fingers, read both ways
_ROWS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "abcdefghijklmnopqrstuvwxyz", "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "q1w2e3r4t5y6u7i8o9p0", "qazwsxedcrfvtgbyhnujm",
)  # fmt: skip
_RUNS = tuple(text for row in _ROWS for text in (row, row[::-1]))
RUN, LOOSE = 3, 3  # characters that make a run; characters outside runs and repetitions that a password needs
_SIGNS = " .,;:!?#%&*+-_=/\\()[]{}<>|~^'\""
#: digits and signs that stand for letters
_AS_LETTERS = str.maketrans("013457@$", "oieastas")


class LettersAndDigitsValidator:
    """A password has letters and digits (the floor of the PEC)."""

    def validate(self, password: str, user: object | None = None) -> None:
        if not any(c.isalpha() for c in password) or not any(c.isdigit() for c in password):
            raise ValidationError(self.get_help_text(), code="password_letters_digits")

    def get_help_text(self) -> str:
        return "A senha deve ter letras e números."


class CommonHereValidator:
    """What people here choose first: a word of `dados/senhas_comuns.txt` or the municipality's name, with a number."""

    def validate(self, password: str, user: Any = None) -> None:
        text = plain(password)
        if _cores(text) & (common() | _of_the_municipality(user)):
            raise ValidationError(
                "Esta senha é das primeiras que alguém tentaria: uma palavra comum (estação, time, nome, município) "
                "com um número. Junte palavras que não combinam, por exemplo três, e um número.",
                code="password_common_here",
            )
        if _loose(text) < LOOSE:
            raise ValidationError(
                "Esta senha é uma sequência do teclado ou uma repetição. Junte palavras que não combinam e um número.",
                code="password_keyboard",
            )

    def get_help_text(self) -> str:
        return "Não use uma palavra comum com um número (verao2026, timbo123) nem uma sequência do teclado."


class HistoryValidator:
    """Neither the present one, provisional or not, nor one of the last."""

    def validate(self, password: str, user: Any = None) -> None:
        if not isinstance(user, Usuario) or user.pk is None:
            return
        kept = SenhaAnterior.objects.filter(usuario=user).order_by("-pk").values_list("senha", flat=True)
        before = [user.password, *kept[: settings.PASSWORDS_REMEMBERED]]
        if any(check_password(password, old) for old in before):
            raise ValidationError(
                f"Esta senha já foi sua (as últimas {settings.PASSWORDS_REMEMBERED} e a provisória não valem de novo). "
                "Escolha outra.",
                code="password_used",
            )

    def get_help_text(self) -> str:
        return (
            f"Não pode ser nenhuma das suas últimas {settings.PASSWORDS_REMEMBERED} senhas, nem a provisória."
        )


@cache
def common() -> frozenset[str]:
    lines = (Path(__file__).parent / "dados" / "senhas_comuns.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(plain(word) for line in lines if not line.startswith("#") for word in line.split())


def plain(text: str) -> str:
    """Lower case without accents."""
    found = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in found if not unicodedata.combining(c))


def _cores(text: str) -> set[str]:
    """The words it may have been made of: without what stands around, signs read as letters, twice read as once."""
    found = set()
    for end in range(len(text), 0, -1):
        body = text[:end].lstrip("0123456789").strip(_SIGNS)
        for words in (
            re.split("[^a-z]+", body.strip("@$")),
            re.split("[^a-z]+", body.translate(_AS_LETTERS)),
        ):
            if len(words) <= 2:  # three words are a phrase of one's own
                found |= {"".join(words)}
        if text[end - 1].isalpha():
            break
    halves = {word[: len(word) // 2] for word in found if word[: len(word) // 2] * 2 == word}
    return (found | halves) - {""}


def _of_the_municipality(user: Any) -> set[str]:
    """Names of where they work, whole and word by word."""
    if not isinstance(user, Usuario):
        return set()
    places = [user.entidade] if user.entidade else []
    if user.pk:
        places += [acesso.entidade for acesso in user.acessos.select_related("entidade")]
    found: set[str] = set()
    for place in places:
        words = re.findall("[a-z]+", plain(place.nome))
        whole, state = "".join(words), place.uf.lower()
        found |= {
            whole,
            whole + state,
            f"municipiode{whole}",
            f"prefeiturade{whole}",
            f"saude{whole}",
            f"ubs{whole}",
        }
        found |= {word for word in words if len(word) > 3}
    return found


def _loose(text: str) -> int:
    """How many of its characters stand in no run of the keyboard and repeat nothing just before them."""
    left, at = 0, 0
    while at < len(text):
        size = max((_run(text, at, row) for row in _RUNS), default=0)
        if size >= RUN:
            at += size
            continue
        left += text[at : at + 1] not in text[max(0, at - 2) : at]
        at += 1
    return left


def _run(text: str, at: int, row: str) -> int:
    start = row.find(text[at])
    size = 0
    while start >= 0 and at + size < len(text) and row[start + size : start + size + 1] == text[at + size]:
        size += 1
    return size
