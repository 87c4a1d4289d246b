// Passwords: the eye that shows what is typed; the policy, ticked while one types.

import { keepingFocus } from "./inicio.js";

function eyeOf(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "s-senha__olho";
  const icon = Object.assign(document.createElement("i"), { className: "fa-solid fa-eye" });
  icon.setAttribute("aria-hidden", "true");
  button.append(icon);
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    icon.className = `fa-solid fa-eye${shown ? "-slash" : ""}`;
    button.title = shown ? "Esconder a senha" : "Mostrar a senha";
    button.setAttribute("aria-label", button.title);
    button.setAttribute("aria-pressed", String(shown));
  };
  show(false);
  button.addEventListener("click", () => {
    show(field.type === "password");
    field.focus();
  });
  field.form?.addEventListener("submit", () => show(false)); // what is sent is a password to the browser
  return button;
}

export function addEyes(scope) {
  for (const field of scope.querySelectorAll("input[type=password]:not([data-com-olho])")) {
    field.dataset.comOlho = "";
    field.spellcheck = false;
    field.autocapitalize = "off";
    const box = document.createElement("div");
    box.className = "s-senha";
    keepingFocus(field, () => {
      field.before(box);
      box.append(field, eyeOf(field));
    });
  }
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const RULES = {
  tamanho: (text, { n }) => [...text].length >= Number(n),
  misturada: (text) => /\p{L}/u.test(text) && /\p{N}/u.test(text),
  propria: (text, { nomes }) => {
    const names = plain(nomes ?? "").split(/\W+/);
    return Boolean(text) && !names.some((name) => name.length > 3 && plain(text).includes(name));
  },
  igual: (text, _, other) => Boolean(text) && text === other,
};

function tick(list) {
  const field = document.getElementById(list.dataset.politica);
  const other = document.getElementById(list.dataset.outra);
  for (const line of list.querySelectorAll("[data-regra]")) {
    const good = RULES[line.dataset.regra](field.value, line.dataset, other?.value ?? "");
    line.classList.toggle("s-politica--cumprida", good);
    line.querySelector(".s-oculto").textContent = good ? " (cumprida)" : " (falta)";
  }
}

export function watchPolicy(list) {
  for (const line of list.querySelectorAll("[data-regra]"))
    line.append(Object.assign(document.createElement("span"), { className: "s-oculto" }));
  for (const id of [list.dataset.politica, list.dataset.outra]) {
    const field = document.getElementById(id);
    field?.addEventListener("input", () => tick(list));
  }
  list.id = `${list.dataset.politica}-politica`;
  document.getElementById(list.dataset.politica)?.setAttribute("aria-describedby", list.id);
  tick(list);
}

export function passwords() {
  addEyes(document);
  for (const list of document.querySelectorAll("[data-politica]")) watchPolicy(list);
}
