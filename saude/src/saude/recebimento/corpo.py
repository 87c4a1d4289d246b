"""The body of POST /registros: one record or a list. Counted and bounded before it is read, built a piece at a time."""

from collections.abc import Iterator

from ledi.lists import ListError, list_start, split_list
from saude.comum.texto import grouped
from saude.recebimento import conselho, limits
from saude.recebimento.intake import DEEP, Item
from saude.recebimento.spool import BodyRefused, BodyTooLarge, parse_line, too_long

LOTS = "para mais, use /api/v1/lotes"


class Unlike(BodyRefused):
    """Something else than JSON, by the wrong door."""

    status = 415


class Corpo:
    """Raises BodyRefused for what is not records throughout, or too many: nothing of it is taken in then."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.unico = list_start(text) is None
        self._spans = [(0, len(text))] if self.unico else self._split()

    def _split(self) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        try:
            for span in split_list(self.text):
                if len(spans) == limits.RECORDS_MAX:
                    raise BodyTooLarge(f"Até {grouped(limits.RECORDS_MAX)} registros por pedido; {LOTS}.")
                spans.append(span)
        except ListError as error:
            raise self._unreadable(f"corpo: JSON inválido: {error}.") from error
        return spans

    def check(self) -> None:
        """Everything is legible: else nothing is taken in. What is too deep or too long is refused alone."""
        for item in self.items():
            if item.achados and item.achados[0].mensagem not in (DEEP, too_long(self._where(item.posicao))):
                raise self._unreadable(item.achados[0].mensagem)
            if self.unico and not item.achados and (said := conselho.of_value(item.registro)):
                raise BodyRefused(said)

    def _unreadable(self, reason: str) -> BodyRefused:
        said = conselho.of_records(self.text)
        return Unlike(said) if said else BodyRefused(reason)

    def _where(self, number: int) -> str:
        return "corpo" if self.unico else f"registro {number}"

    def items(self) -> Iterator[Item]:
        for number, (start, end) in enumerate(self._spans, 1):
            yield parse_line(
                number, self.text[start : min(end, start + limits.RECORD + 1)], self._where(number)
            )
