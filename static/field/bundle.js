// What the person takes along: their hamlets and what is known there, sealed under their data key.
import { all, asked, get, put, write } from "./store.js";
import { ask, errand, Offline, session, SignedOut } from "./http.js";
import { localRows } from "./queue.js";
import { current, Refused, sealJson, unsealJson } from "./vault.js";

const KEPT = 30 * 24 * 3600 * 1000; // ms without a word from the server
let opened = null;
export const bundle = () => opened;
export function close() {
  opened = null;
}

// What a phone that nobody heard of for so long still knows about others is no use to its person: the bundle leaves, what was
// entered here stays. An older row does not say when the server was heard from; it counts from now.
export async function sweep(now = Date.now()) {
  for (const row of await all("bundles")) {
    if (row.heardAt === undefined) await put("bundles", { ...row, heardAt: now });
    else if (now - row.heardAt > KEPT) await forget(row.person);
  }
}

export async function forget(personId) {
  await write(["bundles"], ({ bundles }) => void bundles.delete(personId));
  if (current()?.person.id === personId) close();
}

// The server still lets the open person send.
export async function heard() {
  const id = current()?.person.id;
  await write(["bundles"], async ({ bundles }) => {
    const row = await asked(bundles.get(id ?? 0));
    if (row) bundles.put({ ...row, heardAt: Date.now() });
  });
}

// From the disk, after unlocking.
export async function open() {
  await sweep();
  const { person, vault, key } = current();
  const row = await get("bundles", person.id);
  opened = row && row.vault === vault ? await unsealJson(key, row.box, "bundle", person.id) : null;
}

// Asks the server as the open person. Throws Offline, SignedOut, Refused.
export async function refresh(hamletIds) {
  const { person, vault, key } = current();
  const wanted = hamletIds ?? opened?.hamlets.map((hamlet) => hamlet.id) ?? [];
  const query = wanted.length ? `?hamlets=${wanted.join(",")}` : "";
  const fresh = await errand(async () => {
    const answer = await session();
    if (!answer.signed_in) throw new SignedOut();
    if (answer.person.id !== person.id) throw new Refused(`Đang đăng nhập bằng tên ${answer.person.name}. Hãy đăng nhập đúng tên bạn.`);
    return ask("GET", `bundle${query}`, { timeout: 60_000 });
  });
  if (!Array.isArray(fresh.households)) throw new Offline();
  delete fresh.csrf; // of one session, not to be kept
  const box = await sealJson(key, fresh, "bundle", person.id);
  if (current()?.vault !== vault) return null; // locked in the meantime
  await put("bundles", { person: person.id, vault, stamp: fresh.stamp, heardAt: Date.now(), box });
  opened = fresh;
  return fresh;
}

// Whether the server has something newer than what is here.
export const isOld = (stamp) => Boolean(stamp) && stamp !== opened?.stamp;

// The households of a hamlet for the lists: the bundle's, under what was entered or received since.
export async function localHouseholds(hamletId) {
  const rows = new Map((opened?.households ?? []).map((row) => [row.record, row]));
  const madeAt = opened ? new Date(opened.made_at) : new Date(0);
  for (const [record, row] of await localRows(madeAt)) rows.set(record, { ...rows.get(record), ...row });
  return [...rows.values()].filter((row) => row.hamlet === hamletId).sort((a, b) => a.name.localeCompare(b.name, "vi"));
}

