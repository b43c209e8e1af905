/* global files */
// The site's one service worker: isolates the page on hosts that cannot set headers, and keeps the site for use
// without a network. The build puts `files` before it: [path, revision, whether it is kept at once].

const CACHE = 'actguide-lab';
const scope = self.registration.scope;
const known = new Map(files.map(([path, revision, atOnce]) => [path, { revision, atOnce }]));
/** A file under its revision: a new version of the site never meets an old file. */
const keyOf = (path, { revision }) => new URL(`${path}?revision=${revision}`, scope).href;

/** COOP and COEP give the page threads and exact clocks. */
function isolated(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** From the network, past the browser's cache, which may hold an older version; kept under its revision. */
async function fetched(cache, path, file) {
  const response = await fetch(new URL(path, scope), { cache: 'no-cache' });
  if (response.ok) await cache.put(keyOf(path, file), response.clone());
  return response;
}

/** Everything the site needs but for its largest files, which are kept when they are first used. */
async function keepAll() {
  const cache = await caches.open(CACHE);
  for (const [path, file] of known)
    if (file.atOnce && !(await cache.match(keyOf(path, file)))) {
      const { ok, status } = await fetched(cache, path, file);
      if (!ok)
        throw new Error(`offline: expected ${path}, got status ${status}. Reload the page with a network.`);
    }
}

/** Drops what belongs to older versions. */
async function tidy() {
  const cache = await caches.open(CACHE);
  const current = new Set([...known].map(([path, file]) => keyOf(path, file)));
  for (const { url } of await cache.keys()) if (!current.has(url)) await cache.delete(url);
}

async function respond(request, path) {
  const file = known.get(path);
  if (!file) return isolated(await fetch(request));
  const cache = await caches.open(CACHE);
  return isolated((await cache.match(keyOf(path, file))) ?? (await fetched(cache, path, file)));
}

self.addEventListener('install', (event) => {
  // The first version takes over at once; a later one is complete before it waits for the person's word.
  event.waitUntil(self.registration.active ? keepAll() : self.skipWaiting());
});

self.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

self.addEventListener('message', (event) => {
  if (event.data === 'takeOver') event.waitUntil(self.skipWaiting());
  if (event.data === 'keep')
    event.waitUntil(
      keepAll().then(
        () => event.source.postMessage('kept'),
        () => event.source.postMessage('not kept'),
      ),
    );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(scope)) return;
  const inside = decodeURIComponent(url.origin + url.pathname).slice(scope.length);
  event.respondWith(respond(request, request.mode === 'navigate' && inside === '' ? 'index.html' : inside));
});
