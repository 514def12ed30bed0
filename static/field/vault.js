// Whose data this is, and what opens it. Every person has a random data key (AES-256-GCM). It is wrapped twice: under a
// key made from the PIN, and to the server's public key, so that a forgotten PIN loses nothing. A vault is one such key;
// a person who forgot the PIN gets a new vault, the old one stays until the server holds what is in it.
import { all, asked, get, read, where, write } from "./store.js";

export const ROUNDS = 600_000;
const FREE_TRIES = 5;
const MAX_TRIES = 10;
const FIRST_WAIT = 30; // seconds

export class WrongPin extends Error {
  constructor(triesLeft, waitSeconds) {
    super(
      triesLeft === 0
        ? "Mã PIN đã bị khóa trên máy này. Hãy xuất tệp hoặc đăng nhập rồi đặt mã mới."
        : waitSeconds > 0
          ? `Mã PIN chưa đúng. Hãy đợi ${waitSeconds} giây rồi thử lại.`
          : "Mã PIN chưa đúng. Hãy thử lại.",
    );
    this.triesLeft = triesLeft;
    this.waitSeconds = waitSeconds;
  }
}
export class Refused extends Error {}
// Another tab signed out or locked the device: nothing can be kept under this key any more.
export class Closed extends Error {
  constructor() {
    super("Máy đã được đăng xuất hoặc khóa ở cửa sổ khác, nên chưa lưu được. Hãy mở khóa rồi ghi lại.");
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const bytesOf = (text) => encoder.encode(text);
export const textOf = (bytes) => decoder.decode(bytes);

export function toBase64(bytes) {
  const view = new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < view.length; at += 0x8000) text += String.fromCharCode(...view.subarray(at, at + 0x8000));
  return btoa(text);
}

export const fromBase64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // Safari before 15.4
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The same rules as the server's own PINs: six digits, not the first ones somebody would try.
export function checkPin(pin) {
  if (!/^[0-9]{6}$/.test(pin)) throw new Refused("Mã PIN gồm đúng 6 chữ số.");
  const steps = new Set(Array.from(pin.slice(1), (digit, at) => Number(digit) - Number(pin[at])));
  const isRow = steps.size === 1 && (steps.has(1) || steps.has(-1));
  if (new Set(pin).size <= 2 || isRow) throw new Refused("Mã PIN này dễ đoán quá. Hãy chọn 6 chữ số khác.");
}

const AES = "AES-GCM";
const aad = (what, id) => encoder.encode(`lensan:1:${what}:${id}`);

// `what` and `id` are bound to the sealed bytes: a row cannot be put in another's place.
export async function seal(key, bytes, what, id) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: AES, iv, additionalData: aad(what, id) }, key, bytes) };
}

export const unseal = (key, box, what, id) =>
  crypto.subtle.decrypt({ name: AES, iv: box.iv, additionalData: aad(what, id) }, key, box.data);

export const sealJson = (key, value, what, id) => seal(key, bytesOf(JSON.stringify(value)), what, id);
export const unsealJson = async (key, box, what, id) => JSON.parse(textOf(await unseal(key, box, what, id)));

