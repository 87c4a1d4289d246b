// A new version of the app: it waits, whole, until no form is open; then every tab starts again with it.

import { avisar } from "./banco.js";

export const novidade = { pronta: false };
let registro = null;
let livre = () => true; // may the page start again now?

export async function vigiar(podeRecarregar) {
  if (!("serviceWorker" in navigator)) return;
  livre = podeRecarregar;
  let tinha = Boolean(navigator.serviceWorker.controller); // the first one to take over changes nothing
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (tinha) {
      novidade.trocada = true;
      assentar();
    }
    tinha = true;
  });
  registro = await navigator.serviceWorker.register("/acs/sw.js", { scope: "/acs/" });
  registro.addEventListener("updatefound", () => registro.installing?.addEventListener("statechange", notar));
  notar();
  if (registro.waiting && livre()) aplicar(); // it was ready when the app opened
  setInterval(procurar, 60 * 60e3);
}

function notar() {
  if (!registro.waiting || !navigator.serviceWorker.controller) return;
  novidade.pronta = true;
  avisar("versao");
}

export const procurar = () => registro?.update().catch(() => {});

// "Atualizar agora": what waits takes over; if nothing waits, what is there is read again.
export async function aplicar() {
  await procurar();
  if (registro?.waiting) registro.waiting.postMessage("ativar");
  else if (!registro?.installing) location.reload();
}

// Called when a form is left: the tab that was busy when the version changed starts again now.
export function assentar() {
  if (novidade.trocada && livre()) location.reload();
}
