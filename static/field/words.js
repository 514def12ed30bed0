// How the app says names, times, sizes and states.

const DAY = 86_400_000;

/** Lower case without Vietnamese marks: the same for what is typed and what is searched. */
export function fold(text) {
  return text
    .replace(/[đĐ]/g, "d")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/** NFC, no invisible signs, single spaces, none at the ends: how the register keeps a name. */
export function squeeze(text) {
  return text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .replace(/ +/g, " ")
    .trim();
}

// Asia/Ho_Chi_Minh, whatever the phone is set to: seven hours before UTC the whole year. Read with getUTC… only.
const AHEAD = 7 * 3_600_000;
const here = (value) => new Date(new Date(value).getTime() + AHEAD);
const dayNumber = (value) => Math.floor((new Date(value).getTime() + AHEAD) / DAY);
const two = (number) => String(number).padStart(2, "0");

/** "hôm nay 09:12", "hôm qua 17:40", then "20/11/2026 17:40". */
export function moment(value) {
  const date = here(value);
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  const days = dayNumber(Date.now()) - dayNumber(value);
  if (days === 0) return `hôm nay ${clock}`;
  if (days === 1) return `hôm qua ${clock}`;
  return `${day(value)} ${clock}`;
}

/** "20/11/2026". */
export function day(value) {
  const date = here(value);
  return `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}/${date.getUTCFullYear()}`;
}

/** "2026-11-22T17:40" for a field of date and time. */
export function forInput(date) {
  return here(date).toISOString().slice(0, 16);
}

/** The moment that such a field says; an invalid date when it says none. */
export function fromInput(text) {
  return new Date(`${text.slice(0, 16)}:00+07:00`);
}

/** "1.500": thousands with a dot, decimals with a comma. */
export function number(value) {
  return value.toLocaleString("vi-VN", { maximumFractionDigits: 4 });
}

/** "1,5 ha" or "800 m²". */
export function area(squareMetres) {
  return squareMetres >= 10_000 ? `${number(squareMetres / 10_000)} ha` : `${number(squareMetres)} m²`;
}

/** One line of production as a person says it: "điều, 1,5 ha, tháng 2–4". */
export function productionWords(line, kinds = []) {
  const kind = kinds.find((each) => each.code === line.kind)?.label ?? "";
  const size = line.area_m2 ? area(line.area_m2) : line.heads ? `${number(line.heads)} con` : line.scale;
  return [line.goods || kind.toLowerCase(), size, line.season].filter(Boolean).join(", ");
}

/** The label of a code in a list of {code, label}. */
export function label(list, code) {
  return list?.find((each) => each.code === code)?.label ?? "";
}

/** A remark as a sentence: first letter large, one full stop. */
export function sentence(text) {
  return `${capital(text.trim()).replace(/[.…]+$/, "")}.`;
}

/** First letter large. */
export function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : text;
}

/** What the header says about this phone's queue: {tone, icon, words}. */
export function unsentWords(unsent) {
  if (!unsent.count) return { tone: "good", icon: "check", words: "Đã gửi hết" };
  const since = unsent.since ? `, từ ${moment(unsent.since)}` : "";
  return { tone: "warn", icon: "unsent", words: `${number(unsent.count)} chưa gửi${since}` };
}

/** What the header says about the line to the server; "" when there is nothing to say. */
export function connectionWords(connection) {
  if (connection.problem === "device_locked") return "Máy này đã bị khóa từ xa.";
  if (connection.problem === "signed_out" || (connection.online && connection.signedIn === false)) {
    return "Đăng nhập lại để gửi; cứ ghi tiếp được.";
  }
  if (!connection.online || connection.problem === "offline") return "Không có mạng: cứ ghi tiếp.";
  if (connection.problem === "other_person") return ""; // said with the name
  if (connection.problem === "server") return "Máy chủ đang bận: máy sẽ tự gửi lại, cứ ghi tiếp.";
  if (connection.sending) {
    const { done = 0, total = 0 } = connection.progress ?? {};
    return total ? `Đang gửi ${done}/${total}…` : "Đang gửi…";
  }
  return "";
}
