// Inputs that are masked or bounded: reaching one (Tab, Enter or click) selects what it has, so that typing replaces
// it; a key that is refused is said, beside the field and to a screen reader.
//
// An input says what it takes: data-mascara ("dd/mm/aaaa"), data-teclas ("digitos" or "decimal"), data-cabem or
// maxlength (characters; of a mask and of digits, the digits).

const TEXTUAL = ["text", "tel", "search", "email", "url"];
const LIMITED = "[data-mascara], [data-teclas], [data-cabem], [maxlength]";
const SELECTED = `${LIMITED}, [inputmode=numeric], [inputmode=decimal], [role=combobox]`;
const digits = (text) => text.replace(/\D/g, "");
const CLEAN = { digitos: digits, decimal: (text) => text.replace(/[^\d.,-]/g, ""), mascara: digits };

const isText = (target) => target instanceof HTMLInputElement && TEXTUAL.includes(target.type) && !target.readOnly;

// --- reaching it selects
let clicked = null;
document.addEventListener("pointerdown", ({ target }) => {
  clicked = isText(target) && target !== document.activeElement ? target : null;
});
document.addEventListener("focusin", ({ target }) => {
  if (!isText(target) || !target.matches(SELECTED)) return;
  if (target !== clicked) target.select(); // by a click: when the button is let go
  if (target.matches(LIMITED)) noteOf(target);
});
document.addEventListener("mouseup", ({ target }) => {
  // the click that reached it would leave a caret; who dragged over a part of it wants that part
  if (target === clicked && target.matches(SELECTED) && target.selectionStart === target.selectionEnd) target.select();
  clicked = null;
});
document.addEventListener("pointercancel", () => {
  clicked = null;
});
document.addEventListener("focusout", ({ target }) => {
  if (isText(target)) quiet(target);
});

// --- a refused key is seen
document.addEventListener(
  "beforeinput",
  (event) => {
    const input = event.target;
    if (!isText(input) || !input.matches(LIMITED) || event.isComposing) return;
    if (!event.inputType.startsWith("insert")) {
      quiet(input);
      return;
    }
    const typed = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    const kind = input.dataset.mascara ? "mascara" : input.dataset.teclas;
    const clean = CLEAN[kind]?.(typed) ?? typed;
    const room = limit(input) - taken(input, kind);
    const fits = clean.slice(0, Math.max(0, room));
    const apart = kind === "mascara" && /^[/:]$/.test(typed); // the mask puts them itself
    if (fits === typed || apart) {
      quiet(input);
      return;
    }
    event.preventDefault();
    quiet(input);
    if (fits) put(input, fits);
    if (fits.length < clean.length) say(input, full(input, kind));
    else if (digits(typed) !== typed.replace(/[\s./()-]/g, "") || !fits) say(input, ONLY[kind](input));
  },
  true,
);

function limit(input) {
  if (input.dataset.mascara) return input.dataset.mascara.replace(/[^a-z]/g, "").length;
  const most = Number(input.dataset.cabem) || input.maxLength;
  return most > 0 ? most : Number.POSITIVE_INFINITY;
}

// What is there and stays, when what is selected gives way.
function taken(input, kind) {
  const rest = input.value.slice(0, input.selectionStart) + input.value.slice(input.selectionEnd);
  return kind === "mascara" || kind === "digitos" ? digits(rest).length : rest.length;
}

function put(input, text) {
  input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
  input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}

const ONLY = {
  digitos: () => "Aqui só entram números.",
  decimal: () => "Aqui só entram números, com vírgula.",
  mascara: (input) => `Aqui só entram números: ${input.dataset.mascara}.`,
};

function full(input, kind) {
  if (kind === "mascara") return "Já está completo. Selecione ou apague para trocar.";
  const most = limit(input);
  const what = kind === "digitos" ? ["número", "números"] : ["caractere", "caracteres"];
  return `Cabe${most > 1 ? "m" : ""} ${most} ${what[most > 1 ? 1 : 0]}: o resto não entrou.`;
}

// --- where it is said: one live region after each field, made before it has anything to say
let serial = 0;

function noteOf(input) {
  const box = input.closest(".r-momento") ?? input.closest(".r-data, .f-busca") ?? input;
  const next = box.nextElementSibling;
  if (next?.matches("[data-recusa]")) return next;
  const note = newNote("recusa");
  note.id = `recusa-${++serial}`;
  note.dataset.recusa = "";
  box.after(note);
  return note;
}

function newNote(className) {
  const note = Object.assign(document.createElement("p"), { className });
  note.setAttribute("role", "status");
  return note;
}

// What is wrong with what is in a field, after its box and the note of refused keys; made when there is something
// to say
export function sayWrong(box, kind, text) {
  if (!box) return; // a box of codes outside its frame has no place to say it
  let note = box.parentElement?.querySelector(`:scope > .${kind}`);
  if (!note && !text) return;
  if (!note) {
    note = newNote(`recusa ${kind}`);
    const refused = box.nextElementSibling?.matches("[data-recusa]") ? box.nextElementSibling : null;
    (refused ?? box).after(note);
  }
  note.textContent = text;
}

function say(input, text) {
  noteOf(input).textContent = text;
}

function quiet(input) {
  const note = input.matches(LIMITED) && noteOf(input);
  if (note?.textContent) note.textContent = "";
}
