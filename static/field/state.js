// The little that screens share: who the browser is signed in as, the words of the last finished thing, installing.

import { session } from "./engine.js";

let signedInAs = null;
let prompt = null;
export const last = { title: "", kind: "", record: "" };

/** Ask the server whose session this browser has; offline it stays as it was. */
export async function whoIsSignedIn() {
  try {
    const answer = await session();
    if (answer.online) signedInAs = answer.signedIn ? answer.person : null;
    return answer;
  } catch {
    return { online: false };
  }
}

/** {id, name} of the session as last heard, or null. */
export function serverPerson() {
  return signedInAs;
}

/** Browsers that can install say so once; the offer is kept for the button. */
export function rememberInstall() {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event;
    document.dispatchEvent(new CustomEvent("field:changed"));
  });
}

/** Whether the app runs from the home screen already. */
export function isInstalled() {
  return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}

/** Whether a button may ask; elsewhere words must do. */
export function canInstall() {
  return prompt !== null;
}

/** Ask; true when it was put on the home screen. */
export async function install() {
  const offer = prompt;
  prompt = null;
  await offer.prompt();
  return (await offer.userChoice).outcome === "accepted";
}

/** Whether the browser promised not to throw the records away when space runs out: true, false, null (cannot say). */
export async function isKept({ ask = false } = {}) {
  if (!navigator.storage?.persisted) return null;
  if (ask && navigator.storage.persist) return navigator.storage.persist();
  return navigator.storage.persisted();
}
