// The answers at a door as they are typed (kept under `values._`), and what goes into the register of them. No screen here.

import * as check from "./check.js";
import { squeeze } from "./words.js";

const blank = () => ({
  name: "", phone_owner: "", phone: "", lines: [emptyLine()], registered: null, selling_name: "",
  bank: null, wallet: null, identity: null, qr: null, birth_year: "", sex: "", opening: false, personal_id: "", tax_code: "",
  ask_consent: true, consents: {}, means: "", shops: [],
});

/** A line of production nobody has said anything about yet. */
export function emptyLine() {
  return { kind: "", goods: "", size: "", unit: "ha", heads: "", season: "", scale: "" };
}

/** Of a household nobody has met; `name` is what was searched for and not found. */
export function firstValues(hamlet, name = "") {
  return { hamlet, _name: squeeze(name), _: { ...blank(), name: squeeze(name) } };
}

/** Of a household on the list: what this phone knows of it. */
export function seenValues(household) {
  const lines = household.production.map((line) => ({
    ...emptyLine(), kind: line.kind, goods: line.goods, heads: line.heads ? String(line.heads) : "", season: line.season, scale: line.scale,
    ...(line.area_m2 ? sized(line.area_m2) : {}),
  }));
  return {
    _name: household.name,
    _: {
      ...blank(), name: household.name, phone_owner: household.phone_owner, known_end: household.phone_end, known_owner: household.phone_owner,
      lines: lines.length ? lines : [emptyLine()], registered: household.has_business_registration, ask_consent: false,
      known_shops: household.accounts ?? [],
    },
  };
}

function sized(squareMetres) {
  const unit = squareMetres % 1000 === 0 ? "ha" : "m2";
  return { unit, size: String(unit === "ha" ? squareMetres / 10_000 : squareMetres).replace(".", ",") };
}

/** How a kind of production is measured: "area", "heads" or "words". */
export function measureOf(kind, kinds) {
  return kinds.find((each) => each.code === kind)?.measure ?? "words";
}

// Each step's rule: {field: what to do} for what is not right yet.

const nameErrors = (said) => errorsOf({ name: check.name(said.name) });

function phoneErrors(said) {
  if (!said.phone_owner || said.phone_owner === "unknown") return { phone_owner: "Hãy chọn một câu trả lời." };
  const keeps = !said.phone.trim() && said.known_end && said.known_owner === said.phone_owner;
  return said.phone_owner === "none" || keeps ? {} : errorsOf({ phone: check.phone(said.phone) });
}

function productionErrors(said, kinds) {
  const errors = {};
  const seen = new Set();
  said.lines.forEach((line, index) => {
    if (!line.kind) errors[`kind-${index}`] = "Hãy chọn nghề, hoặc bỏ dòng này.";
    const key = `${line.kind}:${squeeze(line.goods)}`;
    if (line.kind && seen.has(key)) errors[`goods-${index}`] = "Nghề và hàng này đã ghi ở trên. Hãy ghi hàng khác, hoặc bỏ dòng này.";
    seen.add(key);
    const measure = measureOf(line.kind, kinds);
    if (measure === "area") Object.assign(errors, errorsOf({ [`size-${index}`]: check.area(line.size, line.unit) }));
    if (measure === "heads") Object.assign(errors, errorsOf({ [`heads-${index}`]: check.heads(line.heads) }));
  });
  return errors;
}

function personErrors(said, held) {
  const asked = { birth_year: check.birthYear(said.birth_year, held.limits.birth_year) };
  if (said.opening) Object.assign(asked, { personal_id: check.personalId(said.personal_id), tax_code: check.taxCode(said.tax_code) });
  return errorsOf(asked);
}

function shopErrors(said) {
  const errors = {};
  said.shops.forEach((shop, index) => {
    if (!shop.platform) errors[`platform-${index}`] = "Hãy chọn sàn, hoặc bỏ dòng này.";
    else if (said.shops.findIndex((other) => other.platform === shop.platform) < index) errors[`platform-${index}`] = "Sàn này đã ghi ở trên. Hãy bỏ bớt một dòng.";
    Object.assign(errors, errorsOf({ [`link-${index}`]: check.link(shop.link) }));
  });
  return errors;
}

