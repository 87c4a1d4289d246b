// The shell, whole, on the phone. Data never pass here: they live in IndexedDB.
// A new version waits until the page says "ativar", so that no page mixes two of them.
const NOME = `acs-${PACOTE}`;
const SEM_CASCA =
  "<!doctype html><html lang=pt-BR><meta charset=utf-8><meta name=viewport content='width=device-width'>" +
  "<title>Saúde Domiciliar</title><h1>Sem internet</h1><p>O navegador apagou o aplicativo deste aparelho. " +
  "Abra esta página com internet uma vez; os registros guardados continuam no aparelho.";
self.addEventListener("install", (e) =>
  e.waitUntil(
    (async () => {
      const cache = await caches.open(NOME);
      await cache.addAll(ARQUIVOS.map((url) => new Request(url, { cache: "reload" })));
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
