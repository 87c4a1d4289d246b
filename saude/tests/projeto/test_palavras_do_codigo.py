"""What Python says to people is held to the words of the pages, and its numbers to their dots."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import saude
from saude.comum.texto import counted, grouped

CODE = Path(saude.__file__).parent
#: a word that nobody at a page reads, and what is said in its place
NEVER = {
    r"\b[Pp]acientes?\b": "cliente",
    r"\bé obrigatóri[oa]\b": "Falta X.",
    r"\b[Ss]ubmeter\b": "finalizar, salvar or enviar",
    r"\b[Ss]tatus\b": "situação",
    r"\bLEDI\b": "formato do e-SUS",
    r"\b(?:Thrift|JSON|NDJSON|SHA(?:-\d+)?|HTTP)\b": "in detalhes técnicos",
    r"\b(?:[Ss]tructs?|[Pp]ayload|[Hh]ash|[Ss]chema|[Ee]ndpoint)\b": "in detalhes técnicos",
    r"\buuids?\b": "UUID, as the Ministry's pages spell it",
    r"\b[Tt]okens?\b": "only before who makes them",
}
#: who reads these joins another system to this one: the words are theirs
OF_VENDORS = {
    "acs/openapi.py", "recebimento/api.py", "recebimento/conselho.py", "recebimento/contrato.py",
    "recebimento/corpo.py", "recebimento/entrada.py", "recebimento/intake.py", "recebimento/openapi.py",
    "recebimento/portador.py", "retorno/openapi.py", "site/api.py", "web/api_json.py", "web/problema.py",
    "registro/companion.py",
}  # fmt: skip
#: who opens these pages keeps the installation
OF_WHO_ADMINISTERS = {
    "atualizacao/forms.py", "atualizacao/views_versao.py", "auditoria/rotulos.py", "cadastros/forms.py",
    "cadastros/views.py", "contas/forms_tokens.py", "contas/tokens.py", "contas/views_tokens.py",
    "privacidade/pacote.py", "processamento/regenerar.py",
}  # fmt: skip
PROSE = re.compile(
    r"[a-zà-ú”)] (?:d[eoa]s?|[oae]s?|com|não|é|em|n[oa]s?|que|já|uma?|por|pel[oa]|ou|para) |^[A-ZÀ-Ú][a-zà-ú]+ [a-zà-ú]"
)
SQL = re.compile(r"\b(?:SELECT|UPDATE|COPY|DELETE|INSERT|WHERE|ALTER)\b")
#: names and notes of columns, which no page shows: forms name their own
COLUMN = re.compile(r"models\.\w+")


def said(path: Path) -> Iterator[tuple[int, str]]:
    """Strings of a module that read as Portuguese; no docstring, SQL or name of a column."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    if path.name == "models.py":
        silent |= {id(value) for n in ast.walk(tree) for value in _column(n)}
    for n in ast.walk(tree):
        if not isinstance(n, ast.Constant) or not isinstance(n.value, str) or id(n) in silent:
            continue
        if PROSE.search(n.value) and not SQL.search(n.value):
            yield n.lineno, n.value


def _column(n: ast.AST) -> Iterator[ast.expr]:
    if isinstance(n, ast.Call) and COLUMN.fullmatch(ast.unparse(n.func)):
        yield from n.args
        yield from (k.value for k in n.keywords if k.arg == "help_text")
    if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]).startswith("verbose_name"):
        yield n.value


def modules() -> dict[str, Path]:
    found = {p.relative_to(CODE).as_posix(): p for p in sorted(CODE.rglob("*.py"))}
    return {name: p for name, p in found.items() if "/migrations/" not in name and "/management/" not in name}


def test_no_string_says_a_word_of_the_trade():
    paths = modules()
    assert len(paths) > 400 and paths.keys() >= OF_VENDORS | OF_WHO_ADMINISTERS
    found = [
        f"{name}:{line}: {text}"
        for name, path in paths.items()
        if name not in OF_VENDORS | OF_WHO_ADMINISTERS
        for line, text in said(path)
        if any(re.search(word, text) for word in NEVER)
    ]
    assert found == []


def test_what_is_read_is_what_people_read(tmp_path):
    module = tmp_path / "models.py"
    module.write_text(
        '"""Um LEDI no texto do programa."""\n'
        'SQL = "SELECT uuid FROM o de token WHERE x"\n'
        'class M:\n    """Outro LEDI do programa."""\n'
        '    a = models.CharField("a versão do LEDI", help_text="a versão do LEDI de lá")\n'
        '    class Meta:\n        verbose_name = "a versão do LEDI"\n'
        'def f(n):\n    return f"Há {n} fichas no LEDI novo", ("x", "Escrita em outro LEDI")\n'
    )
    assert [text for _, text in said(module)] == [" fichas no LEDI novo", "Escrita em outro LEDI"]


#: what there may be a thousand of
MANY = re.compile(
    r"^ (?:fichas?|registros?|linhas?|células|caracteres|bytes|eventos?|tarefas|itens|clientes?|cidadãos|pessoas|dias"
    r"|profissionais|vínculos|visitas|imóveis|famílias|inconsistências|arquivos|exportadas|novas|recusad[ao]s)\b"
)
#: numbers that a constant of the module keeps below a thousand
SMALL = {"LONGEST", "MAX_COLUMNS"}


def bare_counts(path: Path) -> Iterator[tuple[int, str]]:
    """A value in an f-string, before what is counted, that nothing gave its dots."""
    for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(text, ast.JoinedStr):
            continue
        for value, after in pairwise(text.values):
            counts = isinstance(after, ast.Constant) and MANY.match(str(after.value))
            if not counts or not isinstance(value, ast.FormattedValue) or value.format_spec is not None:
                continue
            told = ast.unparse(value.value)
            if not re.match(r"(?:grouped|counted|fichas)\(", told) and told not in SMALL:
                yield text.lineno, ast.unparse(text)


def test_a_number_in_a_sentence_has_its_dots():
    found = [f"{name}:{line}: {text}" for name, path in modules().items() for line, text in bare_counts(path)]
    assert found == []


def test_a_bare_count_is_found(tmp_path):
    module = tmp_path / "m.py"
    module.write_text('a = f"{n} fichas"; b = f"{grouped(n)} fichas"; c = f"{n:02d} dias"; d = f"{x} fica"')
    assert list(bare_counts(module)) == [(1, "f'{n} fichas'")]
    assert (grouped(102_238), counted(1, "a", "as"), counted(1234, "a", "as")) == (
        "102.238",
        "1 a",
        "1.234 as",
    )
