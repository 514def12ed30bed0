// From what the screens filled in to what the server takes, and to what the lists show in the meantime.

import { Refused } from "./vault.js";

// Which form of each kind this code fills in. The label goes into the draft at its start: an app that has learned a newer
// form still finishes an older draft as what it is. A new form is one more line in BODIES; the old one stays.
export const FORMS = { household: "household/1", visit: "visit/1", session: "session/1" };

// "2026-11-22T17:40:00+07:00" by this device's clock and zone.
export function stamp(date = new Date()) {
  const minutes = -date.getTimezoneOffset();
  const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  const here = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  return `${here}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

const said = (value) => value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && !value.length);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Only what changed, and what stood there before.
function changes(draft) {
  const facts = {};
  const was = {};
  for (const [name, value] of Object.entries(draft.values.facts ?? {})) {
    if (name in draft.was ? same(value, draft.was[name]) : !said(value)) continue;
    facts[name] = value;
    if (name in draft.was) was[name] = draft.was[name];
  }
  return { facts, was };
}

function household(draft, values) {
  const { facts, was } = draft.op === "edit" ? changes(draft) : { facts: values.facts ?? {}, was: {} };
  return { ...values, facts, was, photos: draft.photos.map((photo) => photo.sha256) };
}

const visit = (draft, values, now) => ({ household: null, taught: [], note: "", ...values, visited_at: values.visited_at || now });

const session = (draft, values, now) => ({
  topics: [], households: [], others: 0, note: "", ...values, held_at: values.held_at || now,
});

const BODIES = { "household/1": household, "visit/1": visit, "session/1": session };

function bodyOf(draft, form, now) {
  const make = BODIES[form];
  if (!make) throw new Refused("Phiếu này do bản mới hơn của ứng dụng ghi. Hãy cập nhật ứng dụng rồi lưu.");
  const values = Object.fromEntries(Object.entries(draft.values).filter(([name]) => !name.startsWith("_")));
  delete values.hamlet;
  return make(draft, values, now);
}

export function titleOf(draft) {
  const name = draft.values.facts?.head_name || draft.values._name || "";
  if (draft.kind === "visit") return name ? `Đến nhà ${name}` : "Lượt đến nhà";
  if (draft.kind === "session") return "Buổi tập huấn";
  return name || "Hộ chưa ghi tên";
}

// The household as the lists show it until the server says it better.
export function localRow(draft) {
  if (draft.kind !== "household") return null;
  const facts = draft.values.facts ?? {};
  const base = draft.values._row ?? { number: null, version: 0, accounts: [], follow_ups: [], last_visit: null };
  const accounts = (draft.values.accounts ?? []).map(({ platform }) => ({ platform, state: "claimed", words: "hộ nói đã có" }));
  return {
    ...base,
    record: draft.record,
    hamlet: draft.values.hamlet,
    name: facts.head_name ?? base.name ?? "",
    phone_end: facts.phone ? facts.phone.replace(/\D/g, "").slice(-3) : (base.phone_end ?? ""),
    phone_owner: facts.phone_owner ?? base.phone_owner ?? "unknown",
    production: facts.production ?? base.production ?? [],
    has_business_registration: facts.has_business_registration ?? base.has_business_registration ?? null,
    accounts: [...base.accounts, ...accounts],
  };
}

// The envelope as the protocol of the intake has it; whoever calls makes bytes of it once.
export function envelope(draft, sequence, { person, device }) {
  const now = stamp();
  const form = draft.form ?? `${draft.kind}/1`; // drafts of the first version did not say
  return {
    v: 1,
    submission: draft.id,
    record: draft.record,
    kind: draft.kind,
    form,
    op: draft.op,
    sequence,
    device,
    hamlet: draft.values.hamlet,
    entered_by: person,
    entered_at: now,
    ...bodyOf(draft, form, now),
  };
}
