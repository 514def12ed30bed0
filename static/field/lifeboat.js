// A page that is leaving has no time for anything that must be waited for, neither sealing nor the database. So what was typed
// last is hidden under a pad that was made ready before, put away in one go, and saved when its person opens the app again.
// The pad is the keystream of AES-GCM under the person's key and a fresh number: nobody else can make it, and it is used once.
import { bytesOf, current, fromBase64, textOf, toBase64 } from "./vault.js";

const NAME = "lensan-field-last:";
const SIZE = 96 * 1024; // bytes; the largest sheet that the server takes has 64 KB
let pad = null; // {vault, iv, bytes}

async function stream(key, iv) {
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new Uint8Array(SIZE)));
}

const over = (bytes, stream) => bytes.map((byte, at) => byte ^ stream[at]);

// Makes a pad for the open person, unless there is one.
export async function ready() {
  const me = current();
  if (!me || pad?.vault === me.vault) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = await stream(me.key, iv);
  if (current()?.vault === me.vault) pad = { vault: me.vault, iv, bytes };
}

// At once, without waiting for anything. Without a pad (not ready yet, or the text is too long) nothing happens.
export function putAway(draft) {
  const text = bytesOf(JSON.stringify({ ...draft, updatedAt: new Date().toISOString() }));
  if (!pad || pad.vault !== current()?.vault || text.length > SIZE) return;
  const { vault, iv, bytes } = pad;
  pad = null;
  try {
    localStorage.setItem(NAME + vault, JSON.stringify({ iv: toBase64(iv), data: toBase64(over(text, bytes)) }));
  } catch {
    // full or forbidden: the usual way to the disk is being tried as well
  }
  void ready();
}

// The open person's sheet that was put away, or null.
export async function recovered() {
  const { vault, key } = current();
  const kept = JSON.parse(localStorage.getItem(NAME + vault) ?? "null");
  if (!kept) return null;
  return JSON.parse(textOf(over(fromBase64(kept.data), await stream(key, fromBase64(kept.iv)))));
}

// It is on the disk, or its vault is gone. Without a vault: everybody's.
export function forget(vault) {
  const names = vault ? [NAME + vault] : Object.keys(localStorage).filter((name) => name.startsWith(NAME));
  for (const name of names) localStorage.removeItem(name);
}
