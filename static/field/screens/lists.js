// What waits on this phone, and what has arrived.

import { connection, dropRefused, exportSealed, queue, received, reviseRefused, syncNow, tryAgain, unsent } from "../engine.js";
import { fill, h } from "../dom.js";
import { button, buttonLink, empty, longList, offerFile, row, status } from "../parts.js";
import { go, route } from "../router.js";
import { connectionWords, moment } from "../words.js";
import { keep } from "../keeping.js";
import { PATHS } from "./home.js";
import { beginEdit, householdOf } from "./household.js";

const STATES = {
  waiting: ["wait", "Chờ gửi."],
  sending: ["wait", "Đang gửi."],
  refused: ["bad", "Chưa được nhận."],
  conflict: ["warn", "Máy chủ đã có bản khác của phiếu này; cán bộ xã sẽ xem cả hai, bạn không cần làm gì."],
};

route("/chua-gui", async () => {
  const list = h("div", {});
  const said = h("div", { role: "status", class: "said" });
  const send = button("Gửi ngay", async () => {
    fill(said, status("wait", "Đang gửi…", { word: "" }));
    try {
      await syncNow();
    } catch {
      // the line says below how it stands
    }
    await draw();
    const words = connectionWords(connection());
    const left = unsent().count;
    if (!left) fill(said, status("good", "Đã gửi hết.", { word: "" }));
    else fill(said, status("info", words || "Máy sẽ tự gửi tiếp.", { word: "" }));
  }, { wide: true, symbol: "sync" });
  const draw = async () => {
    const items = await queue();
    send.hidden = !items.some((item) => item.state !== "conflict");
    fill(list, items.length ? [longList(items, (item) => line(item, draw)), taken()] : empty("Đã gửi hết. Không còn phiếu nào trên máy này.", buttonLink("Xem phiếu đã nhận", "#/da-nhan")));
  };
  await draw();
  follow(draw, list);
  return {
    title: "Phiếu chưa gửi",
    lead: "Phiếu nằm an toàn trên máy này và tự gửi khi có mạng.",
    body: [
      send,
      said,
      h("div", { class: "apart" }, list),
    ],
  };
});

const taken = () => h("div", { class: "stack apart" }, buttonLink("Phiếu đã nhận", "#/da-nhan", { kind: "quiet", wide: true, symbol: "check" }));

function line(item, draw) {
  const [tone, words] = STATES[item.state] ?? STATES.waiting;
  const photos = item.photosLeft ? ` Còn ${item.photosLeft} ảnh.` : "";
  return row({
    title: item.title,
    meta: `Ghi ${moment(item.enteredAt)}`,
    marks: [status(tone, `${words}${item.state === "refused" ? "" : photos} ${item.message ?? ""}`.trim(), { word: "" })],
    actions: actionsOf(item, draw),
  });
}

function actionsOf(item, draw) {
  if (item.state === "conflict") return [noted(item, draw)];
  if (item.state !== "refused") return [];
  return [item.canRevise ? revise(item, draw) : again(item, draw), refusedButton(item, draw)];
}

/** What stands in it is not taken: it is opened again as it was typed, put right, and sent anew. */
function revise(item, draw) {
  return button("Sửa và gửi lại", async () => {
    const draft = await reviseRefused(item.submission);
    if (!draft) return draw();
    if (draft.kind === "household") draft.step = "summary";
    keep(draft);
    return go(`${PATHS[draft.kind]}/${draft.id}`);
  }, { symbol: "edit" });
}

/** The commune has both texts; the person has read it. */
function noted(item, draw) {
  return button("Đã đọc, bỏ khỏi danh sách", async () => {
    await dropRefused(item.submission);
    await draw();
  }, { kind: "quiet" });
}

/** After somebody has put right what stood in the way, the same sheet may be taken. */
function again(item, draw) {
  return button("Gửi lại", async () => {
    await tryAgain(item.submission);
    await draw();
  }, { kind: "quiet" });
}

/** Read the reason, keep a sealed copy, then it leaves the list. */
function refusedButton(item, draw) {
  let kept = false;
  const control = button("Lưu bản kín rồi bỏ khỏi danh sách", async () => {
    if (!kept) {
      offerFile(await exportSealed());
      kept = true;
      control.querySelector("span").textContent = "Đã lưu bản kín. Bấm lần nữa để bỏ phiếu này khỏi máy";
      return;
    }
    await dropRefused(item.submission);
    await draw();
  }, { kind: "quiet" });
  return control;
}

route("/da-nhan", async () => {
  const items = await received(200);
  return {
    title: items.length ? `${items.length >= 200 ? "Hơn 200" : items.length} phiếu đã nhận` : "Phiếu đã nhận",
    lead: "Máy chủ của xã đã giữ những phiếu này.",
    back: { path: "/", label: "Hôm nay" },
    body: items.length
      ? longList(items, (item) =>
          row({
            title: item.title,
            meta: `Nhận ${moment(item.at)}${item.message ? ` · ${item.message}` : ""}`,
            marks: unread(item),
            actions: [
              item.photosRefused.length ? addAgain(item) : null,
              item.household ? buttonLink("In phiếu vào lần đầu", `/thuc-dia/phieu/${item.household}/`, { kind: "quiet", symbol: "print" }) : null,
            ].filter(Boolean),
          }))
      : [empty("Chưa có phiếu nào được nhận từ máy này.", buttonLink("Về Hôm nay", "#/"))],
  };
});

/** Photos that the server could not open, with its reasons. */
function unread({ photosRefused }) {
  if (!photosRefused.length) return [];
  const reasons = [...new Set(photosRefused)].filter(Boolean).join(" ");
  return [status("warn", `${photosRefused.length} ảnh không mở được: hãy chụp lại. ${reasons}`.trim(), { word: "" })];
}

function addAgain(item) {
  return button("Chụp lại ảnh", async () => {
    const found = await householdOf(item.record);
    await (found ? beginEdit(found.household, "photos") : go(`/ho/${item.record}`));
  }, { kind: "quiet", symbol: "camera" });
}

/** Draw again when the engine moves, while this list stands on the screen. */
export function follow(drawAgain, element) {
  let busy = false;
  let again = false;
  const run = async () => {
    if (!element.isConnected && element.dataset.shown) {
      document.removeEventListener("field:changed", run);
      return;
    }
    if (element.isConnected) element.dataset.shown = "yes";
    // A person in the middle of a row keeps it under the finger.
    if (busy || element.contains(document.activeElement)) {
      again = busy;
      return;
    }
    busy = true;
    try {
      await drawAgain();
    } finally {
      busy = false;
    }
    if (again) {
      again = false;
      await run();
    }
  };
  document.addEventListener("field:changed", run);
}

