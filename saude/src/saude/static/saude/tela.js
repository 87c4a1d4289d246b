// The screen locks after a time without use, in all tabs, and asks for the password over what is there: nothing typed
// is lost. The server is locked too: while it is, it answers nothing of this session but the password.

const body = document.body;
const LIMIT = Number(body.dataset.bloqueio || 0) * 1000;
const EVERY = 2000;
const tabs = "BroadcastChannel" in window ? new BroadcastChannel(`tela:${body.dataset.usuario}`) : null;

let used = Date.now();
let ticks = performance.now(); // a clock that nobody sets
let told = 0;
let dialog = null;

function inUse() {
  used = Date.now();
  ticks = performance.now();
  if (used - told < EVERY) return;
  told = used;
  tabs?.postMessage("uso");
}

function headers() {
  return { ...JSON.parse(body.getAttribute("hx-headers") || "{}"), "HX-Request": "true", Accept: "application/json" };
}

async function send(address, fields) {
  return fetch(address, { method: "POST", headers: headers(), body: new URLSearchParams(fields), keepalive: true });
}

function make(tag, more, ...inside) {
  const made = Object.assign(document.createElement(tag), more);
  made.append(...inside);
  return made;
}

function build() {
  const field = make("input", { type: "password", id: "tela-senha", autocomplete: "current-password", required: true });
  const error = make("p", { className: "s-erro", id: "tela-erro" });
  error.setAttribute("role", "alert");
  field.setAttribute("aria-describedby", "tela-erro");
  const leave = make("button", { type: "button", className: "br-button secondary small", textContent: "Sair" });
  const enter = make("button", { type: "submit", className: "br-button primary small", textContent: "Desbloquear" });
  const form = make(
    "form",
    { method: "post" },
    make("h2", { id: "tela-titulo", textContent: "Tela bloqueada" }),
    make("p", {
      textContent: "O que você digitou continua aqui. Informe a sua senha para voltar.",
    }),
    make("div", { className: "s-campo" }, make("label", { htmlFor: "tela-senha", textContent: "Senha" }), field),
    error,
    make("div", { className: "s-dialogo__acoes" }, leave, enter),
  );
  const made = make("dialog", { id: "tela", className: "s-dialogo s-tela" }, form);
  made.setAttribute("aria-labelledby", "tela-titulo");
  made.addEventListener("cancel", (event) => event.preventDefault());
  made.addEventListener("close", () => dialog && made.showModal()); // Escape twice
  leave.addEventListener("click", () => document.querySelector("form[data-sair]")?.requestSubmit());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    unlock(field, error, enter);
  });
  return made;
}

function show() {
  if (dialog) return;
  dialog = build();
  body.append(dialog);
  body.classList.add("s-bloqueada");
  dialog.showModal();
}

function hide() {
  if (!dialog) return;
  const gone = dialog;
  dialog = null;
  gone.remove();
  body.classList.remove("s-bloqueada");
  inUse();
}

async function unlock(field, error, button) {
  button.disabled = true;
  try {
    const answer = await send("/conta/desbloquear/", { password: field.value });
    if (answer.ok) {
      tabs?.postMessage("aberta");
      hide();
      return;
    }
    field.value = "";
    if (answer.status === 401) ended(error);
    else error.textContent = (await answer.json()).erro || "Não foi possível agora. Tente de novo.";
  } catch {
    error.textContent = "Sem resposta do sistema. Confira a rede e tente de novo.";
  } finally {
    button.disabled = false;
    field.focus();
  }
}

function ended(error) {
  const href = `/entrar/?next=${encodeURIComponent(location.pathname + location.search)}`;
  error.replaceChildren("Sua sessão terminou. ", make("a", { href, textContent: "Entrar de novo" }));
}

async function lock() {
  show();
  tabs?.postMessage("bloqueada");
  try {
    const answer = await send("/conta/bloquear/", {});
    if (answer.status === 401) ended(document.getElementById("tela-erro"));
  } catch {
    // without network: what is on the screen is covered all the same, and the next answer asks for the password
  }
}

function watch() {
  const idle = Math.max(Date.now() - used, performance.now() - ticks);
  if (!dialog && idle >= LIMIT) lock();
}

export function lockWhenIdle() {
  if (!body.dataset.usuario || document.querySelector("[data-bloqueada]")) return;
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-bloquear]")) {
      event.preventDefault();
      lock();
    }
  });
  document.addEventListener("telaBloqueada", show); // the server said so
  tabs?.addEventListener("message", ({ data }) => {
    if (data === "uso") {
      used = Date.now();
      ticks = performance.now();
    } else if (data === "bloqueada") show();
    else if (data === "aberta") hide();
  });
  if (!LIMIT) return;
  for (const kind of ["pointerdown", "keydown", "input", "scroll"])
    document.addEventListener(kind, () => !dialog && inUse(), { capture: true, passive: true });
  setInterval(watch, Math.min(EVERY, LIMIT));
}
