// What waits to be sent and what has arrived. The bytes of an envelope are made once, here, and never again.
import { asked, get, where, write } from "./store.js";
import { age, heldOffset } from "./clock.js";
import { mustBeOpen, photoBytes, photosDone, rowOf } from "./drafts.js";
import { envelope, localRow, titleOf } from "./envelope.js";
import { beyond, tooMuch } from "./limits.js";
import { bytesOf, device, mustStand, newId, Refused, sealJson, seal, sha256, unseal, unsealJson } from "./vault.js";

const KEPT_RECEIPTS = 200;
const DAY = 24 * 3600 * 1000;
const WARN_DAYS = 3;

async function rowFor(draft, sequence) {
  const me = mustBeOpen();
  const bytes = bytesOf(JSON.stringify(envelope(draft, sequence, { person: me.person.id, device: (await device()).id })));
  const words = tooMuch("envelope", bytes.length);
  if (words) throw new Refused(words);
  const photos = draft.kind === "household" ? draft.photos.map((photo) => photo.sha256) : [];
  return {
    submission: draft.id,
    record: draft.record,
    kind: draft.kind,
    person: me.person.id,
    vault: me.vault,
    sequence,
    enteredAt: new Date().toISOString(),
    clockOffset: heldOffset(),
    sha256: await sha256(bytes),
    state: "waiting",
    isStored: false, // the server has the envelope
    photos,
    missing: photos, // not yet at the server
    box: await seal(me.key, bytes, "submission", draft.id),
    label: await sealJson(me.key, { title: titleOf(draft), local: localRow(draft), message: "" }, "label", draft.id),
    sheet: await sealJson(me.key, draft, "sheet", draft.id), // as it was typed: a refused one is put right, not typed again
  };
}

// The photos that a draft names and that are not on the disk.
async function lostPhotos(photos, draft) {
  const counts = await Promise.all(draft.photos.map((photo) => asked(photos.count(`${draft.id}:${photo.sha256}`))));
  return draft.photos.filter((_, at) => counts[at] === 0);
}

const LOST = "Một ảnh không còn trong máy nên đã được bỏ khỏi phiếu. Hãy chụp lại ảnh đó rồi lưu, hoặc lưu luôn.";

// From draft to queue in one transaction. Doing it twice (a second tap, a second tab) is doing it once.
// Throws Refused with words, Closed.
export async function finish(draft) {
  if (!draft.values.hamlet) throw new Refused("Hãy chọn thôn, ấp trước khi lưu.");
  await photosDone(draft.id);
  const words = beyond(draft);
  if (words) throw new Refused(words);
  for (;;) {
    const last = (await get("sequences", draft.record)) ?? 0;
    const row = await rowFor(draft, draft.sequence ?? last + 1);
    let lost = [];
    const done = await write(["queue", "drafts", "photos", "sequences", "received", "vaults", "meta"], async (stores) => {
      await mustStand(stores, row.vault);
      const there = (await asked(stores.queue.get(draft.id))) ?? (await asked(stores.received.get(draft.id)));
      if (there) {
        stores.drafts.delete(draft.id);
        return there;
      }
      lost = await lostPhotos(stores.photos, draft);
      if (lost.length) return null;
      if (((await asked(stores.sequences.get(draft.record))) ?? 0) !== last) return null; // another tab numbered first
      stores.sequences.put(Math.max(last, row.sequence), draft.record);
      stores.queue.put(row);
      stores.drafts.delete(draft.id);
      return row;
    });
    if (lost.length) {
      draft.photos = draft.photos.filter((photo) => !lost.includes(photo));
      throw new Refused(LOST);
    }
    if (done) return { submission: done.submission, record: done.record, kind: done.kind, title: titleOf(draft), state: done.state ?? "received" };
  }
}

