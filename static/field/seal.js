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

const MOST_BYTES = 18_000_000; // of the records in one file, in base64; the server reads 25 MB
const MOST_RECORDS = 1500;

// What is kept of one vault: for each submission [{kind, submission, sha256?, iv, data}], its photos behind it.
async function groupsOf(vault, person) {
  const [rows, photos] = await read(["queue", "photos"], async (stores) => {
    const mine = (await asked(stores.queue.index("person").getAll(person))).filter(isUnsent);
    const kept = mine.filter((row) => row.vault === vault);
    const parts = await Promise.all(kept.map((row) => asked(stores.photos.index("holder").getAll(row.submission))));
    return [kept, parts];
  });
  return rows.map((row, at) => [
    { kind: "submission", submission: row.submission, iv: row.box.iv, data: row.box.data },
    ...photos[at].map(({ sha256: digest, iv, data }) => ({
      kind: "photo", submission: row.submission, sha256: digest, iv, data,
    })),
  ]);
}

// A submission and its photos stay together; what is too much for one file goes into the next.
function portions(groups) {
  const found = [];
  let room = 0;
  for (const group of groups) {
    const size = group.reduce((sum, { data }) => sum + (data.byteLength * 4) / 3 + 300, 0);
    const last = found[found.length - 1];
    if (!last || size > room || last.length + group.length > MOST_RECORDS) {
      found.push([...group]);
      room = MOST_BYTES - size;
    } else {
      last.push(...group);
      room -= size;
    }
  }
  return found;
}

async function section(vault, records, deviceId, madeAt) {
  const me = current();
  let lines = "";
  for (const { kind, submission, data } of records) lines += `${kind}:${submission}:${await sha256(data)};`;
  const start = `lensan-file:1:${deviceId}:${vault.person}:${madeAt}:`;
  // Only the app that this person has opened can prove that the records are theirs.
  const mac = me?.person.id === vault.person ? await macOf(me.secret, start + lines) : "";
  const written = records.map((record) => ({ ...record, iv: toBase64(record.iv), data: toBase64(record.data) }));
  return { person: vault.person, key: vault.keyId, wrapped: vault.wrapped, records: written, mac };
}

// Everything unsent of a person (of everybody without `personId`): {files: [{blob, name}], blob, name, count}; blob and name
// are the first file's, mostly the only one. `vaultIds`: only of these.
export async function exported({ personId, vaultIds } = {}) {
  const { id } = await device();
  const madeAt = new Date().toISOString();
  const day = madeAt.slice(0, 16).replace(/[-:]/g, "").replace("T", "-");
  const files = [];
  const submissions = new Set(); // whoever empties the device afterwards removes these and no others
  let count = 0;
  let people = [];
  let size = 0;
  const close = () => {
    const text = JSON.stringify({ v: 1, device: id, made_at: madeAt, people });
    const name = `len-san-${day}${files.length ? `-${files.length + 1}` : ""}.lensan`;
    files.push({ blob: new Blob([text], { type: "application/octet-stream" }), name });
    people = [];
    size = 0;
  };
  for (const vault of await vaultsOf(personId)) {
    if (vaultIds && !vaultIds.has(vault.id)) continue;
    for (const records of portions(await groupsOf(vault.id, vault.person))) {
      const part = await section(vault, records, id, madeAt);
      const weight = part.records.reduce((sum, { data }) => sum + data.length + 300, 0);
      if (people.length && size + weight > MOST_BYTES) close();
      people.push(part);
      size += weight;
      for (const { submission } of records) submissions.add(submission);
      count += part.records.filter((each) => each.kind === "submission").length;
    }
  }
  if (people.length || !files.length) close();
  return { files, ...files[0], count, submissions };
}
