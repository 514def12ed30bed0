// Sending: metadata first, then photos, then the question what has arrived. One sender at a time on this device; every
// step may be cut off and comes again with the same bytes.
import { all, asked, read, write } from "./store.js";
import { ask, DeviceLocked, Permanent, session, SignedOut, TryAgain } from "./http.js";
import { arrived, bytesFor, canOpen, change, disputed, isUnsent, rows, summary } from "./queue.js";
import { exported } from "./seal.js";
import { current, device, newId, unseal } from "./vault.js";

const TRIES = 4; // of one request, before the whole round waits
const FIRST_PAUSE = 500; // ms, doubling
const LONGEST_WAIT = 300_000; // ms between rounds
const PATIENT = 10; // seconds that a request waits when the server says so
const MOST_IDS = 200;
const LEASE = 120_000; // ms; longer than any request
const PHOTO_TIMEOUT = 90_000;

export const state = { sending: false, now: "", done: 0, total: 0, problem: "", signedIn: null };
let hooks = { changed: () => {}, contact: async () => {}, locked: async () => {}, stopped: async () => {} };
let failures = 0;
let timer = 0;
let running = null;
let isAskedAgain = false;
let sender = null; // the id of whose records this round sends

// What the engine wants to hear: `changed()`, `contact(answer)` after a contact, `locked()` when the device is locked,
// `stopped(personId)` when somebody may send nothing any more.
export function listen(given) {
  hooks = { ...hooks, ...given };
}

function say(changes) {
  Object.assign(state, changes);
  hooks.changed();
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const jittered = (ms) => ms * (0.5 + Math.random());

// A request that may come again: a few times now, then with the next round. A changed session is asked for anew once.
async function patiently(work) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isSession = error instanceof Permanent && ["csrf", "device_unknown"].includes(error.code);
      if (!(error instanceof TryAgain) && !isSession) throw error;
      if (tries >= TRIES || navigator.onLine === false || (error.wait ?? 0) > PATIENT) throw error;
      await sleep(Math.max((error.wait ?? 0) * 1000, jittered(FIRST_PAUSE * 2 ** (tries - 1))));
      if (error.code === "device_unknown") await ask("POST", "devices", { json: { device: (await device()).id, name: "" } });
      else if (isSession) await session();
    }
  }
}

export class OtherPerson extends Error {}

// Whose session it is, and what the device still holds. Throws SignedOut, OtherPerson, DeviceLocked, TryAgain.
export async function contact(person) {
  const answer = await patiently(session);
  say({ signedIn: answer.signed_in });
  if (answer.locked) throw new DeviceLocked(); // said without a session too
  if (answer.stopped) await hooks.stopped(answer.stopped);
  if (!answer.signed_in) throw new SignedOut();
  const unsent = summary(await all("queue"), person?.id ?? answer.person.id);
  const { id } = await device();
  const json = { device: id, unsent: unsent.count, unsent_since: unsent.since?.toISOString() ?? null };
  const said = await patiently(() => ask("POST", "contact", { json }));
  if (said.locked) throw new DeviceLocked();
  if (person && answer.person.id !== person.id) throw new OtherPerson();
  return said;
}

const isReceipt = (receipt, row) => receipt?.submission === row.submission && typeof receipt.complete === "boolean";

// What a receipt says about a row. One for other bytes than ours says nothing about ours.
async function understood(row, receipt) {
  if (!isReceipt(receipt, row)) throw new TryAgain("server");
  if (receipt.state === "unknown" || receipt.sha256 !== row.sha256) return change(row, { isStored: false });
  if (receipt.complete) {
    await arrived(row, receipt);
    say({ done: state.done + 1 });
    return undefined;
  }
  return change(row, { isStored: true, missing: receipt.photos.missing });
}

async function refused(row, error) {
  if (!(error instanceof Permanent) || ["csrf", "device_unknown"].includes(error.code)) throw error;
  if (error.code === "not_yours") throw new OtherPerson(); // another tab signed in as somebody else
  // The photos stay here until the person has read it, but nobody waits for them any more.
  if (row.isDisputed) return change(row, { state: "conflict" }, `${DISPUTED} ${NOT_THE_PHOTOS}`);
  return change(row, { state: "refused", status: error.status }, error.message);
}

const DISPUTED = "Xã đã có một bản khác của phiếu này. Cả hai bản đều được giữ, cán bộ xã sẽ xem và chọn.";

const NOT_THE_PHOTOS = "Xã chỉ giữ ảnh của bản kia. Cần ảnh của phiếu này thì hãy chụp lại và thêm ở thẻ hộ.";

async function sendText(row) {
  say({ now: row.submission });
  const bytes = await bytesFor(row);
  try {
    await understood(row, await patiently(() => ask("POST", "submissions", { bytes })));
  } catch (error) {
    if (!(error instanceof Permanent) || error.status !== 409 || error.code !== "other_bytes") return refused(row, error);
    const there = new Set(error.data.receipt?.photos?.arrived ?? []);
    const missing = row.photos.filter((digest) => !there.has(digest));
    if (missing.length === 0) return disputed(row, DISPUTED);
    await change(row, { isStored: true, isDisputed: true, missing }, DISPUTED);
  }
  return undefined;
}