// The rows of the open person, in the order they were entered.
export async function rows() {
  const found = await where("queue", "person", mustBeOpen().person.id);
  return found.sort((a, b) => (a.enteredAt === b.enteredAt ? a.sequence - b.sequence : a.enteredAt < b.enteredAt ? -1 : 1));
}

// A disputed text is at the server with everything that it will ever take of it.
export const isUnsent = (row) => row.state !== "conflict";
export const canOpen = (row) => row.vault === mustBeOpen().vault;

const SEALED_AWAY = { title: "Bản ghi trước khi đặt lại mã PIN", local: null, message: "" };
export const labelOf = (row) =>
  canOpen(row) ? unsealJson(mustBeOpen().key, row.label, "label", row.submission) : Promise.resolve(SEALED_AWAY);

export const bytesFor = (row) => unseal(mustBeOpen().key, row.box, "submission", row.submission);

export async function list(sendingNow) {
  return Promise.all(
    (await rows()).map(async (row) => {
      const { title, message } = await labelOf(row);
      const { submission, record, kind, enteredAt } = row;
      const state = row.state === "waiting" && submission === sendingNow ? "sending" : row.state;
      const canRevise = isRevisable(row);
      return { submission, record, kind, title, state, enteredAt, photosLeft: row.missing.length, message, canRevise };
    }),
  );
}

// Refused for what stands in it (422), before the server kept anything of it: its number is free again.
const isFree = (row) => row.state === "refused" && row.status === 422 && !row.isStored;
const isRevisable = (row) => isFree(row) && Boolean(row.sheet) && canOpen(row);

// A refused row as a draft again, under the same record and number but a new submission id, photos and all; null when it
// cannot be. The row leaves the queue in the same step.
export async function revise(submission) {
  const me = mustBeOpen();
  const row = await get("queue", submission);
  if (!row || row.person !== me.person.id || !isRevisable(row)) return null;
  const { id: _, ...sheet } = await unsealJson(me.key, row.sheet, "sheet", submission);
  const { message } = await labelOf(row);
  const draft = { ...sheet, id: newId(), sequence: row.sequence };
  draft.values = { ...draft.values, _refused: message };
  const photos = [];
  for (const { sha256: digest, bytes } of draft.photos) {
    const plain = await photoBytes(submission, digest);
    if (!plain) continue; // it is said when the sheet is saved
    const box = await seal(me.key, plain, "photo", draft.id);
    photos.push({ id: `${draft.id}:${digest}`, holder: draft.id, sha256: digest, bytes, ...box });
  }
  const written = await rowOf(draft);
  const isDone = await write(["queue", "drafts", "photos", "vaults", "meta"], async (stores) => {
    await mustStand(stores, me.vault);
    const now = await asked(stores.queue.get(submission));
    if (!now || !isRevisable(now)) return false; // another tab was there first, or is sending it again
    await forgotten(stores, submission);
    stores.drafts.put(written);
    for (const photo of photos) stores.photos.put(photo);
    return true;
  });
  return isDone ? draft : null;
}

// Changes a row that is still there. `words` goes, sealed, beside its title.
export async function change(row, changes, words) {
  let label = null;
  if (words !== undefined && canOpen(row)) {
    label = await sealJson(mustBeOpen().key, { ...(await labelOf(row)), message: words }, "label", row.submission);
  }
  await write(["queue"], async ({ queue }) => {
    const now = await asked(queue.get(row.submission));
    if (now) queue.put({ ...now, ...changes, ...(label ? { label } : {}) });
  });
}

async function forgotten(stores, submission) {
  stores.queue.delete(submission);
  for (const key of await asked(stores.photos.index("holder").getAllKeys(submission))) stores.photos.delete(key);
}

