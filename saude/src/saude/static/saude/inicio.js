// The page is there before its scripts are, and some people are quicker than these. What they typed, chose or are
// typing stays as it is, and is then heard as if it had been typed now. What only a script can do (data-so-com) is
// shown when that script has come, and what stands in for it (data-sem) goes.

const FIELDS = "input:not([type=hidden]), select, textarea";
const started = new Set();
const page = document.documentElement;

const chosenBefore = (select) => {
  const all = [...select.options];
  const first = all.findIndex((option) => option.defaultSelected);
  const initial = (option, n) =>
    select.multiple ? option.defaultSelected : n === (first < 0 && select.size < 2 ? 0 : first);
  return all.some((option, n) => option.selected !== initial(option, n));
};

// Somebody (or the browser, going back) has changed it since the server made it.
export function touched(field) {
  if (field.matches("select")) return chosenBefore(field);
  if (field.type === "file") return field.files.length > 0;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue || Boolean(field.validity?.badInput);
}

export const touchedIn = (scope) => [...scope.querySelectorAll(FIELDS)].filter(touched);

// A field that somebody is in is not replaced under their hands.
const waiting = new WeakSet();
export function whenLeft(field, act) {
  if (document.activeElement !== field) {
    act(field);
    return;
  }
  if (waiting.has(field)) return;
  waiting.add(field);
  field.addEventListener("blur", () => setTimeout(() => act(field)), { once: true });
}

// A move in the page takes the focus and what is selected away: given back at once, no key is lost.
export function keepingFocus(field, move) {
  const [inside, from, to] = [document.activeElement === field, field.selectionStart, field.selectionEnd];
  move();
  if (!inside) return;
  field.focus({ preventScroll: true });
  if (from !== null) field.setSelectionRange(from, to);
}

// Each script of the page says when it has begun, by its name, and what else it can do.
export function begun(name, ...more) {
  for (const one of [name, ...more]) started.add(one);
  page.dataset.pronta = [...started].join(" ");
}

const nameOf = (script) => /^(\w+)/.exec(script.src.split("/").pop())?.[1];
const wanted = () => [...document.querySelectorAll('script[type="module"][src]')].map(nameOf);

// After all of them, those that did not come too; htmx listened for this before.
document.addEventListener("DOMContentLoaded", () => {
  hear();
  if (window.htmx && wanted().every((script) => started.has(script))) page.dataset.inteira = "";
});

let now = false;
let later = [];
export const hearing = () => now;
export const onceHeard = (act) => (later ? later.push(act) : act());

// A box that has no name holds no value: it searches, or ticks others. A group and its permissions: grupo.js.
const SILENT = ":not([name], [data-mascara]), [data-preenche]";

function hear() {
  now = true;
  for (const field of touchedIn(document)) {
    if (field.matches(SILENT) || (field.matches("[data-autoenvio]") && cameBack())) continue;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  now = false;
  for (const act of later) act();
  later = null;
}

// Going back is not choosing: what sends its form when it is chosen shows again what the page is of.
const cameBack = () => performance.getEntriesByType("navigation")[0]?.type !== "navigate";

function asThePageIs(field) {
  if (field.matches("select")) for (const option of field.options) option.selected = option.defaultSelected;
  else field.checked = field.defaultChecked;
}
addEventListener("pageshow", (event) => {
  if (!event.persisted && !cameBack()) return;
  for (const field of document.querySelectorAll("[data-autoenvio]")) asThePageIs(field);
});
