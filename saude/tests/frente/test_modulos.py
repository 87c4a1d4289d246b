"""Small modules of the pages and of the app, one by one; where the library has the same, it says what is right."""

import re
from random import Random

import pytest

from ledi.documents import cns, cpf
from saude.comum.texto import fold

pytestmark = pytest.mark.browser


def call(page, module, name, *cases):
    """What `name` of a module answers for each tuple of arguments."""
    return page.evaluate(
        """async ([module, name, cases]) => {
          const { [name]: f } = await import(module);
          return cases.map((args) => f(...args));
        }""",
        [f"/static/{module}", name, [list(c) for c in cases]],
    )


def documents(rng, digits, good):
    """Numbers right, one digit wrong, two swapped, short, long, of one digit only."""
    found = ["", "0" * digits, "1" * digits, "9" * digits, "12345678901", "abc"]
    for _ in range(300):
        number = "".join(rng.choice("0123456789") for _ in range(digits))
        found.append(number)
    found += [good(rng) for _ in range(200)]
    for number in found[-100:]:
        i = rng.randrange(digits)
        wrong = number[:i] + str((int(number[i]) + rng.randint(1, 9)) % 10) + number[i + 1 :]
        found += [wrong, number[:-1], number + "0", f" {number}"]
    return found


def a_cpf(rng):
    base = "".join(rng.choice("0123456789") for _ in range(9))
    return (
        next(n for d in range(100) if cpf.is_valid(n := f"{base}{d:02d}"))
        if len(set(base)) > 1
        else "52998224725"
    )


def a_cns(rng):
    base = rng.choice("123456789") + "".join(rng.choice("0123456789") for _ in range(12))
    return next((n for d in range(100) if cns.is_valid(n := f"{base}{d:02d}")), "898001160660761")


def test_cpf_as_the_library(folha):
    numbers = documents(Random(1), 11, a_cpf)
    said = call(folha(), "acs/documentos.js", "cpfValido", *[(n,) for n in numbers])
    wrong = [
        (n, s) for n, s in zip(numbers, said, strict=True) if s is not (len(n) == 11 and cpf.is_valid(n))
    ]
    assert not wrong, wrong[:5]
    assert sum(said) > 150


def test_cns_as_the_library(folha):
    numbers = documents(Random(2), 15, a_cns)
    said = call(folha(), "acs/documentos.js", "cnsValido", *[(n,) for n in numbers])
    wrong = [
        (n, s) for n, s in zip(numbers, said, strict=True) if s is not (len(n) == 15 and cns.is_valid(n))
    ]
    assert not wrong, wrong[:5]
    assert sum(said) > 100


def test_search_forgets_accents_as_the_server(folha):
    texts = ["José d'Ávila", "ÇEDILHA ñandú", "  ponta ", "João-Maria", "Ångström", "", "123"]
    said = call(folha(), "acs/uteis.js", "dobrar", *[(t,) for t in texts])
    assert said == [fold(t) for t in texts]


def test_ages_and_days(folha):
    page = folha()
    page.clock.set_fixed_time("2026-11-24T15:00:00Z")
    ages = call(page, "acs/uteis.js", "idade", ("2026-11-24",), ("2026-10-25",), ("2024-11-25",), ("2024-11-24",),
                ("1985-11-25",), ("2027-01-01",), ("",), (None,), ("ontem",), ("1985-03-20T10:00",))  # fmt: skip
    assert ages == ["0 meses", "0 meses", "23 meses", "2 anos", "40 anos", "", "", "", "", "41 anos"]
    assert call(page, "acs/uteis.js", "ha", ("2026-11-24",), ("2026-11-23",), ("2026-11-12",), ("",)) == [
        "hoje", "ontem", "há 12 dias", "sem visita",
    ]  # fmt: skip
    zone = "America/Rio_Branco"
    days = call(page, "acs/uteis.js", "diaDe", (1794889800000, zone), ("2026-01-01", zone), (None, zone))
    assert days == ["2026-11-16", "2026-01-01", None]


def test_months_between_days(folha):
    said = call(folha(), "comum/datas.js", "mesesEntre", ("2024-02-29", "2025-02-28"), ("2024-01-31", "2024-02-29"),
                ("2024-01-31", "2024-03-01"), ("2026-12-01", "2026-11-30"), (None, "2026-01-01"))  # fmt: skip
    assert said == [11, 0, 1, -1, None]


def test_uuids_are_of_version_4_and_differ(folha):
    made = call(folha(), "acs/uteis.js", "uuid4", *[()] * 50)
    assert len(set(made)) == 50
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", u) for u in made
    )


def test_dates_as_they_are_typed(folha):
    page = folha()
    page.clock.set_fixed_time("2026-11-24T15:00:00Z")
    said = call(page, "saude/momentos.js", "isoDate", ("15092026", True), ("150926", True), ("150930", True),
                ("150926", False), ("31022026", True), ("29022024", True), ("29022026", True), ("01011880", True),
                ("1509", True), ("", True), ("00000000", True))  # fmt: skip
    assert said == ["2026-09-15", "2026-09-15", "1930-09-15", "", "", "2024-02-29", "", "", "", "", ""]
    hours = call(page, "saude/momentos.js", "isoHour", ("0800", False), ("800", True), ("800", False), ("2400", True),
                 ("2359", True), ("0860", True), ("", True))  # fmt: skip
    assert hours == ["08:00", "08:00", "", "", "23:59", "", ""]
    day, hour = "dd/mm/aaaa", "hh:mm"
    typed = [("15092026", day), ("15/0", day), ("a1b5c", day), ("0830", hour), ("", hour)]
    masks = call(page, "saude/momentos.js", "masked", *typed)
    assert masks == ["15/09/2026", "15/0", "15", "08:30", ""]


CODES = """<form><fieldset><legend>Motivos</legend>
  <p><label for="c">Códigos</label> <input type="text" id="c" data-codigos></p>
  <label><input type="checkbox" name="f:m" value="1" checked> Um</label>
  <label><input type="checkbox" name="f:m" value="2"> Dois</label>
  <label><input type="checkbox" name="f:m" value="29"> Vinte e nove</label>
</fieldset><label><input type="checkbox" id="solta"> Fora da lista</label></form>"""


def test_codes_typed_and_boxes_ticked_say_the_same(folha):
    page = folha(CODES)
    page.evaluate("import('/static/saude/codigos.js').then((m) => m.codeBoxes(document))")
    assert page.input_value("#c") == "1"
    page.fill("#c", "2, 29;")
    ticked = "[...document.querySelectorAll('fieldset [type=checkbox]')].filter((b) => b.checked).map((b) => b.value)"
    assert page.evaluate(ticked) == ["2", "29"]
    page.fill("#c", "2 77")
    assert page.get_attribute("#c", "aria-invalid") == "true"
    assert "77" in page.evaluate("document.querySelector('#c').validationMessage")
    page.check("[value='1']")
    assert page.input_value("#c") == "1 2"
    assert page.get_attribute("#c", "aria-invalid") == "false"
    assert page.locator("fieldset [type=checkbox][tabindex='0']").count() == 1, "one stop of Tab"
    page.focus("fieldset [tabindex='0']")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.value") == "29", "the arrows go round"
    page.check("#solta")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "solta", "a box of no list is left alone"
