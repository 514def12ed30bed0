// Talking to the server. An answer counts only when it is our JSON: a dropped line, a captive portal's page or a gateway's
// error page all mean "try again".
import { heard } from "./clock.js";
import { device, Refused } from "./vault.js";

export class Offline extends Error {
  constructor(message = "Chưa có mạng. Hãy thử lại khi có sóng.") {
    super(message);
  }
}
export class SignedOut extends Error {
  constructor(message = "Phiên đăng nhập đã hết. Hãy đăng nhập lại để gửi; vẫn ghi tiếp được.") {
    super(message);
  }
}
export class DeviceLocked extends Error {
  constructor(message = "Máy này đã bị khóa từ xa. Hãy hỏi cán bộ xã.") {
    super(message);
  }
}
// It may be right another time. `problem` is "offline" or "server"; `wait` in seconds is what the server asked for.
export class TryAgain extends Error {
  constructor(problem, wait = 0) {
    super(problem);
    this.problem = problem;
    this.wait = wait;
  }
}
// The server understood and will never take it. `code` is stable, the message a sentence.
export class Permanent extends Error {
  constructor(status, data) {
    super(data.message || "Máy chủ không nhận bản ghi này.");
    this.status = status;
    this.code = data.code || "";
    this.data = data;
  }
}

const BASE = "/api/v1/field/";
const SECONDS = 1000;
let token = "";
let contact = null;

export const csrf = () => token;
export const lastContact = () => contact;

function waitOf(answer) {
  const seconds = Number(answer.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}

async function fetched(method, path, { body, type, timeout }) {
  if (navigator.onLine === false) throw new TryAgain("offline");
  const { id } = await device(); // every call says which device it is: a lost one is answered nothing
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), timeout);
  const headers = { Accept: "application/json", "X-Field-Device": id };
  if (method !== "GET") headers["X-CSRFToken"] = token;
  if (body !== undefined) headers["Content-Type"] = type;
  const options = { method, headers, body, signal: stop.signal, cache: "no-store", credentials: "same-origin" };
  try {
    // A redirect is no answer of ours: some way-station wants something.
    const answer = await fetch(path, { ...options, redirect: "error" });
    return { answer, text: await answer.text() };
  } catch {
    throw new TryAgain(stop.signal.aborted ? "server" : "offline");
  } finally {
    clearTimeout(clock);
  }
}

function parsed(answer, text) {
  if (!(answer.headers.get("Content-Type") || "").includes("json")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// The JSON of a good answer. Throws TryAgain, SignedOut, DeviceLocked or Permanent.
export async function ask(method, path, { json, bytes, type = "application/json", timeout = 30 * SECONDS } = {}) {
  const body = json === undefined ? bytes : JSON.stringify(json);
  const { answer, text } = await fetched(method, BASE + path, { body, type, timeout });
  const data = parsed(answer, text);
  if (answer.status >= 500 || answer.status === 429 || data === null) throw new TryAgain("server", waitOf(answer));
  contact = new Date();
  if (answer.ok) return data;
  if (answer.status === 401) throw new SignedOut();
  if (answer.status === 403 && data.code === "device_locked") throw new DeviceLocked(data.message);
  throw new Permanent(answer.status, data);
}

// Who the server thinks we are: {signed_in, person, csrf, now}; `locked`: this device was reported lost; `stopped`: the id of
// the signed-in person if they may send nothing any more.
export async function session() {
  const data = await ask("GET", "session", { timeout: 15 * SECONDS });
  if (typeof data.signed_in !== "boolean") throw new TryAgain("server");
  token = data.csrf || "";
  heard(data.now);
  return data;
}

// For the person's own errands (enrolling, refreshing): words instead of codes.
export async function errand(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TryAgain) {
      throw new Offline(error.problem === "server" ? "Máy chủ chưa trả lời. Hãy thử lại sau ít phút." : undefined);
    }
    if (error instanceof Permanent) throw new Refused(error.message);
    throw error;
  }
}

// Ends the session at the server, after `session()`. The page it leads to does not matter.
export async function endSession() {
  const answer = await fetch("/dang-xuat/", {
    method: "POST",
    headers: { "X-CSRFToken": token },
    credentials: "same-origin",
    redirect: "manual",
  });
  if (answer.type !== "opaqueredirect" && !answer.ok) throw new TryAgain("server");
}
