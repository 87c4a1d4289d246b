"""The combobox of the pages: what a keyboard, a mouse and a screen reader find, whatever the network does."""

import pytest

pytestmark = pytest.mark.browser
FORM = """<main><h1>Teste</h1><form action="/enviado">
  <label for="fruta">Fruta</label>
  <div class="f-busca"><input type="text" id="fruta" role="combobox" aria-autocomplete="list" aria-expanded="false"
    aria-controls="frutas" data-teste autocomplete="off">
  <ul id="frutas" role="listbox" aria-label="Frutas" hidden></ul></div>
  <label for="outro">Outro</label><input type="text" id="outro">
</form></main>"""
# `demora`: ms that each question takes; `perguntas`: the texts asked; `sabidas`: what the form heard
START = """async (more) => {
  const { combobox } = await import('/static/saude/combobox.js');
  Object.assign(window, { demora: {}, perguntas: [], sabidas: [], escolhas: [] });
  const frutas = ['abacate', 'abacaxi', 'banana', 'banana-da-terra'];
  combobox('[data-teste]', {
    wait: 20,
    onTab: true,
    whole: true,
    sure: (rows, text) => rows.length === 1 || rows[0].textContent === text,
    async ask(input, text) {
      perguntas.push(text);
      await new Promise((r) => setTimeout(r, demora[text] ?? 0));
      if (text === 'falha') throw new Error('rede');
      const found = frutas.filter((f) => f.startsWith(text));
      return (found.length ? found : [null]).map((f) => {
        const row = document.createElement('li');
        row.setAttribute('role', 'option');
        row.textContent = f ?? 'Nada encontrado';
        if (!f) row.setAttribute('aria-disabled', 'true');
        return row;
      });
    },
    choose(input, row) { escolhas.push(row.textContent); input.value = row.textContent; },
    ...more,
  });
  const form = document.querySelector('form');
  for (const kind of ['keydown', 'submit', 'escolhido'])
    form.addEventListener(kind, (e) => { sabidas.push(e.key ?? kind); if (e.key === 'Enter') e.preventDefault(); });
}"""


@pytest.fixture
def caixa(folha):
    def make(**more):
        page = folha(FORM)
        page.evaluate(START, more)
        page.focus("#fruta")
        return page

    return make


def aberta(page):
    page.wait_for_selector("#frutas [role=option]")


def marcada(page):
    """What a screen reader says: the option that aria-activedescendant names."""
    active = page.get_attribute("#fruta", "aria-activedescendant")
    return page.inner_text(f"#{active}") if active else ""


