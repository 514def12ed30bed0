// The rules of what is typed, the same as the server's. Each answers {value} or {error} with what to do.

import { MOST, tooMuch } from "./limits.js";
import { squeeze } from "./words.js";

// What the server takes for a phone, and never more: a number refused there has been asked for in vain.
const MOBILE = /^0(?:(?:3[2-9]|5[689]|7[06-9]|8[1-8]|9[0-8])\d|52[238]|559|89[6-9]|99[013-9])\d{6}$/;
const LANDLINE = /^02(?:0[3-9]|1[0-689]|2[0-25-9]|[38][2-9]|4[2-8]|5[124-9]|6[0-39]|7[0-7]|9[0-4679])\d{7}$/;
// The eleven-digit mobile numbers of before 2018: the old beginning without 0 → the new one, the same as core/kit/phones.py.
const BEFORE_2018 = {
  162: "32", 163: "33", 164: "34", 165: "35", 166: "36", 167: "37", 168: "38", 169: "39",
  120: "70", 121: "79", 122: "77", 126: "76", 128: "78",
  123: "83", 124: "84", 125: "85", 127: "81", 129: "82",
  186: "56", 188: "58", 199: "59",
};
const OLD_MOBILE = new RegExp(`^(?:\\+?84|0?)(${Object.keys(BEFORE_2018).join("|")})(\\d{7})$`);
const HECTARE = 10_000;
export const UNITS = [
  { code: "ha", label: "ha", short: "ha", m2: HECTARE },
  { code: "sao", label: "sào (1.000 m²)", short: "sào", m2: 1_000 },
  { code: "m2", label: "m²", short: "m²", m2: 1 },
];
const LARGEST = 10_000_000; // m²: a thousand hectares are no household's

/** A Vietnamese phone as people write it ("0912 345 678", "84912345678", "912345678", "0168 234 5678") → "0912345678";
 * `old`: {from, to}, the beginnings, when it was one of before 2018. */
export function phone(written) {
  let digits = written.replace(/[^\d+]/g, "");
  const [, old, rest] = OLD_MOBILE.exec(digits) ?? [];
  if (old) return { value: `0${BEFORE_2018[old]}${rest}`, old: { from: `0${old}`, to: `0${BEFORE_2018[old]}` } };
  digits = digits.replace(/^(?:\+|00)?84(?=\d{9,10}$)/, "0");
  if (/^(?:[35789]\d{8}|2\d{9})$/.test(digits)) digits = `0${digits}`;
  if (MOBILE.test(digits) || LANDLINE.test(digits)) return { value: digits };
  return { error: "Số này chưa đúng. Hãy gõ đủ 10 số, ví dụ 0912 345 678." };
}

/** "0912 345 678" */
export function spaced(digits) {
  return digits.replace(/^(\d{4})(\d{3})(\d{3})$/, "$1 $2 $3");
}

/** A name that is more than invisible signs. */
export function name(written) {
  const value = squeeze(written ?? "");
  if (!value) return { error: "Hãy ghi họ tên chủ hộ." };
  if (value.length > MOST.name) return { error: tooMuch("name", value.length) };
  return { value };
}

/** A number as written here: "1.500" is one thousand five hundred, "1,5" and "1.5" are one and a half; NaN when none. */
export function decimal(written) {
  const text = written.trim().replace(/\s/g, "");
  if (/^\d{1,3}(\.\d{3})+(,\d+)?$/.test(text)) return Number(text.replace(/\./g, "").replace(",", "."));
  return /^\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** Square metres of a written area; nothing written is null. */
export function area(written, unit) {
  if (!written?.trim()) return { value: null };
  const value = Math.round(decimal(written) * UNITS.find((each) => each.code === unit).m2);
  if (!(value > 0)) return { error: "Diện tích phải là số lớn hơn 0, ví dụ 1,5. Chưa rõ thì bỏ trống." };
  if (value > LARGEST) return { error: "Diện tích này lớn quá một hộ. Hãy xem lại số và đơn vị." };
  return { value };
}

/** A whole number of animals; nothing written is null. */
export function heads(written) {
  if (!written?.trim()) return { value: null };
  const value = decimal(written);
  if (!Number.isInteger(value) || value <= 0 || value > 10_000_000) {
    return { error: "Số con phải là số tròn lớn hơn 0, ví dụ 40. Chưa rõ thì bỏ trống." };
  }
  return { value };
}

/** A year of birth between the limits (the youngest is sixteen); nothing written is null. */
export function birthYear(written, [first, last]) {
  if (!written?.trim()) return { value: null };
  const value = Number(written.trim());
  if (!Number.isInteger(value) || value < first) return { error: "Năm sinh gồm 4 chữ số, ví dụ 1970." };
  if (value > last) return { error: `Chủ hộ phải từ 16 tuổi, sinh năm ${last} trở về trước. Hãy xem lại.` };
  return { value };
}

/** Twelve digits, or nothing. */
export function personalId(written) {
  const value = (written ?? "").replace(/[\s.-]/g, "");
  if (!value || /^\d{12}$/.test(value)) return { value };
  return { error: "Số định danh cá nhân có 12 chữ số. Hãy xem lại trên thẻ căn cước." };
}

/** Ten or twelve digits, or ten with a branch of three; or nothing. */
export function taxCode(written) {
  const value = (written ?? "").replace(/[\s.]/g, "");
  if (!value || /^\d{10}(\d{2}|-?\d{3})?$/.test(value)) return { value };
  return { error: "Mã số thuế có 10 hoặc 12 chữ số. Hãy xem lại." };
}

/** The address of a page on the web; nothing written is "". */
export function link(written) {
  const text = (written ?? "").trim();
  if (!text) return { value: "" };
  try {
    const url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
    const words = tooMuch("link", url.href.length);
    if (words) return { error: words };
    if (url.hostname.includes(".")) return { value: url.href };
  } catch {
    // said below
  }
  return { error: "Đường dẫn này chưa đúng. Hãy chép lại từ trang gian hàng, hoặc bỏ trống." };
}
