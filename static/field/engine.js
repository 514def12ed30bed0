// The one module that screens use: what the field app does, without a word of how it looks.
import * as packed from "./bundle.js";
import * as sheets from "./drafts.js";
import { DeviceLocked, SignedOut, TryAgain, ask, csrf, endSession, errand, lastContact, session as askSession } from "./http.js";
import * as line from "./queue.js";
import { exported } from "./seal.js";
import { all } from "./store.js";
import * as sync from "./sync.js";
import { keepTheApp, lookForUpdate, takeUpdate, updateWaits } from "./update.js";
import * as vault from "./vault.js";
import * as wiping from "./wiping.js";
import { titleOf } from "./envelope.js";

export { BadPhoto } from "./photos.js";
export { DeviceLocked, Offline, SignedOut } from "./http.js";
export { Refused, WrongPin } from "./vault.js";
export { bundle, localHouseholds } from "./bundle.js";
export { addPhoto, removePhoto } from "./drafts.js";
export { received } from "./queue.js";
export { csrf, takeUpdate };

const IDLE = 10 * 60 * 1000;
const OFTEN = 60_000; // ms between looks while the app stands open
const listeners = new Set();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("lensan-field") : null;
let counted = line.summary([], null);
let lastUse = Date.now();
let booting = null;

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() {
  for (const listener of listeners) listener();
}

async function recount() {
  counted = line.summary(await all("queue"), vault.current()?.person.id ?? null);
  tell();
}

// Something on the disk changed: count anew, here and in other tabs.
async function changed() {
  channel?.postMessage("changed");
  await recount();
}

export const unsent = () => counted;
export const person = () => vault.current()?.person ?? null;
export const activity = () => void (lastUse = Date.now());

export function connection() {
  const { sending, done, total, problem, signedIn } = sync.state;
  const online = navigator.onLine !== false;
  return {
    online,
    signedIn,
    sending,
    progress: { done, total },
    problem: online ? problem : problem === "device_locked" ? problem : "offline",
    lastContact: lastContact(),
    update: updateWaits(),
  };
}

async function lockedFromAfar() {
  const files = new Map(); // while the app is open its proof can still be given
  const me = vault.current();
  if (me) files.set(me.vault, await exported({ personId: me.person.id, vaultIds: new Set([me.vault]) }));
  lock();
  await wiping.lockDown();
  sync.state.problem = "device_locked";
  await changed();
  await wiping.rescue(files).catch(() => {}); // at the next contact, then
  await changed();
}

// Offline a session cannot be ended: it is done at the next contact, unless somebody else has signed in since.
async function paySignOut() {
  const owed = await wiping.owesSignOut();
  if (owed === undefined) return;
  const answer = await askSession();
  if (answer.person?.id === owed) await endSession();
  await wiping.paidSignOut();
}

// Before the PIN: a lost device is found out, an owed sign-out is paid, a rescue that was cut off goes on.
async function firstContact() {
  try {
    await paySignOut();
    if (await vault.isLockedDevice()) {
      sync.state.problem = "device_locked";
      await wiping.rescue();
      await changed();
    } else if ((await vault.people()).length) {
      await sync.contact(null);
    }
  } catch (error) {
    if (error instanceof DeviceLocked) await lockedFromAfar();
    else if (!(error instanceof TryAgain || error instanceof SignedOut)) console.warn(error);
  }
  tell();
}

function boot() {
  sync.listen({ changed: () => void changed(), locked: lockedFromAfar, contact: keepUpToDate });
  channel?.addEventListener("message", () => void recount());
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, activity, { passive: true, capture: true });
  addEventListener("online", () => {
    tell();
    void (person() ? sync.run({ fresh: true }) : firstContact());
  });
  addEventListener("offline", tell);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || lockIfIdle()) return;
    void sync.run();
    void lookForUpdate();
  });
  setInterval(lockIfIdle, 15_000);
  setInterval(() => !document.hidden && navigator.onLine && sync.run(), OFTEN * 5);
  navigator.storage?.persist?.().catch(() => {});
  void keepTheApp(tell);
  return firstContact();
}

// {state: "none"|"locked"|"open"|"device_locked", people: [{id, name}]}
export async function open() {
  const isFirst = !booting;
  booting ??= boot();
  if (isFirst) await recount();
  const people = await vault.people();
  if (await vault.isLockedDevice()) return { state: "device_locked", people };
  return { state: person() ? "open" : people.length ? "locked" : "none", people };
}

