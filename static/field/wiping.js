// Leaving a device: signing out, and being locked from afar. What the server does not hold is never thrown away in the clear
// sense of the word: it is exported first, or stays sealed to the server until it has been taken.
import { all, asked, get, remember, removeWhere, write } from "./store.js";
import { ask, Permanent, session } from "./http.js";
import { isUnsent } from "./queue.js";
import { exported } from "./seal.js";

const OWNED = ["vaults", "drafts", "queue", "received"];

async function removePhotosOf(stores, submissions) {
  for (const id of submissions) await removeWhere(stores.photos, "holder", id);
}

// There is something that nobody has taken or said goodbye to.
export class NotTaken extends Error {}

// Everything of one person leaves this device, in one step: what is unsent only when it is among `submissions` (in the file
// that was exported), what is unfinished only when it is among `drafts`. Throws NotTaken, and nothing is gone. `sequences` and the device's id stay: they say nothing about
// anybody, and a record entered again later must not begin its count anew.
export async function wipe(personId, vault, { submissions, drafts }) {
  await write([...OWNED, "photos", "bundles"], async (stores) => {
    const unsent = (await asked(stores.queue.index("person").getAll(personId))).filter(isUnsent);
    const unfinished = (await asked(stores.drafts.index("person").getAll(personId))).filter(
      (row) => row.vault === vault && !row.isBlank, // of an older vault nobody can read them any more
    );
    const isLeft = unsent.some((row) => !submissions.has(row.submission)) || unfinished.some((row) => !drafts.has(row.id));
    if (isLeft) throw new NotTaken();
    for (const name of ["drafts", "queue"]) {
      await removePhotosOf(stores, await asked(stores[name].index("person").getAllKeys(personId)));
    }
    for (const name of OWNED) await removeWhere(stores[name], "person", personId);
    stores.bundles.delete(personId);
  });
}

// The device was reported lost. Nobody opens anything here from now on; what is unsent stays, readable by the server only.
export async function lockDown() {
  await write(["meta", "vaults", "drafts", "photos", "bundles", "received"], async (stores) => {
    stores.meta.put(true, "isLocked");
    for (const vault of await asked(stores.vaults.getAll())) stores.vaults.put({ ...vault, pin: null });
    await removePhotosOf(stores, await asked(stores.drafts.getAllKeys()));
    for (const name of ["drafts", "bundles", "received"]) stores[name].clear();
  });
}

// It was found again: it may be opened anew. The old PINs stay dead; what is unsent goes once its person has a new one.
export const reopen = () => write(["meta"], ({ meta }) => void meta.delete("isLocked"));

// Only what the server has been given; a vault with anything left in it stays. True when it is gone.
function forgetVault({ id, person }, submissions) {
  return write([...OWNED, "photos", "bundles"], async (stores) => {
    let isEmpty = true;
    for (const row of await asked(stores.queue.index("person").getAll(person))) {
      if (row.vault !== id) continue;
      if (isUnsent(row) && !submissions.has(row.submission)) {
        isEmpty = false;
        continue;
      }
      await removePhotosOf(stores, [row.submission]);
      stores.queue.delete(row.submission);
    }
    if (isEmpty) stores.vaults.delete(id);
    return isEmpty;
  });
}

// Hands one person's part to the server. False when it was not taken whole: then it stays, sealed, for an officer.
async function handOver({ files, count }) {
  if (count === 0) return true;
  const answer = await session();
  if (!answer.signed_in) return false;
  try {
    for (const { blob } of files) {
      const outcome = await ask("POST", "sealed", { bytes: await blob.arrayBuffer(), timeout: 120_000 });
      if (!Array.isArray(outcome.refused) || outcome.refused.length) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof Permanent) return false;
    throw error;
  }
}

// Empties a locked device, each vault once the server has what is in it. `files`: made while the app was still open, by
// vault; they carry its proof.
export async function rescue(files = new Map()) {
  for (const vault of await all("vaults")) {
    const now = () => exported({ personId: vault.person, vaultIds: new Set([vault.id]) });
    for (let file = files.get(vault.id) ?? (await now()); await handOver(file); file = await now()) {
      if (await forgetVault(vault, file.submissions)) break; // else: entered in another tab after the file was made
    }
  }
}

// Offline the session at the server cannot be ended: it is noted, and done at the next contact before anything else.
export const oweSignOut = (personId) => remember("owesSignOut", personId);
export const owesSignOut = () => get("meta", "owesSignOut");
export const paidSignOut = () => write(["meta"], ({ meta }) => void meta.delete("owesSignOut"));

