// Start: the service worker, the address after #, and drawing again when something changed.

import { aoMudar, meta } from "./banco.js";
import { iniciar, sincronizar } from "./sincronia.js";
import * as telas from "./telas.js";

const raiz = document.getElementById("app");
let emFormulario = false; // while somebody types, the screen is not drawn again
let vez = 0;

async function desenhar() {
  const [tela, ...partes] = (location.hash || "#/").slice(2).split("/").map(decodeURIComponent);
  const minha = ++vez;
  if (!(await meta("acesso")) || tela === "entrar") {
    raiz.replaceChildren(...(await telas.entrar(() => { location.hash = "#/"; desenhar(); sincronizar({ manual: true }); })));
    emFormulario = true;
    return;
  }
  let titulo = "Saúde Domiciliar";
  let conteudo;
  if (tela === "domicilio") { titulo = "Domicílio"; conteudo = await telas.domicilio(partes[0]); }
  else if (tela === "nova" && partes[0]) { titulo = telas.NOMES[partes[0]] || "Novo registro"; conteudo = await telas.formulario(await telas.nova(...partes)); }
  else if (tela === "nova") { titulo = "Registrar"; conteudo = telas.registrarMenu(); }
  else if (tela === "registro") { const r = await telas.abrirRegistro(partes[0]); titulo = telas.NOMES[r?.tipo] || "Registro"; conteudo = r ? await telas.formulario(r) : ["Este registro não está mais no aparelho."]; }
  else if (tela === "aparelho") { titulo = "No aparelho"; conteudo = await telas.aparelho(); }
  else if (tela === "mais") { titulo = "Mais"; conteudo = await telas.mais(); }
  else conteudo = await telas.familias();
  const tudo = await telas.moldura(titulo, conteudo, `#/${tela === "domicilio" ? "" : tela}`);
  if (minha !== vez) return; // a later drawing has begun
  raiz.replaceChildren(...tudo);
  emFormulario = Boolean(raiz.querySelector("form"));
}

addEventListener("hashchange", () => { desenhar(); scrollTo(0, 0); });
for (const nome of ["online", "offline"]) addEventListener(nome, () => { if (!emFormulario) desenhar(); });
let marcado = null;
const ocupado = () => emFormulario || document.activeElement?.id === "busca";
aoMudar(() => { clearTimeout(marcado); marcado = setTimeout(() => { if (!ocupado()) desenhar(); }, 100); });
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/acs/sw.js", { scope: "/acs/" });
desenhar().then(iniciar).catch((erro) => { raiz.textContent = `O aplicativo não abriu: ${erro.message}`; });
