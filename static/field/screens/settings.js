// This phone: what it carries, locking it, taking records out, leaving it.

import { bundle, drafts, exportSealed, lock, person, queue, refreshBundle, signOut, unsent } from "../engine.js";
import { fill, h } from "../dom.js";
import { button, buttonLink, choices, facts, offerFile, showErrors, status } from "../parts.js";
import { flush } from "../keeping.js";
import { go, redraw, route } from "../router.js";
import { canInstall, install, isInstalled, isKept } from "../state.js";
import { moment } from "../words.js";

const MOST_HAMLETS = 5;

route("/may", async () => {
  const held = bundle();
  const said = h("div", { role: "status", class: "said" });
  const kept = await isKept();
  return {
    title: "Máy này",
    body: [
      facts([
        ["Đang mở cho", person().name],
        ["Ấp mang theo", held?.hamlets.map((each) => each.name).join(", ") || "chưa có"],
        ["Danh sách hộ", held ? `${held.households.length} hộ, tải về ${moment(held.made_at)}` : "chưa tải"],
        ["Ứng dụng", isInstalled() ? "đã ở màn hình chính" : "đang mở trong trình duyệt"],
        ["Giữ dữ liệu", kept === true ? "trình duyệt hứa giữ" : kept === false ? "trình duyệt có thể xóa khi máy đầy" : "không rõ"],
      ]),
      said,
      h(
        "div",
        { class: "stack" },
        button("Khóa lại", async () => {
          await lock();
          await go("/");
        }, { wide: true, symbol: "seal" }),
        button("Tải lại danh sách hộ", () => refresh(said), { kind: "quiet", wide: true, symbol: "sync" }),
        buttonLink("Chọn ấp mang theo", "#/may/ap", { kind: "quiet", wide: true, symbol: "place" }),
        buttonLink("Xuất phiếu chưa gửi ra tệp niêm phong", "#/may/xuat", { kind: "quiet", wide: true, symbol: "download" }),
        kept === false && button("Xin giữ dữ liệu", async () => {
          const answer = await isKept({ ask: true });
          fill(said, answer ? status("good", "Trình duyệt hứa giữ dữ liệu.", { word: "" }) : status("warn", "Trình duyệt chưa hứa. Hãy đưa ứng dụng ra màn hình chính rồi thử lại.", { word: "" }));
        }, { kind: "quiet", wide: true }),
        canInstall() && button("Đưa ra màn hình chính", async () => {
          await install();
          redraw();
        }, { kind: "quiet", wide: true, symbol: "plus" }),
        buttonLink("Người khác dùng máy này", "#/nguoi-khac", { kind: "quiet", wide: true, symbol: "people" }),
        buttonLink("Đăng xuất khỏi máy này", "#/may/dang-xuat", { kind: "quiet", wide: true, symbol: "out" }),
      ),
    ],
  };
});

async function refresh(said, hamlets) {
  fill(said, status("wait", "Đang tải danh sách…", { word: "" }));
  try {
    await refreshBundle(hamlets);
    fill(said, status("good", "Đã tải danh sách mới.", { word: "" }));
    return true;
  } catch (problem) {
    fill(said, status("warn", troubleWords(problem), { word: "" }));
    return false;
  }
}

function troubleWords(problem) {
  if (problem.name === "SignedOut") return "Cần đăng nhập lại để tải. Cứ ghi tiếp được.";
  if (problem.name === "Offline") return "Không có mạng nên chưa tải được. Cứ ghi tiếp, tải lại sau.";
  return problem.message || "Chưa tải được. Hãy thử lại sau.";
}

route("/may/ap", async () => {
  const held = bundle();
  const options = [...held.hamlets, ...held.other_hamlets].map((each) => ({ code: each.id, label: each.name, hint: each.commune }));
  let picked = held.hamlets.map((each) => each.id);
  const said = h("div", { role: "status", class: "said" });
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const count = picked.length;
        const wrong = !count ? "Hãy chọn ít nhất một ấp." : count > MOST_HAMLETS ? `Máy mang được ${MOST_HAMLETS} ấp một lúc. Hãy bỏ bớt.` : "";
        if (!showErrors(form, wrong ? { hamlets: wrong } : {})) return;
        if (await refresh(said, picked)) await go("/may");
      },
    },
    choices({
      name: "hamlets", legend: "Mang theo ấp nào?", hint: `Nhiều nhất ${MOST_HAMLETS} ấp, để mất máy thì mất ít.`, several: true, options, value: picked,
      onchange: (codes) => (picked = codes),
    }),
    said,
    button("Tải về máy", () => {}, { type: "submit", wide: true }),
  );
  return { title: "Ấp mang theo", back: { path: "/may", label: "Máy này" }, body: options.length ? [form] : [h("p", {}, "Bạn chưa được giao ấp nào. Hãy hỏi cán bộ xã.")] };
});

