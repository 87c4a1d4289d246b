"""Makes docs/arquitetura.md from the imports of saude and ledi; --conferir only tells if it is current.

    .venv/bin/python docs/gerar_arquitetura.py [--conferir | --contar FOLDER]

The floors are those of the contracts of pyproject.toml (import-linter), the arrows those of the syntax trees.
--contar prints the figures of another checkout's `saude`, to compare.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "arquitetura.md"
OURS = ("saude", "ledi", "ledi_gerador")
BEGIN, END = "<!-- desenho: feito por docs/gerar_arquitetura.py, não edite -->", "<!-- fim do desenho -->"
MARK = re.compile(r"# noqa:[ \w,]*\bPLC0415\b\s+\S")  # and why
#: what each room of `saude` is for; a room without a sentence fails
ROOMS = {
    "site": "o telhado: mapa de endereços, início, menu, saúde do serviço, comandos de demonstração e de serviço",
    "privacidade": "LGPD: prazos de guarda e expurgo, cópia do titular, partilhas, encarregado",
    "ajuda": "o manual e o que cada regra pede, dentro do sistema; que capítulo fala de que página",
    "avisos": "o que se diz a cada pessoa, na página e por e-mail: prazos, agentes, o que terminou",
    "metricas": "números para o monitoramento",
    "arquivos": "conferir, comparar e receber arquivos; importar planilhas",
    "registrar": "Nova ficha: os formulários",
    "acs": "o aplicativo dos agentes: aparelhos, puxar e empurrar",
    "mudancas": "o que se fez a muitas fichas: prévia, confirmação, desfazer; versões e quem está corrigindo",
    "transmissao": "exportações enviadas ao PEC pela API: destino, caixa de saída, o que houve com cada ficha",
    "retorno": "o que voltou: relatórios do PEC, do SISAB e do SIAPS, e o desfecho de cada ficha exportada",
    "correcao": "as três correções (a ficha, o cliente, a causa) e suas páginas",
    "fila": "quem corrige o quê: atribuição, comentários e contatos, listas para entregar",
    "painel": "o que se olha: painel, listas, totais, prazos, pendências",
    "exportacao": "o que sai: zip para o PEC",
    "recebimento": "o que entra: API, lotes, blocos",
    "atualizacao": "CNES e SIGTAP entrando em vigor, e a reavaliação do que isso muda",
    "processamento": "julgar, e a esteira única: julgada, cliente achado, história olhada, guardada",
    "fichas": "os dados: modelos, gravação, contagens, filtro, transições",
    "formularios": "o formulário de uma ficha, feito do layout",
    "inconsistencias": "os achados, sua história e suas causas",
    "clientes": "as pessoas atendidas: achar, distinguir, duplicados",
    "referencias": "tabelas de referência em uso",
    "entrada": "entrar: a senha, o segundo fator, a senha esquecida, o gov.br",
    "copias": "cópias de segurança: fazer, conferir, guardar, restaurar",
    "contas": "usuários e o que podem",
    "cadastros": "entidade, instalação, estabelecimentos, profissionais, equipes, prazos",
    "correio": "o servidor por onde saem os e-mails, e o envio",
    "auditoria": "quem fez o quê, quando, de onde",
    "registro": "o que um registro diz, sem modelos",
    "acesso": "o guarda de uma visão; não conhece usuários",
    "web": "peças de página",
    "cofre": "as chaves, e o que se cifra com elas: segredos, arquivos em pedaços",
    "comum": "competência, texto",
    "banco": "onde os dados vivem",
}


@dataclass
class House:
    """The rooms (packages) of a source folder and who imports whom."""

    package: str
    lines: dict[str, int] = field(default_factory=dict)
    arrows: dict[tuple[str, str], int] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)  # that hold modules, imported by others or not yet
    hidden: list[str] = field(default_factory=list)  # imports of ours inside functions, unmarked

    @classmethod
    def read(cls, source: Path) -> House:
        house = cls(source.name)
        for path in sorted(source.rglob("*.py")):
            room = path.relative_to(source).parts[0].removesuffix(".py")
            text = path.read_text(encoding="utf-8")
            if path.parent != source:
                house.folders.add(room)
            house.lines[room] = house.lines.get(room, 0) + text.count("\n")
            tree = ast.parse(text)
            for node in ast.walk(tree):
                for name in _names(node):
                    house._arrow(room, name, source)
            rows = text.splitlines()
            for start, end in _inside_functions(tree):
                if not any(MARK.search(row) for row in rows[start - 1 : end]):
                    house.hidden.append(f"{path.relative_to(source)}:{start}")
        return house

    def _arrow(self, room: str, name: str, source: Path) -> None:
        parts = name.split(".")
        if parts[0] != self.package or len(parts) < 2 or parts[1] == room:
            return
        if (source / parts[1]).is_dir() and (source / room).is_dir():
            self.arrows[room, parts[1]] = self.arrows.get((room, parts[1]), 0) + 1

    def rooms(self) -> list[str]:
        return sorted(self.folders | {end for arrow in self.arrows for end in arrow})

    def below(self, room: str) -> set[str]:
        return {b for a, b in self.arrows if a == room}

    def reach(self, room: str) -> set[str]:
        """All the rooms it stands on, through others."""
        found: set[str] = set()
        ahead = [room]
        while ahead:
            new = self.below(ahead.pop()) - found
            found |= new
            ahead += new
        return found

    def knots(self) -> list[list[str]]:
        """Groups of rooms that all stand on one another."""
        reach = {room: self.reach(room) for room in self.rooms()}
        groups = {tuple(sorted(b for b in reach[a] if a in reach[b])) for a in reach if a in reach[a]}
        return [list(group) for group in sorted(groups)]

    def mutual(self) -> list[tuple[str, str]]:
        return sorted((a, b) for a, b in self.arrows if a < b and (b, a) in self.arrows)

    def bare(self) -> list[tuple[str, str]]:
        """The arrows that no longer way implies."""
        return sorted(
            (a, b) for a, b in self.arrows if not any(b in self.reach(c) for c in self.below(a) - {b})
        )


def _names(node: ast.AST) -> Iterator[str]:
    """The modules of ours that an import statement may name."""
    if isinstance(node, ast.Import):
        yield from (a.name for a in node.names if a.name.split(".")[0] in OURS)
    elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OURS:
        if "." in node.module:
            yield node.module
        else:
            yield from (f"{node.module}.{a.name}" for a in node.names)


def _inside_functions(tree: ast.AST) -> Iterator[tuple[int, int]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom) and any(_names(node)):
                    yield node.lineno, node.end_lineno or node.lineno


def main() -> int:
    if "--contar" in sys.argv:
        house = House.read(Path(sys.argv[-1]))
        print("\n".join(_figures(house)), *house.hidden, sep="\n")
        return 0
    old = PAGE.read_text(encoding="utf-8")
    before, rest = old.split(BEGIN)
    drawing = "\n".join(_drawing())
    new = f"{before}{BEGIN}\n\n{drawing}\n\n{END}{rest.split(END)[1]}"
    if new == old:
        return 0
    if "--conferir" in sys.argv:
        print("docs/arquitetura.md está desatualizado: rode make fix", file=sys.stderr)
        return 1
    PAGE.write_text(new, encoding="utf-8")
    return 0


def _drawing() -> Iterator[str]:
    house = House.read(ROOT / "saude" / "src" / "saude")
    floors = [[r for r in floor if r in house.rooms()] for floor in _floors("saude")]
    floors = [floor for floor in floors if floor]
    if lacking := {room for floor in floors for room in floor} ^ ROOMS.keys():
        sys.exit(f"docs/gerar_arquitetura.py: ROOMS e o contrato diferem em {', '.join(sorted(lacking))}")
    yield "## Os andares de `saude`\n\n| andar | sala | para quê | apoia-se em |\n| --: | --- | --- | --- |"
    for number, floor in zip(range(len(floors), 0, -1), floors, strict=True):
        for room in floor:
            yield f"| {number} | `{room}` | {ROOMS[room]} | {', '.join(sorted(house.below(room))) or 'nada nosso'} |"
    yield f"\n{len(house.arrows)} setas entre {len(ROOMS)} salas, todas para baixo. O desenho traz as que nenhuma outra"
    yield "já implica.\n"
    yield from _mermaid(house, floors)
    yield "\n## Contagens\n"
    yield from (f"- {figure}" for figure in _figures(house))
    for package in ("ledi", "ledi.rules"):
        yield f"\n## Os andares de `{package}`\n\n| andar | módulos |\n| --: | --- |"
        layers = _floors(package)
        for number, floor in zip(range(len(layers), 0, -1), layers, strict=True):
            yield f"| {number} | {', '.join(f'`{m}`' for m in floor)} |"


def _mermaid(house: House, floors: list[list[str]]) -> Iterator[str]:
    yield "```mermaid\nflowchart TD"
    for number, floor in zip(range(len(floors), 0, -1), floors, strict=True):
        yield f'  subgraph andar{number}["{number}"]\n    ' + "\n    ".join(floor) + "\n  end"
    yield from (f"  {a} --> {b}" for a, b in house.bare())
    yield "```"


def _floors(package: str) -> list[list[str]]:
    """The layers of the contract of a package, top first."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c.get("containers") == [package])
    return [re.findall(r"\w+", layer) for layer in layers]


def _figures(house: House) -> Iterator[str]:
    knots, mutual = house.knots(), house.mutual()
    biggest = max(house.lines, key=lambda room: house.lines[room])
    yield f"salas em nós: {sum(map(len, knots))}" + "".join(f" ({', '.join(knot)})" for knot in knots)
    yield f"pares que se importam: {len(mutual)}" + "".join(f" ({a}, {b})" for a, b in mutual)
    yield f"imports nossos dentro de funções, sem razão anotada: {len(house.hidden)}"
    yield f"maior sala: `{biggest}`, {100 * house.lines[biggest] / sum(house.lines.values()):.0f} % das linhas"


if __name__ == "__main__":
    sys.exit(main())
