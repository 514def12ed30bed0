// The one module that screens use: what the field app does, without a word of how it looks.
import * as packed from "./bundle.js";
import { wind } from "./clock.js";
import * as sheets from "./drafts.js";
import { DeviceLocked, SignedOut, TryAgain, ask, csrf, endSession, errand, lastContact, session as askSession } from "./http.js";
import * as lifeboat from "./lifeboat.js";
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
export { Closed, Refused, WrongPin } from "./vault.js";
export { bundle, localHouseholds } from "./bundle.js";
export { received } from "./queue.js";
export { csrf, takeUpdate };

const IDLE = 10 * 60 * 1000;
const OFTEN = 60_000; // ms between looks while the app stands open
const listeners = new Set();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("lensan-field") : null;
let counted = line.summary([], null);
let lastUse = Date.now();
let booting = null;
let taken = { person: null, submissions: new Set() }; // what the last exported file holds
const closing = new Set();

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// `work` runs before this tab is locked: what is typed is written first, as long as there is a key.
export const beforeClosing = (work) => void closing.add(work);

function tell() {
  for (const listener of listeners) listener();
}

async function recount() {
  counted = line.summary(await all("queue"), vault.current()?.person.id ?? null);
  tell();
}

// Something on the disk changed: count anew, here and in other tabs.
async function changed() {
  channel?.postMessage({ changed: true });
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

let locking = null;
const lockedFromAfar = () => (locking ??= lockDownNow().finally(() => (locking = null)));

async function lockDownNow() {
  const files = new Map(); // while the app is open its proof can still be given
  const me = vault.current();
  if (me) files.set(me.vault, await exported({ personId: me.person.id, vaultIds: new Set([me.vault]) }));
  await close();
  await wiping.lockDown();
  lifeboat.forget();
  channel?.postMessage({ closed: "all", problem: "device_locked" });
  sync.state.problem = "device_locked";
  await changed();
  await wiping.rescue(files).catch(() => {}); // at the next contact, then
  await changed();
}

// Offline a session cannot be ended: it is done at the next contact, unless somebody else has signed in since. Until then
// nobody is told that the one who left is still signed in.
let paying = null;
const paySignOut = () => (paying ??= payNow().finally(() => (paying = null)));

async function payNow() {
  const owed = await wiping.owesSignOut();
  if (owed === undefined) return;
  const answer = await askSession();
  if (answer.person?.id === owed) await endSession();
  await wiping.paidSignOut();
}

// What the server says of this device, when it is not what stands here: reported lost, or found again.
async function heardOfLock({ locked }) {
  const isLocked = await vault.isLockedDevice();
  if (!locked && isLocked) {
    await wiping.reopen();
    sync.state.problem = "";
    channel?.postMessage({ problem: "" });
    await changed();
  }
  if (locked && !isLocked && (await vault.people()).length) await lockedFromAfar();
}

// Before the PIN: a lost device is found out, one that was found again opens, an owed sign-out is paid, a rescue that was
// cut off goes on.
let contacting = null;
const firstContact = () => (contacting ??= contactNow().finally(() => (contacting = null)));

async function contactNow() {
  try {
    await packed.sweep();
    await paySignOut();
    if (await vault.isLockedDevice()) await heardOfLock(await askSession());
    if (await vault.isLockedDevice()) {
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
  sync.listen({ changed: () => void changed(), locked: lockedFromAfar, contact: keepUpToDate, stopped });
  channel?.addEventListener("message", ({ data }) => void overheard(data));
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, activity, { passive: true, capture: true });
  const contact = (how) => void (person() ? sync.run(how) : firstContact());
  addEventListener("online", () => {
    tell();
    contact({ fresh: true });
  });
  addEventListener("offline", tell);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || lockIfIdle()) return;
    contact();
    void lookForUpdate();
  });
  setInterval(lockIfIdle, 15_000);
  setInterval(() => void packed.sweep(), OFTEN * 60);
  setInterval(() => !document.hidden && navigator.onLine && contact(), OFTEN * 5);
  navigator.storage?.persist?.().catch(() => {});
  void keepTheApp(tell);
  return firstContact();
}

// {state: "none"|"locked"|"open"|"device_locked", people: [{id, name, hasPin}]}
export async function open() {
  const isFirst = !booting;
  booting ??= boot();
  if (isFirst) {
    await wind();
    await recount();
  }
  const people = await vault.people();
  if (await vault.isLockedDevice()) {
    sync.state.problem = "device_locked";
    return { state: "device_locked", people };
  }
  return { state: person() ? "open" : people.length ? "locked" : "none", people };
}