/** Step → what is wrong there. */
export const RULES = {
  name: nameErrors,
  phone: phoneErrors,
  production: (said, held) => productionErrors(said, held.production),
  business: (said) => (said.registered === null ? { registered: "Hãy chọn Có hoặc Chưa." } : {}),
  ready: () => ({}),
  person: personErrors,
  consent: (said) => (said.ask_consent && !said.means ? { means: "Hãy chọn hộ trả lời bằng cách nào." } : {}),
  photos: () => ({}),
  shops: shopErrors,
};

/** For an edit, what was never asked does not stand in the way. */
export function errorsAt(step, draft, held) {
  const said = draft.values._;
  if (draft.op === "edit") {
    if (step === "phone" && said.phone_owner === "unknown" && said.known_owner === "unknown" && !said.phone.trim()) return {};
    if (step === "business" && said.registered === null) return {};
    if (step === "production" && said.lines.length === 1 && isEmpty(said.lines[0])) return {};
  }
  return RULES[step](said, held);
}

function errorsOf(results) {
  return Object.fromEntries(Object.entries(results).filter(([, result]) => result.error).map(([field, { error }]) => [field, error]));
}

const isEmpty = (line) => !line.kind && !line.goods.trim();

/** One line as the register keeps it: area in square metres, heads of animals. The order of the fields is the bundle's. */
export function lineFacts(line, kinds) {
  const measure = measureOf(line.kind, kinds);
  return {
    kind: line.kind,
    goods: squeeze(line.goods),
    area_m2: measure === "area" ? check.area(line.size, line.unit).value ?? null : null,
    heads: measure === "heads" ? check.heads(line.heads).value ?? null : null,
    season: squeeze(line.season),
    scale: squeeze(line.scale),
  };
}

/** Such a line with its size as it was typed: "0,8 ha" is not read back as 8.000 m². */
export function typedLine(line, kinds) {
  const sizes = {
    area: line.size.trim() && `${squeeze(line.size)} ${check.UNITS.find((each) => each.code === line.unit).short}`,
    heads: line.heads.trim() && `${squeeze(line.heads)} con`,
    words: squeeze(line.scale),
  };
  return { ...lineFacts(line, kinds), area_m2: null, heads: null, scale: sizes[measureOf(line.kind, kinds)] };
}

/** What goes into the envelope; call only when no step has errors. */
export function envelopeValues(draft, held) {
  const said = draft.values._;
  const facts = {
    head_name: squeeze(said.name),
    phone_owner: said.phone_owner,
    production: said.lines.filter((line) => !isEmpty(line)).map((line) => lineFacts(line, held.production)),
    has_business_registration: said.registered,
    ...optionalFacts(said, held),
  };
  if (said.phone_owner === "none") facts.phone = "";
  else if (said.phone.trim()) facts.phone = check.phone(said.phone).value;
  const isAsked = said.ask_consent;
  return {
    facts,
    ...(draft.op === "create" ? { selling_name: squeeze(said.selling_name) } : {}),
    ...(isAsked ? { consents: consentsOf(said, held), means: said.means, notice: held.notice.version } : {}),
    accounts: said.shops.map((shop) => ({ platform: shop.platform, link: check.link(shop.link).value, seller_id: "" })),
  };
}

/** Every asked purpose is answered: a box that was not ticked is a no. */
function consentsOf(said, held) {
  return Object.fromEntries(held.purposes.map((purpose) => [purpose.code, said.consents[purpose.code] === true]));
}

/** Only what was said: an answer nobody gave is left out, not sent as no. */
function optionalFacts(said, held) {
  const facts = {
    has_bank_account: said.bank, has_e_wallet: said.wallet, has_e_identity: said.identity, has_payment_qr: said.qr,
    birth_year: check.birthYear(said.birth_year, held.limits.birth_year).value ?? null, sex: said.sex,
    personal_id: said.opening ? check.personalId(said.personal_id).value : "", tax_code: said.opening ? check.taxCode(said.tax_code).value : "",
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null && value !== "" && value !== undefined));
}
