// "Usar minha localização": latitude and longitude from the phone, only when it is asked to.

import { h, icone } from "./uteis.js";

const RECUSAS = {
  1:
    "O acesso à localização foi negado. Para usar, libere a localização nas permissões deste site. A " +
    "localização não é obrigatória: você pode salvar sem ela.",
  2: "O aparelho não conseguiu se localizar. Ligue a localização (GPS) e tente ao ar livre, ou salve sem ela.",
  3: "A localização demorou demais. Tente ao ar livre, ou salve sem ela.",
};

export function localizacao(campo, no, id, mudou) {
  const dito = h("p", { role: "status", class: "fraco" });
  const pedir = h("button", { type: "button", id }, icone("alvo"), "Usar minha localização");
  const tirar = h("button", { type: "button", class: "simples" }, "Retirar localização");
  const mostrar = (texto) => {
    const tem = typeof no[campo.n] === "number";
    dito.textContent = texto || (tem ? onde(no, campo) : "");
    tirar.hidden = !tem;
  };
  tirar.addEventListener("click", () => {
    delete no[campo.n];
    delete no[campo.par];
    mostrar();
    mudou();
  });
  pedir.addEventListener("click", async () => {
    pedir.disabled = true;
    mostrar("Procurando a localização…");
    const texto = await achar((coords) => {
      no[campo.n] = arredondar(coords.latitude);
      no[campo.par] = arredondar(coords.longitude);
      mudou();
      return `${onde(no, campo)}, com precisão de ${Math.round(coords.accuracy)} m.`;
    });
    pedir.disabled = false;
    mostrar(texto);
  });
  mostrar();
  return h("div", {}, h("div", { class: "acoes" }, pedir, tirar), dito);
}

// What to say when it was found (`guardar` notes it) or not.
function achar(guardar) {
  if (!isSecureContext || !navigator.geolocation)
    return "A localização só funciona por HTTPS, num aparelho que a tenha.";
  return new Promise((dizer) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => dizer(guardar(coords) + (coords.accuracy > 100 ? " Para melhorar, tente ao ar livre." : "")),
      (erro) => dizer(RECUSAS[erro.code] || RECUSAS[2]),
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
}

const onde = (no, { n, par }) => `Latitude ${escrito(no[n])}, longitude ${escrito(no[par])}`;
const arredondar = (n) => Math.round(n * 1e6) / 1e6;
const escrito = (n) => String(n).replace(".", ",");