async function sendPhoto(row, digest) {
  say({ now: row.submission });
  const photo = await read(["photos"], ({ photos }) => asked(photos.get(`${row.submission}:${digest}`)));
  const left = row.missing.filter((each) => each !== digest);
  if (!photo) return change(row, { state: "refused" }, "Một ảnh của phiếu này không còn trong máy. Hãy xuất tệp niêm phong rồi báo cán bộ xã.");
  const bytes = await unseal(current().key, photo, "photo", row.submission);
  const path = `submissions/${row.submission}/photos/${digest}`;
  const options = { bytes, type: "image/jpeg", timeout: PHOTO_TIMEOUT };
  try {
    const receipt = await patiently(() => ask("PUT", path, options));
    if (!row.isDisputed) return await understood(row, receipt);
  } catch (error) {
    return refused(row, error);
  }
  row.missing = left;
  return left.length ? change(row, { missing: left }) : disputed(row, DISPUTED);
}

async function waiting() {
  if (current()?.person.id !== sender) throw new TryAgain("server"); // the phone changed hands in the middle
  return (await rows()).filter((row) => row.state === "waiting" && canOpen(row));
}

async function sendTexts() {
  for (const row of await waiting()) if (!row.isStored) await sendText(row);
}

async function sendPhotos() {
  for (const { submission } of await waiting()) {
    for (;;) {
      const row = (await waiting()).find((each) => each.submission === submission && each.isStored);
      if (!row || row.missing.length === 0) break;
      await sendPhoto(row, row.missing[0]);
    }
  }
}

// Only this answer lets the device forget.
async function askReceipts() {
  const asking = (await rows()).filter((row) => row.state === "waiting" && !row.isDisputed);
  for (let at = 0; at < asking.length; at += MOST_IDS) {
    const some = asking.slice(at, at + MOST_IDS);
    const json = { ids: some.map((row) => row.submission) };
    const { receipts } = await patiently(() => ask("POST", "receipts", { json }));
    if (!Array.isArray(receipts)) throw new TryAgain("server");
    const known = new Map(receipts.map((receipt) => [receipt.submission, receipt]));
    for (const row of some) {
      if (known.has(row.submission)) await understood(row, known.get(row.submission));
      else await change(row, { isStored: false });
    }
  }
}

// What only the server can open (from before a forgotten PIN) goes as a sealed file; the receipts tell when it is there.
async function sendSealedAway() {
  const old = (await rows()).filter((row) => isUnsent(row) && !canOpen(row));
  if (!old.length) return;
  const { files } = await exported({ personId: current().person.id, vaultIds: new Set(old.map((row) => row.vault)) });
  try {
    for (const { blob } of files) {
      const bytes = await blob.arrayBuffer();
      await patiently(() => ask("POST", "sealed", { bytes, timeout: PHOTO_TIMEOUT }));
    }
  } catch (error) {
    if (!(error instanceof Permanent)) throw error; // an officer may still take it as a file
  }
}

async function round() {
  const person = current()?.person;
  if (!person) return;
  sender = person.id;
  const said = await contact(person);
  say({ problem: "", done: 0, total: (await rows()).filter((row) => row.state === "waiting").length });
  await sendSealedAway();
  for (let rest = 3; rest > 0; rest -= 1) {
    await sendTexts();
    await sendPhotos();
    await askReceipts();
    if ((await waiting()).length === 0) break;
  }
  if ((await waiting()).length) throw new TryAgain("server"); // it said less than everything three times over
  await hooks.contact(said);
}

async function troubled(error) {
  if (current() === null) return undefined; // locked in the meantime
  if (error instanceof SignedOut) return say({ problem: "signed_out", signedIn: false });
  if (error instanceof OtherPerson) return say({ problem: "other_person" });
  if (error instanceof DeviceLocked) {
    say({ problem: "device_locked" });
    return hooks.locked();
  }
  if (!(error instanceof TryAgain)) console.error(error);
  failures += 1;
  say({ problem: error.problem ?? "server" });
  later(Math.max((error.wait ?? 0) * 1000, jittered(Math.min(1000 * 2 ** (failures - 1), LONGEST_WAIT))));
  return undefined;
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => run(), Math.min(ms, LONGEST_WAIT * 1.5));
}

// Browsers without Web Locks: a row that says who sends until when.
async function withLease(work) {
  const me = newId();
  const take = () =>
    write(["meta"], async ({ meta }) => {
      const lease = await asked(meta.get("lease"));
      if (lease && lease.by !== me && lease.until > Date.now()) return false;
      meta.put({ by: me, until: Date.now() + LEASE }, "lease");
      return true;
    });
  if (!(await take())) return;
  const renewing = setInterval(take, LEASE / 4);
  try {
    await work();
  } finally {
    clearInterval(renewing);
    await write(["meta"], ({ meta }) => void meta.delete("lease"));
  }
}

const alone = (work) =>
  navigator.locks
    ? navigator.locks.request("lensan-sending", { ifAvailable: true }, (lock) => (lock ? work() : undefined))
    : withLease(work);

async function once() {
  clearTimeout(timer);
  await alone(async () => {
    say({ sending: true });
    try {
      await round();
      failures = 0;
    } catch (error) {
      await troubled(error);
    } finally {
      say({ sending: false, now: "" });
    }
  });
}

// Sends what waits; a second call while it runs waits for the same run. `fresh`: forget how often it failed before.
export function run({ fresh = false } = {}) {
  if (fresh) failures = 0;
  if (!current()) return Promise.resolve();
  if (running) isAskedAgain = true; // what was entered meanwhile goes right after
  running ??= once().finally(() => {
    running = null;
    const isMore = isAskedAgain && !state.problem;
    isAskedAgain = false;
    if (isMore) later(0);
  });
  return running;
}

export function stop() {
  clearTimeout(timer);
  failures = 0;
}
