// What is being entered. A draft's id becomes the id of its submission, so its photos stay where they are.
import { asked, get, where, write } from "./store.js";
import { FORMS } from "./envelope.js";
import { tooMuch } from "./limits.js";
import { BadPhoto, shrink } from "./photos.js";
import { current, mustStand, newId, seal, sealJson, sha256, unseal, unsealJson } from "./vault.js";

let turn = Promise.resolve();

// One write after the other: an older text never lands on a newer one.
function inTurn(work) {
  const mine = turn.then(work);
  turn = mine.catch(() => {});
  return mine;
}

export function mustBeOpen() {
  const me = current();
  if (!me) throw new Error("locked");
  return me;
}

const KNOWN = ["phone_owner", "production", "has_business_registration"];

function knownFacts(row) {
  const facts = { head_name: row.name };
  for (const name of KNOWN) if (row[name] !== undefined) facts[name] = structuredCopy(row[name]);
  return facts;
}

const structuredCopy = (value) => JSON.parse(JSON.stringify(value));

// A fresh draft. `household`: a row of the lists, for an edit of it or a visit to it; `values`, `was`, `step`: what it begins
// with. Until its first save it is no more than a blank sheet, stands in no list and is thrown away after a day.
export async function start(kind, { household = null, values = {}, was = {}, step = "" } = {}) {
  const draft = {
    id: newId(), kind, form: FORMS[kind], op: "create", record: newId(), step, values: {}, was: {}, photos: [], updatedAt: null,
  };
  if (household) draft.values.hamlet = household.hamlet;
  if (household && kind === "household") {
    draft.op = "edit";
    draft.record = household.record;
    draft.was = knownFacts(household);
    draft.values.facts = knownFacts(household);
    draft.values._name = household.name;
    draft.values._row = structuredCopy(household);
  }
  if (household && kind === "visit") {
    draft.values.household = household.record;
    draft.values._name = household.name;
  }
  Object.assign(draft.values, values);
  Object.assign(draft.was, was);
  await inTurn(async () => keep({ ...(await rowOf(draft)), isBlank: true }));
  return draft;
}

// The draft as it lies on the disk; `photos`: instead of the draft's own.
export async function rowOf(draft, photos = draft.photos) {
  const me = mustBeOpen();
  draft.updatedAt = new Date().toISOString();
  const { id, updatedAt, ...rest } = draft;
  const content = { ...rest, photos };
  return { id, person: me.person.id, vault: me.vault, updatedAt, box: await sealJson(me.key, content, "draft", id) };
}

// Writes the draft unless it has been finished in the meantime (a second tab, a late timer); false then. Throws Closed.
function keep(row, photo) {
  return write(["drafts", "queue", "received", "photos", "vaults", "meta"], async (stores) => {
    await mustStand(stores, row.vault);
    const isOver = (await asked(stores.queue.count(row.id))) + (await asked(stores.received.count(row.id)));
    if (isOver) return false;
    stores.drafts.put(row);
    if (photo) stores.photos.put(photo);
    return true;
  });
}

export const save = (draft) => inTurn(async () => keep(await rowOf(draft)));

// One that was put away when its page was left, unless it has been written, finished or thrown away since. Its photos are
// those on the disk.
export const saveLeft = (left) =>
  inTurn(async () => {
    const row = await get("drafts", left.id);
    if (!row || row.vault !== mustBeOpen().vault || row.updatedAt > left.updatedAt) return;
    const { photos } = await readDraft(row);
    await keep(await rowOf(left, photos));
  });

async function readDraft(row) {
  const content = await unsealJson(mustBeOpen().key, row.box, "draft", row.id);
  return { ...content, id: row.id, updatedAt: row.updatedAt };
}

// Of whom unfinished ones lie here, without opening them: also for a forgotten PIN.
export const countOf = async (personId) => (await where("drafts", "person", personId)).filter((row) => !row.isBlank).length;

export const mine = async () => {
  const me = mustBeOpen();
  return (await where("drafts", "person", me.person.id)).filter((row) => row.vault === me.vault && !row.isBlank);
};

// Unfinished ones, the last touched first.
export async function list(titleOf) {
  const rows = (await mine()).sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  return Promise.all(
    rows.map(async (row) => {
      const draft = await readDraft(row);
      const { kind, op, record, step, values } = draft;
      const about = { op, record, household: values.household ?? null, hamlet: values.hamlet, name: values._name ?? "" };
      return { id: row.id, kind, title: titleOf(draft), step, updatedAt: row.updatedAt, ...about };
    }),
  );
}

