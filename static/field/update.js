// The service worker: it keeps the app itself on the device. A new version installs whole beside the old one, and takes over
// at the next start, or when the person says so; nothing entered depends on it.

const SCOPE = "/thuc-dia/";
let registration = null;
let hasUpdate = false;

export const updateWaits = () => hasUpdate;

function watch(changed) {
  const look = () => {
    const waits = Boolean(registration.waiting && navigator.serviceWorker.controller);
    if (waits !== hasUpdate) {
      hasUpdate = waits;
      changed();
    }
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  look();
}

// The waiting worker takes over by itself only while nothing has been opened yet: no other window, no PIN given.
export async function keepTheApp(changed) {
  if (!("serviceWorker" in navigator)) return;
  const wasControlled = Boolean(navigator.serviceWorker.controller);
  let isReloading = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!wasControlled || isReloading) return;
    isReloading = true;
    location.reload();
  });
  try {
    registration = await navigator.serviceWorker.register(`${SCOPE}sw.js`, { scope: SCOPE, updateViaCache: "none" });
  } catch {
    return; // no network at the first visit, or a private window: the app works on while it is open
  }
  registration.waiting?.postMessage({ do: "take over when alone" });
  watch(changed);
}

// Asks the server whether there is a newer app.
export const lookForUpdate = () => registration?.update().catch(() => {});

export function takeUpdate() {
  registration?.waiting?.postMessage({ do: "take over" });
}