// {online, signedIn, person}: whose session this browser has.
export async function session() {
  try {
    const answer = await askSession();
    sync.state.signedIn = answer.signed_in;
    return { online: true, signedIn: answer.signed_in, person: answer.person };
  } catch (error) {
    if (error instanceof TryAgain) return { online: false };
    throw error;
  }
}

const deviceName = () => (/Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(navigator.userAgent) ?? ["Máy"])[0];

const HAS_PIN = "Bạn đã có mã PIN trên máy này. Hãy mở bằng mã đó, hoặc bấm «Quên mã PIN».";

// The signed-in person sets their PIN on this device. Throws Refused, Offline, SignedOut, DeviceLocked.
export async function enrol(pin) {
  vault.checkPin(pin);
  await errand(async () => {
    const answer = await askSession();
    if (!answer.signed_in) throw new SignedOut();
    if (await vault.canBeOpened(answer.person.id)) throw new vault.Refused(HAS_PIN);
    const { id } = await vault.device();
    const given = await ask("POST", "devices", { json: { device: id, name: deviceName() } });
    packed.close();
    await vault.found({ person: given.person, pin, secret: given.secret, serverKey: given.key });
  });
  sync.state.problem = "";
  activity();
  await packed.refresh([]);
  await changed();
  void sync.run({ fresh: true });
}

// Throws WrongPin {triesLeft, waitSeconds}.
export async function unlock(personId, pin) {
  await vault.open(personId, pin);
  activity();
  await packed.open();
  await sheets.sweep();
  await changed();
  void sync.run({ fresh: true });
}

export function lock() {
  vault.close();
  packed.close();
  sync.stop();
  void recount();
}

function lockIfIdle() {
  const isIdle = person() !== null && !sync.state.sending && Date.now() - lastUse > IDLE;
  if (isIdle) lock();
  return isIdle;
}

// A sealed file of what is unsent, for an officer; the old PIN opens nothing any more, a new one is set after signing in.
export async function forgotPin(personId) {
  const file = await exported({ personId });
  await vault.endPin(personId);
  await changed();
  return file;
}

export const refreshBundle = async (hamletIds) => {
  const fresh = await packed.refresh(hamletIds);
  tell();
  return fresh;
};

async function keepUpToDate({ bundle_stamp: stamp }) {
  if (packed.isOld(stamp)) await refreshBundle().catch(() => {});
}

export const startDraft = (kind, options) => sheets.start(kind, options);
export const saveDraft = (draft) => sheets.save(draft);
export const drafts = () => sheets.list(titleOf);
export const openDraft = (id) => sheets.open(id);
export const discardDraft = (id) => sheets.discard(id);

export async function finishDraft(draft) {
  const item = await line.finish(draft, packed.bundle()?.form);
  await changed();
  void sync.run({ fresh: true });
  return item;
}

// An object URL of a photo that is still on this device, or null; whoever shows it revokes it.
export async function photoUrl(digest) {
  const bytes = await sheets.anyPhoto(digest);
  return bytes ? URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })) : null;
}

export const queue = () => line.list(sync.state.now);
export const syncNow = () => sync.run({ fresh: true });

export async function dropRefused(submission) {
  await line.drop(submission);
  await changed();
}

export async function tryAgain(submission) {
  const row = (await line.rows()).find((each) => each.submission === submission && each.state === "refused");
  if (row) await line.change(row, { state: "waiting" }, "");
  await changed();
  void sync.run({ fresh: true });
}

// Everything unsent of the open person; on a locked device of everybody.
export const exportSealed = () => exported({ personId: person()?.id });

// Unsent or unfinished things first: {needsExport: true, unsent, drafts}. With {exported: true} everything of this person
// leaves the device and the session ends (at the next contact, when there is no network now).
export async function signOut({ exported: isExported = false } = {}) {
  const me = person();
  const left = { unsent: counted.count, drafts: (await sheets.mine()).length };
  if (!isExported && (left.unsent || left.drafts)) return { needsExport: true, ...left };
  await wiping.oweSignOut(me.id);
  await wiping.wipe(me.id);
  lock();
  await changed();
  await paySignOut().catch(() => {}); // noted: open() pays it
  return { done: true };
}