def test_typing_lists_and_arrows_move_within_the_list(caixa, sem_barreiras):
    page = caixa()
    page.keyboard.type("aba")
    aberta(page)
    assert page.get_attribute("#fruta", "aria-expanded") == "true"
    assert marcada(page) == "abacate"
    for key, expected in (
        ("ArrowDown", "abacaxi"),
        ("ArrowDown", "abacaxi"),
        ("ArrowUp", "abacate"),
        ("ArrowUp", "abacate"),
    ):
        page.keyboard.press(key)
        assert marcada(page) == expected
        assert page.inner_text("[aria-selected=true]") == expected
    sem_barreiras(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#fruta") == "abacaxi"
    assert page.evaluate("escolhas") == ["abacaxi"]
    assert page.get_attribute("#fruta", "aria-expanded") == "false"
    assert page.evaluate("sabidas.filter((s) => s.length > 1)") == ["escolhido"], (
        "the form saw no Enter and sent nothing"
    )


def test_the_arrow_opens_everything_and_nothing_is_marked(caixa):
    page = caixa()
    page.keyboard.press("ArrowDown")
    aberta(page)
    assert page.locator("#frutas [role=option]").count() == 4
    assert marcada(page) == ""
    page.keyboard.press("Enter")  # nothing marked: nothing chosen, and the form is not sent
    assert page.evaluate("escolhas") == []
    assert not page.is_visible("#frutas")
    assert "submit" not in page.evaluate("sabidas")


def test_enter_before_the_answer_takes_only_what_cannot_be_mistaken(caixa):
    page = caixa()
    page.evaluate("demora.banana = 150")
    page.keyboard.type("banana")
    page.keyboard.press("Enter")
    page.wait_for_function("() => escolhas.length === 1")
    assert page.evaluate("escolhas") == ["banana"], "the very word, of two that begin so"
    page = caixa()
    page.evaluate("demora.aba = 150")
    page.keyboard.type("aba")
    page.keyboard.press("Enter")
    aberta(page)
    assert page.evaluate("escolhas") == []
    assert marcada(page) == "abacate"


def test_an_answer_that_comes_late_is_thrown_away(caixa):
    page = caixa()
    page.evaluate("demora.b = 400")
    page.keyboard.type("b")
    page.wait_for_function("() => perguntas.includes('b')")
    page.keyboard.press("Backspace")
    page.keyboard.type("aba")
    aberta(page)
    page.wait_for_timeout(500)
    assert page.locator("#frutas [role=option]").all_inner_texts() == ["abacate", "abacaxi"]
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert not page.is_visible("#frutas")


def test_an_answer_after_leaving_opens_nothing(caixa):
    page = caixa()
    page.evaluate("demora.aba = 200")
    page.keyboard.type("aba")
    page.wait_for_function("() => perguntas.includes('aba')")
    page.focus("#outro")
    page.wait_for_timeout(400)
    assert not page.is_visible("#frutas")
    assert page.get_attribute("#fruta", "aria-expanded") == "false"


def test_nothing_found_keeps_what_was_typed_and_lets_one_go_on(caixa):
    page = caixa()
    page.keyboard.type("xyz")
    aberta(page)
    assert marcada(page) == ""
    page.keyboard.press("Enter")
    assert not page.is_visible("#frutas")
    assert page.input_value("#fruta") == "xyz"
    page.keyboard.press("Enter")
    assert "Enter" in page.evaluate("sabidas"), "the second is the form's"


def test_a_failure_opens_nothing_and_the_next_question_works(caixa):
    page = caixa()
    page.keyboard.type("falha")
    page.wait_for_function("() => perguntas.includes('falha')")
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert not page.is_visible("#frutas")
    page.fill("#fruta", "")
    page.keyboard.type("banana-")
    aberta(page)
    page.keyboard.press("Enter")
    assert page.evaluate("escolhas") == ["banana-da-terra"]


def test_escape_closes_the_list_first(caixa):
    page = caixa()
    page.keyboard.type("ba")
    aberta(page)
    page.keyboard.press("Escape")
    assert not page.is_visible("#frutas")
    assert "Escape" not in page.evaluate("sabidas")
    page.keyboard.press("Escape")
    assert "Escape" in page.evaluate("sabidas")


@pytest.mark.parametrize(("on_tab", "chosen"), [(True, ["abacate"]), (False, [])])
def test_tab_takes_the_marked_where_it_may(caixa, on_tab, chosen):
    page = caixa(onTab=on_tab)
    page.keyboard.type("aba")
    aberta(page)
    page.keyboard.press("Tab")
    assert page.evaluate("escolhas") == chosen
    assert page.evaluate("document.activeElement.id") == "outro"


def test_the_mouse_chooses_and_what_says_nothing_found_is_not_chosen(caixa):
    page = caixa()
    page.keyboard.type("ba")
    aberta(page)
    page.click("#frutas li:nth-child(2)")
    assert page.evaluate("escolhas") == ["banana-da-terra"]
    page.fill("#fruta", "")
    page.keyboard.type("xyz")
    aberta(page)
    page.click("#frutas li", force=True)
    assert page.evaluate("escolhas") == ["banana-da-terra"]


def test_a_session_that_ended_is_told(folha):
    page = folha(FORM)
    page.route("**/procura*", lambda route: route.fulfill(status=401, body=""))
    told = page.evaluate(
        """async () => {
          const { answer } = await import('/static/saude/combobox.js');
          let told = 0;
          document.addEventListener('sessaoTerminada', () => { told += 1; });
          return [await answer('/procura?q=a'), told];
        }"""
    )
    assert told == [None, 1]
