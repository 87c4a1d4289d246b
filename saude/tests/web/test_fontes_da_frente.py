"""What the linters do not look at: nothing inline in a page (the CSP refuses it), and files that can be read."""

import re
from pathlib import Path

import pytest

import saude

ROOT = Path(saude.__file__).parent
TEMPLATES = sorted(ROOT.rglob("templates/**/*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
TAG = re.compile(r"""<([a-z][a-z0-9]*)\b((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
INLINE = re.compile(r"""(?:^|\s)(style|on[a-z]+|srcdoc|hx-on[:a-z-]*|hx-vals=["']js:)\s*=""")


def inline(html: str) -> list[str]:
    found = [m[0] for m in TAG.finditer(html) if INLINE.search(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", m[2]))]
    found += [
        m[0] for m in TAG.finditer(html) if m[1] == "style" or (m[1] == "script" and "src=" not in m[2])
    ]
    return found + re.findall(r"javascript:[^\"' ]*", html)


def test_the_search_finds_what_is_inline():
    bad = (
        '<p class="x" style="color: red">',
        "<button onclick='go()'>",
        '<button {% if a %}disabled{% endif %} hx-on:click="go()">',
        "<script>go()</script>",
        "<style>",
        '<a href="javascript:go()">',
    )
    assert all(inline(html) for html in bad)
    assert not inline('<form data-onde="x" hx-get="{% url "a" %}"><script src="/a.js" defer></script>')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_inline_in_a_template(path):
    assert inline(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_scripts_make_no_inline_style_and_evaluate_no_text(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"\beval\(|new Function\(|setAttribute\(\s*[\"'](style|on\w+)|\.cssText|\bstyle=", text
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_script_can_be_read(path):
    long = [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if len(line) > 120]
    assert not long, f"lines over 120: {long}"


FORM = re.compile(r"<form\b(?:[^>{]|\{[{%].*?[%}]\})*>", re.DOTALL)
#: forms that may be sent twice, each with its reason
MAY_BE_SENT_AGAIN = {
    'role="search"': "a search: the answer to the second is the page",
    "'trocar_contexto'": "says where one works: twice is the same",
    "data-sair": "leaving twice is leaving",
    "'titular_copia'": "the answer is a file, the page stays: a copy may be asked for again",
    "data-criar-chave": "its own script sends it, once",
}


def sent_twice(html: str) -> list[str]:
    forms = (m[0] for m in FORM.finditer(html))
    posting = [form for form in forms if 'method="post"' in form and "data-uma-vez" not in form]
    return [form for form in posting if not any(mark in form for mark in MAY_BE_SENT_AGAIN)]


def test_the_search_finds_a_form_that_a_double_click_sends_twice():
    assert sent_twice('<form method="post" action="{% url \'a\' b.pk %}?{{ c }}" class="x">')
    assert sent_twice('<form\n  class="s"\n  method="post">')
    assert not sent_twice(
        '<form method="post" data-uma-vez><form method="get"><form method="post" data-sair>'
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_double_click_sends_no_form_twice(path):
    assert sent_twice(path.read_text(encoding="utf-8")) == []
