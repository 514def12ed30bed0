// Leaving a device: signing out, and being locked from afar. What the server does not hold is never thrown away in the clear
// sense of the word: it is exported first, or stays sealed to the server until it has been taken.
import { all, asked, get, remember, removeWhere, write } from "./store.js";
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
    for (const vault of await asked(stores.vaults.getAll())) stores.vaults.put({ ...vault, pin: null });
    await removePhotosOf(stores, await asked(stores.drafts.getAllKeys()));
    for (const name of ["drafts", "bundles", "received"]) stores[name].clear();
  });
}

async function forgetVault({ id, person }) {
  await write([...OWNED, "photos", "bundles"], async (stores) => {
    for (const row of await asked(stores.queue.index("person").getAll(person))) {
      if (row.vault !== id) continue;
      await removePhotosOf(stores, [row.submission]);
      stores.queue.delete(row.submission);
    }
    stores.vaults.delete(id);
  });
}

// Hands one person's part to the server. False when it was not taken whole: then it stays, sealed, for an officer.
async function handOver({ blob, count }) {
  if (count === 0) return true;
  const answer = await session();
  if (!answer.signed_in) return false;
  try {
    const outcome = await ask("POST", "sealed", { bytes: await blob.arrayBuffer(), timeout: 120_000 });
    return Array.isArray(outcome.refused) && outcome.refused.length === 0;
  } catch (error) {
    if (error instanceof Permanent) return false;
    throw error;
  }
}

// Empties a locked device, each vault once the server has what is in it. `files`: made while the app was still open, by
// vault; they carry its proof.
export async function rescue(files = new Map()) {
  for (const vault of await all("vaults")) {
    const file = files.get(vault.id) ?? (await exported({ personId: vault.person, vaultIds: new Set([vault.id]) }));
    if (await handOver(file)) await forgetVault(vault);
  }
}

// Offline the session at the server cannot be ended: it is noted, and done at the next contact before anything else.
export const oweSignOut = (personId) => remember("owesSignOut", personId);
export const owesSignOut = () => get("meta", "owesSignOut");
export const paidSignOut = () => write(["meta"], ({ meta }) => void meta.delete("owesSignOut"));

