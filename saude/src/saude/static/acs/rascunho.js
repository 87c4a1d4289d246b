// The draft of an open form, kept while it is typed.

import { gravarRegistro } from "./banco.js";

const ESPERA = 400;

// Saves one at a time, a moment after the last change. The address becomes the draft's own, so that reloading the
// page, or the phone ending it, comes back to it.
export function guardador(registro, aoGuardar) {
  const fila = emFila(registro, aoGuardar);
  let espera = null;
  let urgente = null; // the page is being put away: what was typed goes now
  const desmarcar = () => {
    clearTimeout(espera);
    urgente = null;
  };
  addEventListener("guardar", () => urgente?.()); // put away, or about to be locked
  return {
    marcar(mais, depois) {
      clearTimeout(espera);
      urgente = () => {
        desmarcar();
        fila.guardar(mais).then(() => depois(), depois);
      };
      espera = setTimeout(urgente, ESPERA);
    },
    agora(mais) {
      desmarcar();
      return fila.guardar(mais).then(fila.parar);
    },
    async parar() {
      desmarcar();
      await fila.acabar();
      fila.parar();
    },
  };
}

function emFila(registro, aoGuardar) {
  let atual = registro;
  let ultima = Promise.resolve();
  let parada = false;
  const um = async (mais) => {
    if (parada) return;
    atual = await gravarRegistro({ ...atual, ...mais }, atual.carimbo);
    aoGuardar(atual);
    if (location.hash.startsWith("#/nova/")) history.replaceState(null, "", `#/registro/${atual.uuid}`);
  };
  return {
    guardar(mais) {
      ultima = ultima.catch(() => {}).then(() => um(mais));
      return ultima;
    },
    acabar: () => ultima.catch(() => {}),
    parar() {
      parada = true;
    },
  };
}
