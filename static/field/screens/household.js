// A hamlet's households with search, and the card of one.

import { bundle, localHouseholds, queue, startDraft } from "../engine.js";
import { fill, h } from "../dom.js";
import { button, buttonLink, empty, facts, longList, row, status, textField } from "../parts.js";
import { keep } from "../keeping.js";
import { go, route } from "../router.js";
import { fold, label, productionWords, sentence } from "../words.js";
import { householdMarks, householdMeta } from "./home.js";
import { unlessUnfinished } from "./resume.js";
import { firstValues, seenValues } from "../answers.js";

route("/ap/:id", async ({ id }) => {
  const held = bundle();
  const hamlet = held.hamlets.find((each) => String(each.id) === id);
  if (!hamlet) return { title: "Ấp này không có trong máy", back: { path: "/ap" }, body: [h("p", {}, "Hãy tải lại danh sách ở mục Máy này.")] };
  const all = (await localHouseholds(hamlet.id)).sort((a, b) => a.name.localeCompare(b.name, "vi"));
  let asked = "";
  const list = h("div", {});
  const said = h("p", { role: "status", class: "soft" });
  const anew = button("Đăng ký hộ mới", () => begin(hamlet.id, asked), { wide: true, symbol: "plus" });
  const show = () => {
    const words = fold(asked);
    const digits = asked.replace(/\D/g, "");
    const found = all.filter((each) => matches(each, words, digits));
    fill(said, words || digits ? `Thấy ${found.length} hộ. Hộ này đã có? Bấm vào tên. Chưa có thì đăng ký mới.` : `${all.length} hộ. Gõ tên trước khi đăng ký, để không ghi một hộ hai lần.`);
    fill(
      list,
      found.length
        ? longList(found, (each) => row({ title: each.name, href: `#/ho/${each.record}`, meta: householdMeta(each, held.production), marks: householdMarks(each) }))
        : all.length ? null : empty("Ấp này chưa có hộ nào. Hộ đầu tiên bạn đăng ký sẽ hiện ra."),
    );
  };
  const search = textField({
    name: "search", label: "Tìm hộ", hint: "Gõ tên không cần dấu, hoặc 3 số cuối điện thoại.", type: "search", enterkeyhint: "search",
    oninput: (value) => {
      asked = value;
      show();
    },
  });
  show();
  return {
    title: hamlet.name,
    lead: hamlet.commune,
    back: held.hamlets.length > 1 ? { path: "/ap", label: "Chọn ấp khác" } : { path: "/", label: "Hôm nay" },
    body: [search, said, anew, h("div", { class: "apart" }, list)],
  };
});

/** Every word typed begins a word of the name; digits end the phone. */
function matches(each, words, digits) {
  if (digits.length >= 3 && !/[a-z]/.test(words)) return Boolean(each.phone_end) && digits.endsWith(each.phone_end);
  const name = fold(each.name).split(" ");
  return words.split(" ").every((word) => name.some((part) => part.startsWith(word)));
}

function begin(hamlet, asked) {
  const name = /\d/.test(asked) ? "" : asked;
  const folded = fold(name);
  const isThis = (each) => each.kind === "household" && each.op === "create" && each.hamlet === hamlet && fold(each.name) === folded;
  return unlessUnfinished((each) => folded && isThis(each), async () => {
    const draft = await startDraft("household", { values: firstValues(hamlet, name), step: "name" });
    if (name) keep(draft);
    await go(`/ghi/${draft.id}`);
  });
}

/** The household of this record id, wherever it stands: {household, hamlet} or null. */
export async function householdOf(record) {
  for (const hamlet of bundle()?.hamlets ?? []) {
    const found = (await localHouseholds(hamlet.id)).find((each) => each.record === record);
    if (found) return { household: found, hamlet };
  }
  return null;
}

/** A sheet to change or add to what is known of a household; opens at this step. */
export function beginEdit(household, step) {
  const isThis = (each) => each.kind === "household" && each.record === household.record;
  return unlessUnfinished(isThis, async () => {
    const was = household.phone_end ? { phone: household.phone_end } : {}; // all this phone saw of the number
    const draft = await startDraft("household", { household, values: seenValues(household), was, step });
    await go(`/ghi/${draft.id}`);
  }, step);
}

function beginVisit(household) {
  const isThis = (each) => each.kind === "visit" && each.household === household.record;
  return unlessUnfinished(isThis, async () => {
    const values = { visited_at: new Date().toISOString(), taught: [], note: "" };
    const draft = await startDraft("visit", { household, values });
    await go(`/tham/${draft.id}`);
  });
}

route("/ho/:record", async ({ record }) => {
  const found = await householdOf(record);
  const held = bundle();
  if (!found) return { title: "Không thấy hộ này", back: { path: "/ap" }, body: [h("p", {}, "Hộ có thể đã sang ấp khác. Hãy tải lại danh sách ở mục Máy này.")] };
  const { household, hamlet } = found;
  const waiting = (await queue()).filter((each) => each.record === record && each.state !== "received");
  const edit = (step) => () => beginEdit(household, step);
  return {
    title: household.name,
    lead: `${hamlet.name}, ${hamlet.commune}`,
    back: { path: `/ap/${hamlet.id}`, label: "Các hộ trong ấp" },
    body: [
      waiting.length ? status("wait", "Có phiếu của hộ này đang chờ gửi.", { word: "", more: [" ", h("a", { href: "#/chua-gui" }, "Xem phiếu chờ gửi")] }) : null,
      ...(household.follow_ups ?? []).map((mark) => status("warn", sentence(mark.words), { word: "" })),
      facts(card(household, held)),
      h(
        "div",
        { class: "stack" },
        button("Ghi buổi thăm", () => beginVisit(household), { wide: true, symbol: "edit" }),
        button("Sửa thông tin", edit("summary"), { kind: "quiet", wide: true, symbol: "list" }),
        button("Thêm ảnh hàng", edit("photos"), { kind: "quiet", wide: true, symbol: "camera" }),
        household.number
          ? buttonLink("In phiếu vào lần đầu (cần mạng)", `/thuc-dia/phieu/${household.number}/`, { kind: "quiet", wide: true, symbol: "print" })
          : null,
      ),
    ],
  };
});

function card(household, held) {
  const owner = label(held.phone_owners, household.phone_owner);
  const business = household.has_business_registration;
  return [
    ["Điện thoại", household.phone_end ? `…${household.phone_end}, ${owner}` : owner || "chưa rõ"],
    ["Nghề", household.production.length ? household.production.map((line) => h("div", {}, productionWords(line, held.production))) : "chưa ghi"],
    ["Đăng ký kinh doanh", business === true ? "có" : business === false ? "chưa" : "chưa hỏi"],
    ["Gian hàng", household.accounts?.length
      ? household.accounts.map((each) => h("div", {}, `${held.platforms.find((one) => one.code === each.platform)?.name ?? each.platform}${each.words ? `: ${each.words}` : ""}`))
      : "chưa có"],
    ["Thăm lần cuối", household.last_visit ? household.last_visit.split("-").reverse().join("/") : "chưa thăm"],
  ];
}
