// How far this device's clock is from the server's. What is entered keeps the device's own time; only how long ago it was
// is counted by the better clock.
import { get, remember } from "./store.js";

let offset = null; // ms to add to this device's clock; null: never heard

export const heldOffset = () => offset;

// The server said its time just now.
export function heard(now) {
  const told = Date.parse(now);
  if (Number.isNaN(told)) return;
  const fresh = told - Date.now();
  const isNews = offset === null || Math.abs(fresh - offset) > 5000;
  offset = fresh;
  if (isNews) void remember("clockOffset", fresh).catch(() => {});
}

// From the disk, at the start.
export async function wind() {
  offset ??= (await get("meta", "clockOffset")) ?? null;
}

// How many ms ago `entered` (ISO, device's clock; `by` the offset known then) was: by both clocks, never less than nothing.
export function age(entered, by = null, now = Date.now()) {
  const plain = now - Date.parse(entered);
  const corrected = offset !== null && by !== null ? plain + offset - by : plain;
  return Math.max(0, plain, corrected);
}
