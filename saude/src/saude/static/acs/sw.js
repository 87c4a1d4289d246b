// The shell, whole, on the phone. Data never pass here: they live in IndexedDB.
const NOME = `acs-${PACOTE}`;
self.addEventListener("install", (e) => e.waitUntil((async () => {
  const cache = await caches.open(NOME);
  await cache.addAll(ARQUIVOS.map((url) => new Request(url, { cache: "reload" })));
  await self.skipWaiting();
})()));
self.addEventListener("activate", (e) => e.waitUntil((async () => {
  for (const nome of await caches.keys()) if (nome.startsWith("acs-") && nome !== NOME) await caches.delete(nome);
  await self.clients.claim();
})()));
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  e.respondWith((async () => {
    const cache = await caches.open(NOME);
    const guardado = await cache.match(e.request.mode === "navigate" ? ARQUIVOS[0] : e.request, { ignoreSearch: true });
    return guardado || fetch(e.request);
  })());
});
