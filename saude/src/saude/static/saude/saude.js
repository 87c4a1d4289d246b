// Small behaviours of every page. No inline scripts (CSP): everything hangs on data attributes.
import "../comum/entradas.js";
import { keepWhatIsTyped } from "./escrito.js";
import { groups } from "./grupo.js";
import { forgetOnLeaving, own } from "./guardado.js";
import { begun } from "./inicio.js";
import { keepMenu, showWhereOneIs } from "./menu.js";
import { keepAllMoments } from "./momentos.js";
import { waitForSheets } from "./planilha.js";
import { passwords } from "./senha.js";
import { lockWhenIdle } from "./tela.js";
import { themes } from "./tema.js";
import { showWhatIsUnderWay } from "./visto.js";

keepAllMoments();
keepMenu();
themes();
showWhatIsUnderWay();
waitForSheets(notice);

const closest = (event, selector) => event.target.closest?.(selector);

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.s-suspenso[open], details.s-tres[open]").forEach((d) => {
    if (!d.contains(event.target)) d.open = false;
  });
  const opener = closest(event, "[data-abrir]");
  if (opener) {
    event.preventDefault();
    const menu = opener.closest("details");
    if (menu) menu.open = false;
    const dialog = document.getElementById(opener.dataset.abrir);
    dialog.hidePopover?.(); // as it was opened before this script came
    dialog.showModal();
  }
  const closer = closest(event, "[data-fechar]");
  if (closer) closer.closest("dialog").close();
  const dismiss = closest(event, "[data-dispensar]");
  if (dismiss) dismiss.closest(".s-mensagem").remove();
  const toggle = closest(event, "[data-menu]");
  if (toggle) {
    event.preventDefault();
    setMenu(toggle.getAttribute("aria-expanded") !== "true");
  }
  if (closest(event, "[data-imprimir]")) window.print();
  const copy = closest(event, "[data-copiar]");
  if (copy) copyText(copy);
  const value = closest(event, "[data-copia]");
  if (value) copyValue(value);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.s-suspenso[open], details.s-tres[open]").forEach((d) => {
    d.open = false;
    d.querySelector("summary").focus();
  });
  setMenu(false);
});

function setMenu(open) {
  const button = document.querySelector("[data-menu]");
  if (!button) return;
  document.getElementById("menu").hidePopover?.();
  button.setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("s-menu-aberto", open);
  if (open) showWhereOneIs();
}

// An icon that copies a value the page does not show; where there is no clipboard, the value is shown to be taken.
function copyValue(button) {
  const said = (text) => {
    button.querySelector("i").className = "fa-solid fa-check";
    button.setAttribute("aria-label", text);
    button.title = text;
  };
  const show = () => {
    const box = Object.assign(document.createElement("code"), { textContent: button.dataset.copia });
    button.replaceWith(box);
    getSelection().selectAllChildren(box);
  };
  if (navigator.clipboard) navigator.clipboard.writeText(button.dataset.copia).then(() => said("Copiado"), show);
  else show();
}

function copyText(button) {
  const source = document.getElementById(button.dataset.copiar);
  const text = source.value || source.textContent.trim();
  const done = () => {
    button.querySelector("span").textContent = "Copiado";
  };
  if (navigator.clipboard) {
    navigator.clipboard.writeText(text).then(done);
    return;
  }
  source.select();
  document.execCommand("copy");
  done();
}

// A form sent once is not sent twice; a select may send its form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-uma-vez]")) {
    if (form.dataset.enviado) {
      event.preventDefault();
      saySent(form);
      return;
    }
    form.dataset.enviado = String(Date.now());
    for (const b of form.querySelectorAll("button[type=submit]")) b.setAttribute("aria-disabled", "true");
  }
});
// Who stopped the page while it was being sent would press a button that answers nothing any more.
const WAITED = 5000; // milliseconds; before, it is a second click
function saySent(form) {
  if (Date.now() - Number(form.dataset.enviado) < WAITED || form.dataset.dito) return;
  form.dataset.dito = "1";
  notice("Já foi enviado, e a resposta não veio. Espere; se você interrompeu o envio, recarregue a página.", "info");
}
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-enviado]").forEach((form) => {
    delete form.dataset.enviado;
    for (const b of form.querySelectorAll("button[aria-disabled]")) b.removeAttribute("aria-disabled");
  });
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autoenvio]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-marcar-todos]")) markAll(event.target);
  if (event.target.matches("[data-todas]")) markWhole(event.target);
});

// All of the list, those of the other pages too: the server takes the filter; those of this page show it.
function markWhole(box) {
  document.querySelectorAll(`input[type=checkbox][name="${box.dataset.todas}"]`).forEach((b) => {
    b.checked = box.checked;
    b.disabled = box.checked;
  });
}

function markAll(box) {
  const scope = box.closest("form, table");
  scope.querySelectorAll(`input[type=checkbox][name="${box.dataset.marcarTodos}"]`).forEach((b) => {
    b.checked = box.checked;
  });
}

forgetOnLeaving();
lockWhenIdle();
passwords();
groups();
keepWhatIsTyped(notice);

// The server has the ficha: what the browser kept of it is no longer needed (registrar.js).
document.querySelectorAll("[data-guardada]").forEach((mark) => {
  Object.keys(localStorage)
    .filter((key) => key.startsWith(own("registrar:")))
    .forEach((key) => {
      const uuid = new URLSearchParams(localStorage.getItem(key)).get("uuid");
      if (uuid === mark.dataset.guardada) localStorage.removeItem(key);
    });
});

function notice(text, level) {
  const place = document.getElementById("mensagens");
  if (!place) return;
  const box = document.createElement("div");
  box.className = `s-mensagem s-mensagem--${level}`;
  box.setAttribute("role", "alert");
  box.textContent = text;
  place.append(box);
  box.scrollIntoView({ block: "nearest" });
  return box;
}

document.addEventListener("sessaoTerminada", () => {
  if (document.getElementById("sessao-terminada")) return;
  const box = notice("Sua sessão terminou. O que você digitou continua aqui. ", "warning");
  if (!box) return;
  box.id = "sessao-terminada";
  const link = document.createElement("a");
  link.href = `/entrar/?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Entrar de novo";
  box.append(link);
});

begun("saude");
