// What is being entered. A draft's id becomes the id of its submission, so its photos stay where they are.
import { asked, get, where, write } from "./store.js";
import { shrink } from "./photos.js";
import { current, newId, seal, sealJson, sha256, unseal, unsealJson } from "./vault.js";

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

// A fresh draft. `household`: a row of the lists, for an edit of it or a visit to it. Until its first save it is no more
// than a blank sheet and is thrown away at the next start.
export async function start(kind, { household = null } = {}) {
  const draft = { id: newId(), kind, op: "create", record: newId(), step: "", values: {}, was: {}, photos: [], updatedAt: null };
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
  await inTurn(async () => keep({ ...(await rowOf(draft)), isBlank: true }));
  return draft;
}

async function rowOf(draft) {
  const me = mustBeOpen();
  draft.updatedAt = new Date().toISOString();
  const { id, updatedAt, ...content } = draft;
  return { id, person: me.person.id, vault: me.vault, updatedAt, box: await sealJson(me.key, content, "draft", id) };
}

// Writes the draft unless it has been finished in the meantime (a second tab, a late timer).
async function keep(row, photo) {
  await write(["drafts", "queue", "received", "photos"], async ({ drafts, queue, received, photos }) => {
    const isOver = (await asked(queue.count(row.id))) + (await asked(received.count(row.id)));
    if (isOver) return;
    drafts.put(row);
    if (photo) photos.put(photo);
  });
}

export const save = (draft) => inTurn(async () => keep(await rowOf(draft)));

async function readDraft(row) {
  const content = await unsealJson(mustBeOpen().key, row.box, "draft", row.id);
  return { ...content, id: row.id, updatedAt: row.updatedAt };
}

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
      return { id: row.id, kind: draft.kind, title: titleOf(draft), step: draft.step, updatedAt: row.updatedAt };
    }),
  );
}

export async function open(id) {
  const row = await get("drafts", id);
  const me = mustBeOpen();
  return row && row.vault === me.vault ? readDraft(row) : null;
}

export const discard = (id) =>
  inTurn(() =>
    write(["drafts", "photos"], async ({ drafts, photos }) => {
      drafts.delete(id);
      for (const key of await asked(photos.index("holder").getAllKeys(id))) photos.delete(key);
    }),
  );

// A photo of the draft, made small; photo and draft are written together. → {sha256, bytes}
export async function addPhoto(draft, file) {
  const me = mustBeOpen();
  const bytes = await shrink(file);
  const digest = await sha256(bytes);
  const found = draft.photos.find((photo) => photo.sha256 === digest);
  if (found) return found;
  const kept = { sha256: digest, bytes: bytes.length };
  const row = { id: `${draft.id}:${digest}`, holder: draft.id, sha256: digest, bytes: bytes.length };
  const photo = { ...row, ...(await seal(me.key, bytes, "photo", draft.id)) };
  await inTurn(async () => {
    draft.photos.push(kept);
    await keep(await rowOf(draft), photo);
  });
  return kept;
}

export const removePhoto = (draft, digest) =>
  inTurn(async () => {
    draft.photos = draft.photos.filter((photo) => photo.sha256 !== digest);
    const row = await rowOf(draft);
    await write(["drafts", "photos"], ({ drafts, photos }) => {
      drafts.put(row);
      photos.delete(`${draft.id}:${digest}`);
    });
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
