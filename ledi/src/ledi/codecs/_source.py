"""Python source written line by line and compiled: how one function is made for each struct of a layout.

Only names and numbers of the layout go into the text, always by `repr`; nothing of a record ever does.
"""

from typing import Any


class Source:
    """Lines of one function, with the objects that it names."""

    def __init__(self, **names: Any) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = dict(names)

    def bind(self, value: Any) -> str:
        """A name by which the lines can say this object."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def add(self, depth: int, *lines: str) -> None:
        self.lines.extend("    " * depth + line for line in lines)

    def build(self, function: str) -> Any:
        """The function of that name that the lines define."""
        exec("\n".join(self.lines), self.names)
        return self.names[function]
