// Autosave: what is typed is on the disk a moment later, whatever happens to the browser.

import { openDraft, saveDraft } from "./engine.js";

const PAUSE = 250; // ms after the last key; a quick typist saves a few times a second at most
let current = null;
let changed = false;
let timer = 0;
let last = Promise.resolve();

/** The draft of this id: the one in hand when it is the same, so that nothing typed a moment ago is lost. */
export async function take(id) {
  if (current?.id !== id) {
    await flush();
    current = await openDraft(id);
  }
  return current;
}

/** Something in the draft changed. */
export function keep(draft) {
  current = draft;
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
}

/** Write what is not yet written; resolves when it is on the disk. */
export function flush() {
  clearTimeout(timer);
  if (changed && current) {
    changed = false;
    const draft = current;
    last = last.catch(() => {}).then(() => saveDraft(draft));
    last.catch(() => (changed = true));
  }
  return last;
}

/** The draft in hand is done or thrown away. */
export function letGo() {
  clearTimeout(timer);
  changed = false;
  current = null;
}

addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => document.hidden && flush());
