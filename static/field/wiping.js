// Leaving a device: signing out, and being locked from afar. What the server does not hold is never thrown away in the clear
// sense of the word: it is exported first, or stays sealed to the server until it has been taken.
import { asked, get, remember, removeWhere, write } from "./store.js";
import { ask, Permanent, session } from "./http.js";
import { exported } from "./seal.js";

const OWNED = ["vaults", "drafts", "queue", "received"];

async function removePhotosOf(stores, submissions) {
  for (const id of submissions) await removeWhere(stores.photos, "holder", id);
}

// Everything of one person leaves this device, in one step. `sequences` and the device's id stay: they say nothing about
// anybody, and a record entered again later must not begin its count anew.
export async function wipe(personId) {
  await write([...OWNED, "photos", "bundles"], async (stores) => {
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
    for (const vault of await asked(stores.vaults.getAll())) stores.vaults.put({ ...vault, pin: null, isCurrent: false });
    await removePhotosOf(stores, await asked(stores.drafts.getAllKeys()));
    for (const name of ["drafts", "bundles", "received"]) stores[name].clear();
  });
}

// Hands what is left to the server, then empties the device. Returns whether it is empty.
export async function rescue(sealedFile) {
  const { blob, count } = sealedFile ?? (await exported());
  if (count > 0) {
    const answer = await session();
    if (!answer.signed_in) return false;
    try {
      const outcome = await ask("POST", "sealed", { bytes: await blob.arrayBuffer(), timeout: 120_000 });
      if (outcome.stored + outcome.known + outcome.conflicts < count) return false; // not all of it was taken
    } catch (error) {
      if (error instanceof Permanent) return false;
      throw error;
    }
  }
  await write([...OWNED, "photos", "bundles"], (stores) => {
    for (const name of [...OWNED, "photos", "bundles"]) stores[name].clear();
  });
  return true;
}

// Offline the session at the server cannot be ended: it is noted, and done at the next contact before anything else.
export const oweSignOut = (personId) => remember("owesSignOut", personId);
export const owesSignOut = () => get("meta", "owesSignOut");
export const paidSignOut = () => write(["meta"], ({ meta }) => void meta.delete("owesSignOut"));

