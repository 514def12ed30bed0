// The sealed file: everything unsent, as it lies here encrypted, with each data key wrapped to the server's public key.
// Nobody but the server opens it, so it needs no PIN and may travel on any stick.
import { asked, read } from "./store.js";
import { bytesOf, current, device, fromBase64, sha256, toBase64, vaultsOf } from "./vault.js";
import { isUnsent } from "./queue.js";

async function macOf(secret, text) {
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", fromBase64(secret), how, false, ["sign"]);
  return toBase64(await crypto.subtle.sign("HMAC", key, bytesOf(text)));
}

// What is kept of one vault: [{kind, submission, sha256?, iv, data}], photos behind their submission.
async function recordsOf(vault, person) {
  const [rows, photos] = await read(["queue", "photos"], async (stores) => {
    const mine = (await asked(stores.queue.index("person").getAll(person))).filter(isUnsent);
    const kept = mine.filter((row) => row.vault === vault);
    const parts = await Promise.all(kept.map((row) => asked(stores.photos.index("holder").getAll(row.submission))));
    return [kept, parts];
  });
  return rows.flatMap((row, at) => [
    { kind: "submission", submission: row.submission, iv: row.box.iv, data: row.box.data },
    ...photos[at].map(({ sha256: digest, iv, data }) => ({
      kind: "photo", submission: row.submission, sha256: digest, iv, data,
    })),
  ]);
}

async function section(vault, deviceId, madeAt) {
  const records = await recordsOf(vault.id, vault.person);
  const me = current();
  let lines = "";
  for (const { kind, submission, data } of records) lines += `${kind}:${submission}:${await sha256(data)};`;
  const start = `lensan-file:1:${deviceId}:${vault.person}:${madeAt}:`;
  // Only the app that this person has opened can prove that the records are theirs.
  const mac = me?.person.id === vault.person ? await macOf(me.secret, start + lines) : "";
  const written = records.map((record) => ({ ...record, iv: toBase64(record.iv), data: toBase64(record.data) }));
  return { person: vault.person, key: vault.keyId, wrapped: vault.wrapped, records: written, mac };
}

// Everything unsent of a person (of everybody without `personId`): {blob, name, count}. `vaultIds`: only of these.
export async function exported({ personId, vaultIds } = {}) {
  const { id } = await device();
  const madeAt = new Date().toISOString();
  const people = [];
  for (const vault of await vaultsOf(personId)) {
    if (vaultIds && !vaultIds.has(vault.id)) continue;
    const part = await section(vault, id, madeAt);
    if (part.records.length) people.push(part);
  }
  const text = JSON.stringify({ v: 1, device: id, made_at: madeAt, people });
  const count = people.reduce((sum, part) => sum + part.records.filter((each) => each.kind === "submission").length, 0);
  const day = madeAt.slice(0, 16).replace(/[-:]/g, "").replace("T", "-");
  // Whoever empties the device afterwards removes these and no others.
  const submissions = new Set(people.flatMap((part) => part.records.map((each) => each.submission)));
  return { blob: new Blob([text], { type: "application/octet-stream" }), name: `len-san-${day}.lensan`, count, submissions };
}