async function pinKey(pin, salt, rounds) {
  const material = await crypto.subtle.importKey("raw", bytesOf(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, material, { name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
}

const dataKey = (raw) => crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);

// The device's id, and the key that hides its people's names on the disk (it cannot leave the browser).
export async function device() {
  const [id, key] = await read(["meta"], ({ meta }) =>
    Promise.all([asked(meta.get("device")), asked(meta.get("deviceKey"))]),
  );
  if (id && key) return { id, key };
  const fresh = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
  return write(["meta"], async ({ meta }) => {
    const there = { id: await asked(meta.get("device")), key: await asked(meta.get("deviceKey")) };
    if (there.id && there.key) return there; // another tab was faster
    const made = { id: there.id ?? newId(), key: fresh };
    meta.put(made.id, "device");
    meta.put(made.key, "deviceKey");
    return made;
  });
}

// Inside a step over "vaults" and "meta": the vault is still there. What is written under a key that is gone could never be
// read again, by nobody. Throws Closed, which undoes the step.
export async function mustStand({ vaults, meta }, id) {
  if (!(await asked(vaults.count(id))) || (await asked(meta.get("isLocked")))) throw new Closed();
}

let opened = null; // {person: {id, name}, vault, key, secret}
export const current = () => opened;
export function close() {
  opened = null;
}

// Who has a vault here; `hasPin`: their PIN still opens it. [{id, name, hasPin}].
export async function people() {
  const { key } = await device();
  const rows = (await all("vaults")).filter((row) => row.isCurrent);
  return Promise.all(
    rows.map(async (row) => ({ id: row.person, name: textOf(await unseal(key, row.name, "name", row.id)), hasPin: Boolean(row.pin) })),
  );
}

async function wrapForServer(raw, spki) {
  const how = { name: "RSA-OAEP", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("spki", fromBase64(spki), how, false, ["encrypt"]);
  return toBase64(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, key, raw));
}

// A new vault for `person` {id, name}; `secret` (base64) and `serverKey` {id, public} come from the server.
export async function found({ person, pin, secret, serverKey }) {
  checkPin(pin);
  const { key: nameKey } = await device();
  const id = newId();
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await dataKey(raw);
  const row = {
    id,
    person: person.id,
    isCurrent: true,
    name: await seal(nameKey, bytesOf(person.name), "name", id),
    salt,
    rounds: ROUNDS,
    pin: await seal(await pinKey(pin, salt, ROUNDS), raw, "vault", id),
    keyId: serverKey.id,
    wrapped: await wrapForServer(raw, serverKey.public),
    secret: await seal(key, bytesOf(secret), "secret", id),
    tries: 0,
    waitUntil: 0,
  };
  raw.fill(0);
  await write(["vaults", "meta"], async ({ vaults, meta }) => {
    for (const earlier of await asked(vaults.index("person").getAll(person.id))) {
      vaults.put({ ...earlier, isCurrent: false, pin: null });
    }
    vaults.put(row);
    meta.delete("isLocked");
  });
  opened = { person, vault: id, key, secret };
}

// Counts the try on the disk before looking at the PIN, so that a browser killed in between has counted it.
async function countTry(personId) {
  return write(["vaults"], async ({ vaults }) => {
    const rows = await asked(vaults.index("person").getAll(personId));
    const row = rows.find((each) => each.isCurrent);
    if (!row?.pin) throw new WrongPin(0, 0);
    const wait = Math.ceil((row.waitUntil - Date.now()) / 1000);
    if (wait > 0) throw new WrongPin(MAX_TRIES - row.tries, wait);
    const tries = row.tries + 1;
    const seconds = tries < FREE_TRIES ? 0 : FIRST_WAIT * 2 ** (tries - FREE_TRIES);
    const counted = { ...row, tries, waitUntil: seconds ? Date.now() + seconds * 1000 : 0 };
    vaults.put(counted);
    return counted;
  });
}

async function change(id, changes) {
  await write(["vaults"], async ({ vaults }) => {
    const row = await asked(vaults.get(id));
    if (row) vaults.put({ ...row, ...changes });
  });
}

// Opens a person's vault. Throws WrongPin; the tenth wrong one ends the PIN.
export async function open(personId, pin) {
  const row = await countTry(personId);
  let raw;
  try {
    raw = new Uint8Array(await unseal(await pinKey(pin, row.salt, row.rounds), row.pin, "vault", row.id));
  } catch {
    const isOver = row.tries >= MAX_TRIES;
    if (isOver) await change(row.id, { pin: null });
    const seconds = isOver ? 0 : Math.max(0, Math.ceil((row.waitUntil - Date.now()) / 1000));
    throw new WrongPin(MAX_TRIES - row.tries, seconds);
  }
  const key = await dataKey(raw);
  raw.fill(0);
  await change(row.id, { tries: 0, waitUntil: 0 });
  const { key: nameKey } = await device();
  const name = textOf(await unseal(nameKey, row.name, "name", row.id));
  const secret = textOf(await unseal(key, row.secret, "secret", row.id));
  opened = { person: { id: personId, name }, vault: row.id, key, secret };
  return opened.person;
}

// Every vault of these people (of all without `personId`), those that only the server can open too.
export const vaultsOf = (personId) => (personId === undefined ? all("vaults") : where("vaults", "person", personId));

// The PIN opens nothing any more; what is sealed to the server stays.
export async function endPin(personId) {
  for (const row of await vaultsOf(personId)) await change(row.id, { pin: null });
  if (opened && (personId === undefined || opened.person.id === personId)) close();
}

// Whether this person has a PIN here that still opens something.
export const canBeOpened = async (personId) => (await vaultsOf(personId)).some((row) => row.isCurrent && row.pin);

export const isLockedDevice = async () => Boolean(await get("meta", "isLocked"));
