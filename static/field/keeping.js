// Autosave: what is typed is on the disk a moment later, whatever happens to the browser.

import { beforeClosing, Closed, openDraft, putAway, putIn, saveDraft } from "./engine.js";

const PAUSE = 250; // ms after the last key; a quick typist saves a few times a second at most
let current = null;
let changed = false;
let writing = 0; // saves on their way
let timer = 0;
let last = Promise.resolve();
let problem = "";

/** Why what was typed last is not on the disk yet, in words; "" when it is. */
export function trouble() {
  return problem;
}

const FULL = "Máy hết chỗ, nên điều vừa ghi chưa lưu được. Hãy xóa bớt ảnh, phim trong máy; đừng đóng ứng dụng, máy sẽ thử lại.";
const UNSAVED = "Điều vừa ghi chưa lưu được vào máy. Đừng đóng ứng dụng; máy sẽ thử lại.";
const RETRY = 5000;

function failed(error) {
  changed = true;
  if (error instanceof Closed || error.message === "locked") return;
  tell(error.name === "QuotaExceededError" ? FULL : UNSAVED);
  clearTimeout(timer);
  timer = setTimeout(() => flush().catch(() => {}), RETRY);
}

function tell(words) {
  if (problem === words) return;
  problem = words;
  document.dispatchEvent(new CustomEvent("field:kept"));
}

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
  timer = setTimeout(() => flush().catch(() => {}), PAUSE);
}

/** Write what is not yet written; resolves when it is on the disk. */
export function flush() {
  clearTimeout(timer);
  if (changed && current) {
    changed = false;
    const draft = current;
    writing += 1;
    last = last.catch(() => {}).then(() => saveDraft(draft)).finally(() => (writing -= 1));
    last.then(() => {
      tell("");
      if (!changed && !writing) putIn();
    }, failed);
  }
  return last;
}

/** The draft in hand is done or thrown away. */
export function letGo() {
  clearTimeout(timer);
  changed = false;
  current = null;
}

const quietly = () => flush().catch(() => {});

// A page that is reloaded or closed does not live long enough for `flush`; one that is only covered does.
function leave() {
  if ((changed || writing) && current) putAway(current);
  void quietly();
}
addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => document.hidden && leave());
// The key goes away: what is typed is written before, and nobody else finds it in this window.
beforeClosing(async () => {
  await quietly();
  letGo();
});