export async function open(id) {
  const row = await get("drafts", id);
  const me = mustBeOpen();
  return row && row.vault === me.vault ? readDraft(row) : null;
}

export const discard = (id) =>
  inTurn(async () => {
    const draft = await open(id);
    await write(["drafts", "photos", "sequences"], async ({ drafts, photos, sequences }) => {
      drafts.delete(id);
      for (const key of await asked(photos.index("holder").getAllKeys(id))) photos.delete(key);
      // One that was refused had a number of its record; the next one would wait for it.
      const isLast = draft?.sequence && (await asked(sequences.get(draft.record))) === draft.sequence;
      if (isLast) sequences.put(draft.sequence - 1, draft.record);
    });
  });

// Everything that was asked to be written is written, or has failed.
export const quiet = () => turn.then(() => {});

const busy = new Map(); // draft id → photos of it that are being made small

// Resolves when no photo of this draft is on its way any more.
export async function photosDone(id) {
  while (busy.get(id)?.size) await Promise.allSettled(busy.get(id));
}

const FULL = "Máy hết chỗ, nên chưa lưu được ảnh này. Hãy xóa bớt ảnh, phim trong máy rồi chụp lại. Điều đã ghi vẫn còn.";

async function smallOne(draft, file) {
  const me = mustBeOpen();
  const bytes = await shrink(file);
  const digest = await sha256(bytes);
  const row = { id: `${draft.id}:${digest}`, holder: draft.id, sha256: digest, bytes: bytes.length };
  const photo = { ...row, ...(await seal(me.key, bytes, "photo", draft.id)) };
  return inTurn(async () => {
    const found = draft.photos.find((each) => each.sha256 === digest);
    if (found) return found;
    const words = tooMuch("photos", draft.photos.length + 1);
    if (words) throw new BadPhoto(words);
    const kept = { sha256: digest, bytes: bytes.length };
    try {
      // The draft names it only once it is on the disk.
      if (await keep(await rowOf(draft, [...draft.photos, kept]), photo)) draft.photos.push(kept);
    } catch (error) {
      throw error.name === "QuotaExceededError" ? new BadPhoto(FULL) : error;
    }
    return kept;
  });
}

// A photo of the draft, made small; photo and draft are written together. → {sha256, bytes}. Throws BadPhoto.
export function addPhoto(draft, file) {
  const words = tooMuch("photos", draft.photos.length + 1);
  if (words) return Promise.reject(new BadPhoto(words));
  const work = smallOne(draft, file);
  const mine = busy.get(draft.id) ?? new Set();
  busy.set(draft.id, mine.add(work));
  const done = () => {
    mine.delete(work);
    if (!mine.size) busy.delete(draft.id);
  };
  work.then(done, done);
  return work;
}

export const removePhoto = (draft, digest) =>
  inTurn(async () => {
    const left = draft.photos.filter((photo) => photo.sha256 !== digest);
    const row = await rowOf(draft, left);
    await write(["drafts", "photos", "vaults", "meta"], async (stores) => {
      await mustStand(stores, row.vault);
      stores.drafts.put(row);
      stores.photos.delete(`${draft.id}:${digest}`);
    });
    draft.photos = left;
  });

// The bytes of a photo of a draft or of something in the queue; null when it is not here.
export async function photoBytes(holder, digest) {
  const me = mustBeOpen();
  const row = await get("photos", `${holder}:${digest}`);
  return row ? unseal(me.key, row, "photo", holder) : null;
}

// Finds a photo by its digest alone, for a preview.
export async function anyPhoto(digest) {
  const me = mustBeOpen();
  const rows = await Promise.all(["drafts", "queue"].map((name) => where(name, "person", me.person.id)));
  for (const row of rows.flat().filter((each) => each.vault === me.vault)) {
    const bytes = await photoBytes(row.id ?? row.submission, digest);
    if (bytes) return bytes;
  }
  return null;
}

const STALE = 24 * 3600 * 1000;

// Blank sheets of earlier days, sheets whose key went with a forgotten PIN, and photos that belong to nothing.
export const sweep = () =>
  write(["drafts", "queue", "photos"], async ({ drafts, queue, photos }) => {
    const me = mustBeOpen();
    for (const row of await asked(drafts.getAll())) {
      const isLost = row.person === me.person.id && row.vault !== me.vault;
      if (isLost || (row.isBlank && Date.now() - Date.parse(row.updatedAt) > STALE)) drafts.delete(row.id);
    }
    const held = new Set([...(await asked(drafts.getAllKeys())), ...(await asked(queue.getAllKeys()))]);
    for (const key of await asked(photos.getAllKeys())) if (!held.has(key.split(":")[0])) photos.delete(key);
  });
