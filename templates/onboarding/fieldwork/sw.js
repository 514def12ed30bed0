{% comment %}
The field app's service worker. Context: version (text), files ([[address, sha256], …]; the first is the shell).
{% endcomment %}// Keeps the app itself on this device: its page, scripts, styles, icons. Never an answer of the server's API.
const VERSION = "{{ version }}";
const FILES = new Map({{ files|safe }});
const SHELL = FILES.keys().next().value;
const PREFIX = "lensan-field-";
const CACHE = PREFIX + VERSION;

async function digest(answer) {
  const bytes = await crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer());
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function fetched(address, expected) {
  // What the page has just loaded need not come over the network again; what is not of this version must.
  for (const cache of ["default", "reload"]) {
    const answer = await fetch(address, { cache, credentials: "omit", redirect: "error" });
    if (answer.ok && (await digest(answer)) === expected) return answer;
  }
  throw new Error(`${address} is not of version ${VERSION}`);
}

// All files of one version, or none: a file that is missing or of another version leaves the old app in place.
async function install() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(
      Array.from(FILES, async ([address, expected]) => {
        if (await cache.match(address)) return;
        await cache.put(address, await fetched(address, expected));
      }),
    );
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  const order = event.data && event.data.do;
  if (order === "take over") event.waitUntil(self.skipWaiting());
  if (order === "take over when alone") {
    const windows = self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const isOurs = (client) => new URL(client.url).pathname === SHELL;
    event.waitUntil(windows.then((all) => (all.filter(isOurs).length <= 1 ? self.skipWaiting() : undefined)));
  }
});

async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && url.pathname === SHELL;
  if (isPage || (FILES.has(url.pathname) && request.mode !== "navigate")) event.respondWith(kept(url.pathname, request));
});
