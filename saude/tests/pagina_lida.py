"""The numbers of a page as its reader sees them: tables by the label of their columns, big numbers, lists."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

CELLS = ("td", "th")


@dataclass
class Pagina:
    """`tabelas`: per table, per row, label of the cell -> its text ("" for the row's heading)."""

    tabelas: list[list[dict[str, str]]] = field(default_factory=list)
    numeros: dict[str, int] = field(default_factory=dict)  # label -> number
    listas: dict[str, int] = field(default_factory=dict)  # label -> number, of every list
    texto: str = ""


def numero(text: str) -> int:
    """The first number in a text, with its points: "1.234 não exportáveis" is 1234."""
    found = re.search(r"\d[\d.]*", text)
    assert found, f"no number in {text!r}"
    return int(found[0].replace(".", ""))


def ler(response: HttpResponse) -> Pagina:
    assert response.status_code == 200, response.status_code
    reader = _Reader()
    reader.feed(response.content.decode())
    reader.pagina.texto = " ".join("".join(reader.all).split())
    return reader.pagina


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pagina, self.all = Pagina(), []
        self.cell: list[str] | None = None
        self.label = self.pair = ""
        self.navs: list[bool] = []  # open ones: is it the menu? its counts are no numbers of the page
        self.part: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for text in (self.all, self.cell or []):
            text.append(" ")
        if tag == "nav":
            self.navs.append(given.get("id") == "menu")
        if any(self.navs):
            return
        if tag == "table":
            self.pagina.tabelas.append([])
        elif tag == "tr" and self.pagina.tabelas:
            self.pagina.tabelas[-1].append({})
        elif tag in CELLS:
            self.cell, self.label = [], given.get("data-rotulo") or ""
        elif "s-numero" in (given.get("class") or "").split() or (tag == "li" and self.cell is None):
            self.pair, self.part = tag, {}
        elif self.pair and tag in ("b", "span", "a") and tag not in self.part:
            self.part[tag] = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self.navs.pop()
        if tag in CELLS and self.cell is not None:
            row = self.pagina.tabelas[-1][-1]
            text = " ".join("".join(self.cell).split())
            row.setdefault(self.label if self.label or "" not in row else f"#{len(row)}", text)
            self.cell = None
        elif self.pair and tag == self.pair:
            label = " ".join("".join(self.part.get("span") or self.part.get("a") or []).split())
            n = "".join(self.part.get("b") or []).strip()
            if label and re.fullmatch(r"\d[\d.]*", n):
                into = self.pagina.listas if tag == "li" else self.pagina.numeros
                into[label] = numero(n)
            self.pair = ""

    def handle_data(self, data: str) -> None:
        self.all.append(data)
        if self.cell is not None:
            self.cell.append(data)
        for name in list(self.part)[-1:] if self.pair else ():
            self.part[name].append(data)