// {online, signedIn, person}: whose session this browser has.
export async function session() {
  try {
    await paySignOut();
    const answer = await askSession();
    sync.state.signedIn = answer.signed_in;
    if (answer.stopped) await stopped(answer.stopped);
    await heardOfLock(answer);
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
  void lifeboat.ready();
  await changed();
  void sync.run({ fresh: true });
}

// Throws WrongPin {triesLeft, waitSeconds}.
export async function unlock(personId, pin) {
  await vault.open(personId, pin);
  activity();
  await packed.open();
  await takeIn().catch(console.warn);
  await sheets.sweep();
  void lifeboat.ready();
  await changed();
  void sync.run({ fresh: true });
}

// What was typed just before the page was left.
async function takeIn() {
  const left = await lifeboat.recovered();
  if (left) await sheets.saveLeft(left);
  putIn();
}

async function close() {
  for (const work of closing) await work();
  await sheets.quiet();
  vault.close();
  packed.close();
  sync.stop();
  void recount();
}

// All tabs of this person.
export async function lock() {
  const me = person();
  await close();
  if (me) channel?.postMessage({ closed: me.id });
}

// Another tab has something to say.
async function overheard({ closed, problem }) {
  if (problem !== undefined) sync.state.problem = problem;
  if (closed !== undefined && person() && (closed === "all" || closed === person().id)) await close();
  await recount();
}

// This tab only: in another one somebody may be writing.
function lockIfIdle() {
  const isIdle = person() !== null && !sync.state.sending && Date.now() - lastUse > IDLE;
  if (isIdle) void close();
  return isIdle;
}

// A tab that missed that the device was locked or left finds out when it wants to write.
async function standing(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof vault.Closed) {
      vault.close();
      packed.close();
      sync.stop();
      await recount();
    }
    throw error;
  }
}

// A sealed file of what is unsent, for an officer; the old PIN opens nothing any more, a new one is set after signing in.
export async function forgotPin(personId) {
  const file = await exported({ personId });
  await vault.endPin(personId);
  for (const { id } of await vault.vaultsOf(personId)) lifeboat.forget(id);
  channel?.postMessage({ closed: personId });
  await changed();
  return file;
}

export const refreshBundle = async (hamletIds) => {
  const fresh = await packed.refresh(hamletIds);
  tell();
  return fresh;
};

async function stopped(personId) {
  await packed.forget(personId);
  tell();
}

async function keepUpToDate({ bundle_stamp: stamp }) {
  await packed.heard();
  if (packed.isOld(stamp)) await refreshBundle().catch(() => {});
}

export const startDraft = (kind, options) => standing(() => sheets.start(kind, options));
// The page may be gone in a moment: the draft is put away without waiting; `putIn` when it is on the disk all the same.
export const putAway = (draft) => lifeboat.putAway(draft);
export const putIn = () => lifeboat.forget(vault.current()?.vault ?? "-");
export const saveDraft = (draft) => standing(() => sheets.save(draft));
export const addPhoto = (draft, file) => standing(() => sheets.addPhoto(draft, file));
export const removePhoto = (draft, digest) => standing(() => sheets.removePhoto(draft, digest));
export const drafts = () => sheets.list(titleOf);
export const openDraft = (id) => sheets.open(id);
export const discardDraft = (id) => sheets.discard(id);
// How many are unfinished; needs no PIN.
export const unfinished = (personId) => sheets.countOf(personId);

export async function finishDraft(draft) {
  const item = await standing(() => line.finish(draft));
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

// A refused one as a draft again, to be put right and sent anew; null when it cannot be.
export async function reviseRefused(submission) {
  const draft = await standing(() => line.revise(submission));
  await changed();
  return draft;
}

export async function tryAgain(submission) {
  const row = (await line.rows()).find((each) => each.submission === submission && each.state === "refused");
  if (row) await line.change(row, { state: "waiting" }, "");
  await changed();
  void sync.run({ fresh: true });
}

// Everything unsent of the open person; on a locked device of everybody.
export async function exportSealed() {
  const file = await exported({ personId: person()?.id });
  taken = { person: person()?.id ?? null, submissions: file.submissions };
  return file;
}

// Unsent or unfinished things first: {needsExport: true, unsent, drafts}. With {exported: true} everything of this person
// leaves the device and the session ends (at the next contact, when there is no network now): what is unsent only when it
// is in the last exported file, unfinished drafts only when their ids are in `losing`.
export async function signOut({ exported: isExported = false, losing = [] } = {}) {
  const me = vault.current().person;
  for (const work of closing) await work();
  const left = async () => {
    await recount();
    return { needsExport: true, unsent: counted.count, drafts: (await sheets.mine()).length };
  };
  const now = await left();
  if (!isExported && (now.unsent || now.drafts)) return now;
  await wiping.oweSignOut(me.id);
  try {
    const submissions = taken.person === me.id ? taken.submissions : new Set();
    await wiping.wipe(me.id, vault.current().vault, { submissions, drafts: new Set(losing) });
  } catch (error) {
    if (!(error instanceof wiping.NotTaken)) throw error;
    await wiping.paidSignOut();
    return left();
  }
  putIn();
  await lock();
  await changed();
  await paySignOut().catch(() => {}); // noted: open() pays it
  return { done: true };
}
