// Keeps every file of the folder, so that the page works without a network and never needs another host.
const LIST = "recursos.json";

async function fill() {
  const answer = await fetch(LIST, { cache: "no-store" });
  const list = await answer.json();
  const store = await caches.open(`conferidor-${list.marca}`);
  await store.addAll(list.arquivos.map((name) => new Request(name, { cache: "no-cache" })));
  await store.put(LIST, new Response(JSON.stringify(list), { headers: { "Content-Type": "application/json" } }));
}

async function clean() {
  const store = await newest();
  for (const name of await caches.keys())
    if (name.startsWith("conferidor-") && name !== store) await caches.delete(name);
  await self.clients.claim();
}

async function newest() {
  const names = (await caches.keys()).filter((name) => name.startsWith("conferidor-"));
  return names[names.length - 1];
}

async function answer(request) {
  const url = new URL(request.url);
  url.search = "";
  const found = await caches.match(url.pathname.endsWith("/") ? `${url.href}index.html` : url.href);
  return found ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(clean()));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && new URL(event.request.url).origin === self.location.origin) {
    event.respondWith(answer(event.request));
  }
});