/** A button that makes the sealed file; `then` runs when it is in the person's hands. */
function exportButton(said, then = () => {}) {
  return button("Xuất tệp niêm phong", async () => {
    const file = await exportSealed();
    offerFile(file);
    fill(said, status("good", `Tệp ${file.name} đã lưu vào máy. Hãy mang về xã, cán bộ xã nạp vào ở mục tiếp nhận.`, { word: "" }));
    then();
  }, { wide: true, symbol: "download" });
}

route("/may/xuat", async () => {
  const said = h("div", { role: "status", class: "said" });
  const waiting = (await queue()).length;
  return {
    title: "Xuất tệp niêm phong",
    back: { path: "/may", label: "Máy này" },
    body: [
      h("p", {}, "Dùng khi nhiều ngày không có mạng, hoặc máy sắp hỏng. Chỉ máy chủ của xã mở được tệp; ai nhặt được cũng không đọc được."),
      h("p", {}, waiting ? `Tệp gồm ${waiting} phiếu chưa gửi cùng ảnh. Phiếu vẫn ở lại máy và vẫn tự gửi; nhận hai lần cũng chỉ ghi một lần.` : "Bạn không có phiếu nào chưa gửi."),
      waiting ? exportButton(said) : null,
      said,
    ],
  };
});

/** Words about what is unfinished and a box to tick: nothing is lost without a yes. `ondone(agreed)`. Null when there is none. */
export function losing(count, ondone) {
  if (!count) return null;
  return [
    status("warn", `${count} bản đang ghi dở sẽ mất; hãy ghi xong hoặc bỏ.`, { word: "" }),
    choices({
      name: "losing", legend: "Bản đang ghi dở", several: true, value: [],
      options: [{ code: "yes", label: `Tôi hiểu: ${count} bản đang ghi dở cùng ảnh của chúng sẽ mất, không lấy lại được` }],
      onchange: (picked) => ondone(picked.length > 0),
    }),
  ];
}

route("/may/dang-xuat", async () => {
  await flush().catch(() => {});
  const said = h("div", { role: "status", class: "said" });
  const mine = unsent().count;
  const unfinished = await drafts();
  let isExported = !mine;
  let isAgreed = !unfinished.length;
  const risky = mine || unfinished.length;
  const leave = button(risky ? "Xóa khỏi máy và đăng xuất" : "Đăng xuất", () => end(), { wide: true, kind: risky ? "danger" : "" });
  const look = () => (leave.disabled = !isExported || !isAgreed);
  const end = async () => {
    const answer = await signOut({ exported: Boolean(risky), losing: unfinished.map((each) => each.id) });
    if (answer?.needsExport) {
      const words = answer.unsent ? "Vừa có thêm phiếu chưa gửi. Hãy xuất tệp niêm phong lại trước." : "Vừa có thêm bản đang ghi dở. Hãy ghi xong, hoặc bỏ ở mục Hôm nay.";
      fill(said, status("warn", words, { word: "" }));
      return;
    }
    location.replace("/thuc-dia/#/");
    await redraw();
  };
  look();
  return {
    title: "Đăng xuất khỏi máy này",
    back: { path: "/may", label: "Máy này" },
    body: [
      mine
        ? status("warn", `Còn ${mine} phiếu chưa gửi. Đăng xuất xóa chúng khỏi máy này, nên hãy xuất tệp niêm phong và giữ tệp cho đến khi xã nhận.`, { word: "" })
        : h("p", {}, "Danh sách hộ và mã PIN của bạn bị xóa khỏi máy này. Phiếu đã gửi thì xã đã giữ."),
      h("p", {}, "Chỉ muốn cất máy? Bấm «Khóa lại» là đủ."),
      losing(unfinished.length, (agreed) => {
        isAgreed = agreed;
        look();
      }),
      h("div", { class: "stack" },
        mine ? exportButton(said, () => {
          isExported = true;
          look();
        }) : null,
        leave),
      said,
    ],
  };
});
