// One combobox for every search of the pages (the ARIA pattern: a list that follows what is typed, nothing chosen
// until somebody chooses). Delegated on the document, so that blocks added later have it: an input of the selector
// has role=combobox and aria-controls naming its list.
//
// A kind says: `ask(input, text)` -> options (elements with role=option), or null when there is no answer;
// `choose(input, option)`; `wait` in ms; `onTab`: Tab takes the marked option; `sure(options, text)`: may
// Enter take the first before the list was seen?; `whole`: the arrow opens the list of everything.

const kinds = [];
const states = new WeakMap();

export function combobox(selector, kind) {
  kinds.push({ selector, wait: 150, sure: () => false, ...kind });
}

const kindOf = (target) => kinds.find((kind) => target.matches?.(kind.selector));
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const options = (input) => [...listOf(input).querySelectorAll("[role=option]:not([aria-disabled])")];
const isOpen = (input) => input.getAttribute("aria-expanded") === "true";
const marked = (input) => options(input).findIndex((o) => o.getAttribute("aria-selected") === "true");
// nothing typed since the last choice
export const settled = (input) => !input.value.trim() || input.value === input.dataset.escolhido;

// `asked`: number of the question under way; `wanted`: Enter came before the answer
function stateOf(input) {
  if (!states.has(input)) states.set(input, { timer: 0, asked: 0, wanted: false });
  return states.get(input);
}

async function load(input, kind, text) {
  const state = stateOf(input);
  clearTimeout(state.timer);
  const mine = ++state.asked;
  const found = await kind.ask(input, text).catch(() => null);
  if (state.asked !== mine) return;
  const { wanted } = state;
  state.wanted = false;
  if (!found || document.activeElement !== input) return;
  open(input, found);
  if (text) mark(input, 0);
  const rows = options(input);
  if (wanted && rows.length && kind.sure(rows, text)) take(input, kind, rows[0]);
}

function open(input, found) {
  const list = listOf(input);
  list.replaceChildren(...found);
  for (const [n, option] of found.entries()) option.id ||= `${list.id}-${n + 1}`;
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
}

function close(input) {
  listOf(input).hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function mark(input, index) {
  const rows = options(input);
  for (const [n, row] of rows.entries()) row.setAttribute("aria-selected", String(n === index));
  if (!rows[index]) return;
  input.setAttribute("aria-activedescendant", rows[index].id);
  rows[index].scrollIntoView({ block: "nearest" });
}

function choose(input, kind, option) {
  const state = stateOf(input);
  close(input);
  kind.choose(input, option);
  input.dataset.escolhido = input.value;
  clearTimeout(state.timer);
  state.asked += 1; // an answer that comes now is too late
}

// By Enter: whoever listens goes on to the next field.
function take(input, kind, option) {
  choose(input, kind, option);
  input.dispatchEvent(new Event("escolhido", { bubbles: true }));
}

// Nothing of the list: what was typed stays as it is.
function leave(input) {
  input.dataset.escolhido = input.value;
  close(input);
}

// What each key does; true when it is done with.
const KEYS = {
  ArrowDown(input, kind) {
    if (isOpen(input)) mark(input, Math.min(marked(input) + 1, options(input).length - 1));
    else load(input, kind, kind.whole ? "" : input.value.trim());
    return true;
  },
  ArrowUp(input) {
    if (isOpen(input)) mark(input, Math.max(marked(input) - 1, 0));
    return isOpen(input);
  },
  Escape(input) {
    const was = isOpen(input);
    close(input);
    return was;
  },
  Enter(input, kind) {
    const option = isOpen(input) ? options(input)[marked(input)] : null;
    if (option) take(input, kind, option);
    else if (isOpen(input)) leave(input);
    else if (!settled(input)) {
      stateOf(input).wanted = true;
      load(input, kind, input.value.trim());
    } else return false;
    return true;
  },
  Tab(input, kind) {
    const option = isOpen(input) && kind.onTab && !settled(input) ? options(input)[marked(input)] : null;
    if (option) choose(input, kind, option);
    return false;
  },
};

document.addEventListener(
  "input",
  ({ target }) => {
    const kind = kindOf(target);
    if (!kind) return;
    const state = stateOf(target);
    clearTimeout(state.timer);
    state.wanted = false;
    state.timer = setTimeout(() => load(target, kind, target.value.trim()), kind.wait);
  },
  true,
);
document.addEventListener(
  "keydown",
  (event) => {
    const kind = kindOf(event.target);
    if (!kind || event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(KEYS, event.key)) return;
    if (!KEYS[event.key](event.target, kind)) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
document.addEventListener("focusin", ({ target }) => {
  if (!kindOf(target)) return;
  target.dataset.escolhido = target.value;
});
document.addEventListener("focusout", ({ target }) => {
  if (kindOf(target)) setTimeout(() => close(target), 150);
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.("[role=option]:not([aria-disabled])");
  const list = option?.closest("[role=listbox]");
  const input = list && document.querySelector(`[aria-controls="${CSS.escape(list.id)}"]`);
  const kind = input && kindOf(input);
  if (!kind) return;
  event.preventDefault();
  choose(input, kind, option);
});

// An option of a list, and the words in its place when there is none.
export function optionOf(text) {
  const option = document.createElement("li");
  option.setAttribute("role", "option");
  option.textContent = text;
  return option;
}
export function noOption(text) {
  const option = optionOf(text);
  option.className = "f-lista__nada";
  option.setAttribute("aria-disabled", "true");
  return option;
}

// What the server says (of what is sent to it, if anything is), or null: a session that ended is told on the page.
export async function answer(address, body) {
  const got = await fetch(address, { method: body ? "POST" : "GET", body, headers: { "HX-Request": "true" } });
  if (got.status === 401) document.dispatchEvent(new Event("sessaoTerminada"));
  return got.ok ? got : null;
}
