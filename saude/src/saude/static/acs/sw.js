// The shell, whole, on the phone. Data never pass here: they live in IndexedDB.
// A new version waits until the page says "ativar", so that no page mixes two of them.
const NOME = `acs-${PACOTE}`;
const SEM_CASCA =
  "<!doctype html><html lang=pt-BR><meta charset=utf-8><meta name=viewport content='width=device-width'>" +
  "<title>Saúde Domiciliar</title><h1>Sem internet</h1><p>O navegador apagou o aplicativo deste aparelho. " +
  "Abra esta página com internet uma vez; os registros guardados continuam no aparelho.";
// All of it or nothing; and a page of the network one is on (a portal that asks for a log-in) is none of ours.
async function trazer(url) {
  const resposta = await fetch(new Request(url, { cache: "reload" }));
  const pagina = (resposta.headers.get("Content-Type") || "").includes("html");
  const nossa = pagina ? url === ARQUIVOS[0] && (await resposta.clone().text()).includes("data-versao=") : true;
  if (!resposta.ok || !nossa) throw new TypeError(`${url}: ${resposta.status}`);
  return resposta;
}
self.addEventListener("install", (e) =>
  e.waitUntil(
    (async () => {
      const respostas = await Promise.all(ARQUIVOS.map(trazer));
      const cache = await caches.open(NOME);
      await Promise.all(respostas.map((resposta, i) => cache.put(ARQUIVOS[i], resposta)));
    })(),
  ),
);
self.addEventListener("message", (e) => {
  if (e.data === "ativar") self.skipWaiting();
});
self.addEventListener("activate", (e) =>
  e.waitUntil(
    (async () => {
      for (const nome of await caches.keys()) if (nome.startsWith("acs-") && nome !== NOME) await caches.delete(nome);
      await self.clients.claim();
    })(),
  ),
);
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  e.respondWith(
    (async () => {
      const navega = e.request.mode === "navigate";
      const cache = await caches.open(NOME);
      const guardado = await cache.match(navega ? ARQUIVOS[0] : e.request, { ignoreSearch: true });
      if (guardado) return guardado;
      if (!navega) return fetch(e.request);
      return fetch(e.request).catch(
        () => new Response(SEM_CASCA, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } }),
      );
    })(),
  );
});
