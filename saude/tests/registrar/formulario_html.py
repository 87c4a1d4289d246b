"""What a browser would send of the form of a page, by its HTML."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._select = self._textarea = None
        self._chosen: str | None = None
        self._inside = False

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self._inside = "data-registrar" in a
        if not self._inside:
            return
        if tag == "input" and a.get("name"):
            if a.get("type") not in ("checkbox", "radio") or "checked" in a:
                self.pairs.append((a["name"], a.get("value") or ""))
        elif tag == "select":
            self._select, self._chosen = a.get("name"), None
        elif tag == "option" and self._select and ("selected" in a or self._chosen is None):
            self._chosen = a.get("value", "")
        elif tag == "textarea":
            self._textarea = [a.get("name"), ""]

    def handle_data(self, data):
        if self._textarea:
            self._textarea[1] += data

    def handle_endtag(self, tag):
        if tag == "select" and self._select:
            self.pairs.append((self._select, self._chosen or ""))
            self._select = None
        elif tag == "textarea" and self._textarea:
            self.pairs.append(tuple(self._textarea))
            self._textarea = None
        elif tag == "form":
            self._inside = False


def sent(html: str) -> dict[str, list[str]]:
    form = _Form()
    form.feed(html)
    found: dict[str, list[str]] = {}
    for name, value in form.pairs:
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(value)
    return found
