// Passkeys: the browser asks the person, the server checks the answer.

import { begun } from "./inicio.js";

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

function why(error) {
  if (error.name === "NotAllowedError") return "Não foi confirmado a tempo, ou foi cancelado. Tente de novo.";
  if (error.name === "InvalidStateError") return "Este aparelho já tem uma chave de acesso sua.";
  return "Este navegador não conseguiu usar a chave de acesso. Use o aplicativo autenticador.";
}

async function post(address, body, headers = {}) {
  return fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token(), ...headers } });
}

async function told(answer) {
  try {
    return (await answer.json()).erro;
  } catch {
    return "Não foi possível agora. Recarregue a página e tente de novo.";
  }
}

async function use(place) {
  const error = place.querySelector(".s-erro");
  error.textContent = "";
  try {
    const asked = JSON.parse(document.getElementById("chave-opcoes").textContent).publicKey;
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
    const found = await navigator.credentials.get({ publicKey });
    const answer = await post(place.dataset.usarChave, JSON.stringify(found.toJSON()), {
      "Content-Type": "application/json",
    });
    if (answer.ok) location.assign(answer.headers.get("X-Ir-Para") || "/");
    else {
      const said = await answer.json();
      error.textContent = said.erro;
      if (said.opcoes) document.getElementById("chave-opcoes").textContent = JSON.stringify(said.opcoes);
    }
  } catch (problem) {
    error.textContent = why(problem);
  }
}

async function create(form) {
  const error = form.querySelector("p.s-erro[role=alert]");
  error.textContent = "";
  try {
    const asked = await post(form.dataset.criarChave, new FormData(form));
    if (!asked.ok) {
      error.textContent = await told(asked);
      return;
    }
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON((await asked.json()).publicKey);
    const made = await navigator.credentials.create({ publicKey });
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "resposta" });
    field.value = JSON.stringify(made.toJSON());
    form.append(field);
    form.submit();
  } catch (problem) {
    error.textContent = why(problem);
  }
}

document.querySelectorAll("[data-usar-chave]").forEach((place) => {
  place.querySelector("button").addEventListener("click", () => use(place));
});
document.querySelectorAll("form[data-criar-chave]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    create(form);
  });
});

begun("chave");