// The server holds everything: only now the device forgets, and notes that it arrived.
export async function arrived(row, receipt) {
  const me = mustBeOpen();
  const { title, local } = await labelOf(row);
  const reason = receipt.state === "refused" ? receipt.reason : "";
  const unread = (receipt.photos.refused ?? []).map((photo) => photo.reason);
  const shown = { title, local: local && { ...local, number: receipt.household ?? local.number }, message: reason, unread };
  const kept = {
    submission: row.submission,
    person: row.person,
    vault: me.vault,
    record: row.record,
    kind: row.kind,
    at: receipt.received_at,
    state: receipt.state,
    conflict: Boolean(receipt.conflict),
    box: await sealJson(me.key, shown, "received", row.submission),
  };
  await write(["queue", "photos", "received"], async (stores) => {
    if (!(await asked(stores.queue.count(row.submission)))) return; // another tab was there first
    await forgotten(stores, row.submission);
    stores.received.put(kept);
    const older = (await asked(stores.received.index("person").getAll(row.person))).sort((a, b) => (a.at < b.at ? 1 : -1));
    for (const old of older.slice(KEPT_RECEIPTS)) stores.received.delete(old.submission);
  });
}

// Both texts are at the commune: the row stays to be read. Its photos are gone from here, for the server has them.
export async function disputed(row, words) {
  await change(row, { state: "conflict", missing: [] }, words);
  await write(["photos"], async ({ photos }) => {
    for (const key of await asked(photos.index("holder").getAllKeys(row.submission))) photos.delete(key);
  });
}

// The person has read why; a waiting row is never dropped.
export async function drop(submission) {
  const me = mustBeOpen();
  await write(["queue", "photos", "sequences"], async (stores) => {
    const row = await asked(stores.queue.get(submission));
    if (!row || row.person !== me.person.id || row.state === "waiting") return;
    await forgotten(stores, submission);
    // The next one of this record would wait for a number that never comes.
    const isLast = (await asked(stores.sequences.get(row.record))) === row.sequence;
    if (isFree(row) && isLast) stores.sequences.put(row.sequence - 1, row.record);
  });
}

export async function receivedRows() {
  const me = mustBeOpen();
  const mine = (await where("received", "person", me.person.id)).filter((row) => row.vault === me.vault);
  return mine.sort((a, b) => (a.at < b.at ? 1 : -1));
}

export async function received(limit = 20) {
  const latest = (await receivedRows()).slice(0, limit);
  return Promise.all(
    latest.map(async (row) => {
      const { title, message, local, unread = [] } = await unsealJson(mustBeOpen().key, row.box, "received", row.submission);
      const { submission, record, kind, at, state, conflict } = row;
      return { submission, record, kind, title, at, state, conflict, message, photosRefused: unread, household: local?.number ?? null };
    }),
  );
}

// Rows of households that the bundle does not know yet or knows older: {record → row}. Received before `madeAt`: it does.
export async function localRows(madeAt) {
  const key = mustBeOpen().key;
  const found = new Map();
  const fresh = (await receivedRows()).filter((row) => row.kind === "household" && new Date(row.at) > madeAt).reverse();
  for (const row of fresh) {
    const { local } = await unsealJson(key, row.box, "received", row.submission);
    if (local) found.set(local.record, { ...local, pending: false });
  }
  for (const row of await rows()) {
    const { local } = await labelOf(row);
    if (local) found.set(local.record, { ...local, pending: true });
  }
  return found;
}

// For the header, from rows of everybody: {count, since, ofOthers, days, warn}.
export function summary(everybody, personId, now = Date.now()) {
  const unsent = everybody.filter(isUnsent);
  const mine = personId === null ? unsent : unsent.filter((row) => row.person === personId);
  const since = mine.reduce((first, row) => (!first || row.enteredAt < first ? row.enteredAt : first), null);
  const oldest = Math.max(0, ...mine.map((row) => age(row.enteredAt, row.clockOffset ?? null, now)));
  const days = Math.floor(oldest / DAY);
  return {
    count: mine.length,
    since: since ? new Date(Math.min(Date.parse(since), now)) : null, // a clock that was set back: not in the future
    ofOthers: unsent.length - mine.length,
    days,
    warn: days >= WARN_DAYS,
  };
}
