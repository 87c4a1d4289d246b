"""From an answer of the PEC (or from none) to an outcome: the table of what a client does. Pure: no network here.

Facts: shared/retorno, in turn from the Bridge documentation and a PEC 5.5.28. What is not known there is data
here (`Marks`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ledi.masking import texto_seguro
from ledi.pec.outcomes import WORDS, Action, Before, Cause, Erro, Outcome, Situacao
from ledi.pec.rejections import rejections
from ledi.retorno.values import plain

_TAGS = re.compile(r"<(?:script|style).*?</(?:script|style)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_TEXT = 500  # characters of an answer that are kept


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: header names in small letters; `cut` when the body was longer than what is kept of it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as error:
            if self.cut and error.start > len(self.body) - 4:
                return self.body[: error.start].decode("utf-8")
            return self.body.decode("iso-8859-1")

    @property
    def is_html(self) -> bool:
        kind = self.headers.get("content-type", "").casefold()
        return "html" in kind or self.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")

    def json(self) -> Any:
        """The JSON of the body, None when it is none."""
        if self.cut:
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    def safe(self) -> str:
        """What it says, for people: no tags, numbers masked, short."""
        said = self.json()
        text = (
            str(said["descricaoErro"]) if isinstance(said, dict) and said.get("descricaoErro") else self.text
        )
        text = _TAGS.sub(" ", text) if self.is_html else text
        return texto_seguro(_SPACES.sub(" ", text).strip(), _TEXT, cut=self.cut)


class NoAnswer(Enum):
    """Why there is no answer. Only after `SEM_RESPOSTA` may the PEC have the ficha."""

    SEM_CONEXAO = Cause.SEM_CONEXAO
    TLS = Cause.TLS
    SEM_RESPOSTA = Cause.SEM_RESPOSTA


@dataclass(frozen=True, slots=True)
class Marks:
    """Words by which answers are recognised (compared without accents, case and punctuation). What the PEC says
    of a duplicate was never seen: the words are a guess, and configuration."""

    duplicada: tuple[str, ...] = (
        "duplicad", "repetid", "ja foi recebid", "ja recebid", "ja existe", "ja cadastrad", "ja process", "ja enviad",
    )  # fmt: skip
    desserializacao: tuple[str, ...] = ("erro na desserializacao",)
    desserializacao_500: tuple[str, ...] = ("erro ao desserializar registro",)
    forma: tuple[str, ...] = (
        "zip", "compactad", "part ficha", "parte ficha", "parte obrigatoria", "required part", "multipart",
    )  # fmt: skip
    validacao: tuple[str, ...] = ("erro de validacao",)

    def says(self, text: str, words: tuple[str, ...]) -> bool:
        said = plain(text[:4000])
        return any(word in said for word in words)


DEFAULT_MARKS = Marks()


def classify(
    answer: Answer, before: Before, marks: Marks = DEFAULT_MARKS, tipo: str | None = None
) -> Outcome:
    """What an answer to a ficha means."""
    status = answer.status
    if 200 <= status < 300:
        return _outcome(Cause.ACEITA, answer) if _is_ours(answer) else _strange(answer, before)
    if status in (401, 302, 403):
        return _outcome(Cause.SESSAO, answer, pending(before), Action.LOGIN)
    if status == 400 and not answer.is_html:
        return _bad_request(answer, before, marks, tipo)
    if status == 409:
        return _duplicate(answer, before)
    if status == 500:
        return _server_error(answer, before, marks)
    if status in (502, 503):
        uncertain = status == 502
        return _outcome(Cause.PROXY, answer, pending(before), Action.RETRY, incerta=uncertain)
    if status == 504:  # the proxy gave up waiting: the PEC may have it
        return no_answer(NoAnswer.SEM_RESPOSTA, before, answer=answer)
    return _strange(answer, before)


def no_answer(why: NoAnswer, before: Before, detail: str = "", answer: Answer | None = None) -> Outcome:
    """What the lack of an answer means. `detail`: more for the person, in Portuguese."""
    unknown = why is NoAnswer.SEM_RESPOSTA
    situacao = Situacao.DESCONHECIDA if unknown else pending(before)
    action = Action.NEXT if unknown and before.esgotado else Action.RETRY
    words = WORDS[why.value] + (f" {detail}" if detail else "")
    status, text = (answer.status, answer.safe()) if answer else (None, "")
    wait = retry_after(answer) if answer else None
    return Outcome(situacao, action, why.value, words, status, text, espera=wait, incerta=unknown)


def pending(before: Before) -> Situacao:
    """Of a ficha that nothing has decided: what may already be there stays unknown."""
    return Situacao.DESCONHECIDA if before.desconhecida else Situacao.A_ENVIAR


def retry_after(answer: Answer) -> float | None:
    """Seconds of Retry-After, at most an hour; a date there is not understood."""
    text = answer.headers.get("retry-after", "").strip()
    return min(float(text), 3600.0) if text.isascii() and text.isdigit() and len(text) < 9 else None


# ---- one kind of answer


_NORMALLY = {
    Cause.ACEITA: (Situacao.ACEITA, Action.NEXT),
    Cause.ERA_NOSSA: (Situacao.ACEITA, Action.NEXT),
    Cause.REPETIDA: (Situacao.REPETIDA, Action.NEXT),
    Cause.RECUSADA: (Situacao.RECUSADA, Action.NEXT),
    Cause.DESSERIALIZACAO: (Situacao.PARADA, Action.STOP),
    Cause.FORMA: (Situacao.PARADA, Action.STOP),
}


def _outcome(
    cause: Cause,
    answer: Answer,
    situacao: Situacao | None = None,
    action: Action | None = None,
    *,
    erros: tuple[Erro, ...] = (),
    incerta: bool = False,
) -> Outcome:
    if situacao is None or action is None:
        situacao, action = _NORMALLY[cause]
    text = "" if cause is Cause.ACEITA else answer.safe()
    return Outcome(
        situacao, action, cause, WORDS[cause], answer.status, text, erros, retry_after(answer), incerta
    )


def _is_ours(answer: Answer) -> bool:
    """A 2xx of the API itself: empty, JSON or a short text, and no description of an error."""
    packed = (
        answer.headers.get("content-encoding", "identity").strip().lower() != "identity"
    )  # never asked for
    if answer.is_html or answer.cut or packed or b"\x00" in answer.body:
        return False
    said = answer.json()
    return not (isinstance(said, dict) and (said.get("descricaoErro") or said.get("errosValidacao")))


def _bad_request(answer: Answer, before: Before, marks: Marks, tipo: str | None) -> Outcome:
    said = answer.json()
    said = said if isinstance(said, dict) else {}
    text = str(said.get("descricaoErro") or answer.text)
    erros = rejections(said.get("errosValidacao"), tipo)
    if marks.says(text, marks.desserializacao):
        return _outcome(Cause.DESSERIALIZACAO, answer)
    if marks.says(text, marks.duplicada) or (
        erros and all(marks.says(one.texto_seguro, marks.duplicada) for one in erros)
    ):
        return _duplicate(answer, before)
    if erros or marks.says(text, marks.validacao):
        return _outcome(Cause.RECUSADA, answer, erros=erros)
    if marks.says(text, marks.forma):
        return _outcome(Cause.FORMA, answer)
    return _strange(answer, before)


def _duplicate(answer: Answer, before: Before) -> Outcome:
    return _outcome(Cause.ERA_NOSSA if before.incerta else Cause.REPETIDA, answer)


def _server_error(answer: Answer, before: Before, marks: Marks) -> Outcome:
    if marks.says(answer.text, marks.desserializacao_500):
        if before.desserializacoes:
            return _outcome(Cause.DESSERIALIZACAO_500, answer, Situacao.FALHOU, Action.NEXT, incerta=True)
        return _outcome(Cause.DESSERIALIZACAO_500, answer, Situacao.DESCONHECIDA, Action.RETRY, incerta=True)
    return _again(Cause.ERRO_500, answer, before)


def _strange(answer: Answer, before: Before) -> Outcome:
    return _again(Cause.ESTRANHA, answer, before)


def _again(cause: Cause, answer: Answer, before: Before) -> Outcome:
    """To be sent again until the time given to it is over. What may be in the PEC is then still unknown."""
    if not before.esgotado:
        return _outcome(cause, answer, pending(before), Action.RETRY)
    over = Situacao.DESCONHECIDA if before.desconhecida else Situacao.FALHOU
    return _outcome(cause, answer, over, Action.NEXT)
