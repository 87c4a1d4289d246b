// The worker, under the rules of this page: a blob's worker inherits them, so it cannot send either.
import { tell } from "./comum.js";

let worker;

/** A worker from the start, in the place of the one there was; `heard` has a function for each of its messages. */
export function startWorker(heard) {
  worker?.terminate();
  const code = `import ${JSON.stringify(new URL("trabalhador.js", location.href).href)};`;
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  worker = new Worker(address, { type: "module" });
  worker.onmessage = ({ data }) => heard[data.tipo]?.(data);
  worker.onerror = (event) => {
    event.preventDefault();
    tell("O conferidor parou por falta de memória ou por um erro. Recarregue a página e tente um arquivo menor.");
  };
}

export const ask = (tipo, data = {}, move = []) => worker.postMessage({ tipo, ...data }, move);
