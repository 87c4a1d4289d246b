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
    dito.textContent = texto || (tem ? `Latitude ${escrito(no[campo.n])}, longitude ${escrito(no[campo.par])}` : "");
    tirar.hidden = !tem;
  };
  tirar.addEventListener("click", () => {
    delete no[campo.n];
    delete no[campo.par];
    mostrar();
    mudou();
  });
  pedir.addEventListener("click", () => {
    if (!isSecureContext || !navigator.geolocation) {
      mostrar("A localização só funciona por HTTPS, num aparelho que a tenha.");
      return;
    }
    pedir.disabled = true;
    mostrar("Procurando a localização…");
    const fim = (texto) => {
      pedir.disabled = false;
      mostrar(texto);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        no[campo.n] = arredondar(coords.latitude);
        no[campo.par] = arredondar(coords.longitude);
        mudou();
        fim(
          `Latitude ${escrito(no[campo.n])}, longitude ${escrito(no[campo.par])}, com precisão de ` +
            `${Math.round(coords.accuracy)} m.${coords.accuracy > 100 ? " Para melhorar, tente ao ar livre." : ""}`,
        );
      },
      (erro) => fim(RECUSAS[erro.code] || RECUSAS[2]),
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
  mostrar();
  return h("div", {}, h("div", { class: "acoes" }, pedir, tirar), dito);
}

const arredondar = (n) => Math.round(n * 1e6) / 1e6;
const escrito = (n) => String(n).replace(".", ",");
