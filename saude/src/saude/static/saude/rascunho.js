// The draft of a new ficha: in this computer at once, on the server a moment later.

import { own } from "./guardado.js";

const DELAY = 1200;

export function keepDraft(form) {
  const draft = new Draft(form);
  form.addEventListener("input", () => draft.changed());
  form.addEventListener("change", () => draft.changed());
  // What was sent stays in this computer until a page says that the server has it (data-guardada, saude.js).
  form.addEventListener("submit", () => {
    clearTimeout(draft.timer);
    draft.keepHere();
  });
  const left = localStorage.getItem(draft.key);
  if (left && new URLSearchParams(left).get("uuid") !== form.dataset.registrar)
    document.getElementById("recuperar").hidden = false;
  document.querySelector("[data-recuperar]").addEventListener("click", () => draft.recover(left));
}

class Draft {
  constructor(form) {
    this.form = form;
    this.key = own(`registrar:${form.getAttribute("action")}`);
    this.state = document.getElementById("rascunho-estado");
    this.asked = 0;
  }

  keepHere() {
    const typed = [...new FormData(this.form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    try {
      localStorage.setItem(this.key, new URLSearchParams(typed).toString());
    } catch {
      /* full or refused: the server still keeps it */
    }
  }

  changed() {
    this.keepHere();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), DELAY);
  }

  async save() {
    const mine = ++this.asked;
    try {
      const answer = await this.send(new FormData(this.form));
      if (answer.status === 401) document.dispatchEvent(new Event("sessaoTerminada"));
      if (!answer.ok) this.state.textContent = await refusal(answer);
      if (!answer.ok || mine !== this.asked) return;
      localStorage.removeItem(this.key);
      const hour = new Date().toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });
      this.state.textContent = `Rascunho guardado às ${hour}.`;
    } catch {
      this.state.textContent = OFFLINE;
    }
  }

  send(body) {
    return fetch(this.form.dataset.guardar, { method: "POST", body, headers: { "HX-Request": "true" } });
  }

  // What another page of this computer left unsent becomes a draft on the server.
  async recover(left) {
    const body = new URLSearchParams(left);
    body.set("csrfmiddlewaretoken", this.form.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch(this.form.dataset.guardar, { method: "POST", body });
    if (answer.ok) {
      localStorage.removeItem(this.key);
      location.href = (await answer.json()).endereco;
      return;
    }
    this.state.textContent =
      "O servidor não recuperou o rascunho: ele continua neste computador. Confira a entidade no alto da tela.";
  }
}

const OFFLINE = "Sem conexão com o servidor: o rascunho está guardado neste computador.";

async function refusal(answer) {
  if (answer.status === 401) return OFFLINE;
  const told = (answer.headers.get("Content-Type") || "").includes("json") ? (await answer.json()).erro : "";
  return told
    ? `Rascunho só neste computador: ${told}`
    : "O servidor não guardou o rascunho: ele está neste computador.";
}
