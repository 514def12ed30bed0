// Where the day starts: whom do I visit, what is half written, register somebody.

import { bundle, drafts, received } from "../engine.js";
import { h, icon } from "../dom.js";
import { buttonLink, empty, longList, row, rows } from "../parts.js";
import { route } from "../router.js";
import { capital, moment, productionWords } from "../words.js";

const KINDS = { household: "Phiếu hộ", visit: "Buổi thăm", session: "Buổi tập huấn" };
export const PATHS = { household: "/ghi", visit: "/tham", session: "/buoi" };

route("/", async () => {
  const held = bundle();
  const hamlets = held?.hamlets ?? [];
  const [unfinished, taken] = await Promise.all([drafts(), received(50)]);
  const body = [];
  if (unfinished.length) body.push(halfWritten(unfinished));
  if (!hamlets.length) {
    body.push(empty("Bạn chưa được giao ấp nào. Hãy hỏi cán bộ xã, rồi tải lại danh sách.", buttonLink("Tải danh sách", "#/may")));
    return { title: "Hôm nay đến nhà ai?", body };
  }
  body.push(
    buttonLink("Đăng ký hộ", hamlets.length === 1 ? `#/ap/${hamlets[0].id}` : "#/ap", { wide: true, symbol: "plus" }),
    followUps(held),
    h("h2", {}, "Việc khác"),
    h(
      "div",
      { class: "stack" },
      buttonLink("Ghi buổi tập huấn", "#/buoi", { kind: "quiet", wide: true, symbol: "people" }),
      buttonLink(`${taken.length >= 50 ? "Hơn 50" : taken.length} phiếu đã nhận`, "#/da-nhan", { kind: "quiet", wide: true, symbol: "check" }),
    ),
    h("p", { class: "soft small" }, `Danh sách hộ tải về lúc ${moment(held.made_at)}.`),
  );
  return { title: "Hôm nay đến nhà ai?", lead: hamlets.map((each) => each.name).join(", "), body };
});

function halfWritten(unfinished) {
  return h(
    "section",
    { "aria-label": "Đang ghi dở" },
    h("h2", {}, "Đang ghi dở"),
    rows(
      unfinished.map((draft) =>
        row({
          title: draft.title || "Chưa có tên",
          href: `#${PATHS[draft.kind]}/${draft.id}`,
          meta: `${KINDS[draft.kind]}, ghi ${moment(draft.updatedAt)}. Bấm để ghi tiếp.`,
        }),
      ),
    ),
  );
}

function followUps(held) {
  const counts = held.follow_ups.map((kind) => ({
    ...kind, count: held.households.filter((each) => each.follow_ups.some((mark) => mark.code === kind.code)).length,
  }));
  return h(
    "section",
    { "aria-label": "Cần đến lại" },
    h("h2", {}, "Cần đến lại"),
    counts.some((kind) => kind.count)
      ? rows(counts.filter((kind) => kind.count).map((kind) =>
          row({ title: capital(kind.label), href: `#/theo-doi/${kind.code}`, side: `${kind.count} hộ` })))
      : h("p", {}, "Không còn hộ nào cần đến lại."),
  );
}

route("/ap", async () => {
  const { hamlets, households } = bundle() ?? { hamlets: [], households: [] };
  return {
    title: "Chọn ấp, thôn",
    back: { path: "/", label: "Hôm nay" },
    body: [
      hamlets.length
        ? rows(hamlets.map((each) =>
            row({ title: each.name, href: `#/ap/${each.id}`, meta: each.commune, side: `${households.filter((one) => one.hamlet === each.id).length} hộ` })))
        : empty("Máy này chưa có ấp nào.", buttonLink("Chọn ấp mang theo", "#/may")),
    ],
  };
});

route("/theo-doi/:code", async ({ code }) => {
  const held = bundle();
  const kind = held.follow_ups.find((each) => each.code === code);
  const found = held.households.filter((each) => each.follow_ups.some((mark) => mark.code === code));
  const hamletName = (id) => held.hamlets.find((each) => each.id === id)?.name ?? "";
  return {
    title: kind ? capital(kind.label) : "Cần đến lại",
    lead: `${found.length} hộ`,
    back: { path: "/", label: "Hôm nay" },
    body: found.length
      ? longList(found, (each) =>
          row({ title: each.name, href: `#/ho/${each.record}`, meta: [hamletName(each.hamlet), householdMeta(each, held.production), lastVisit(each)].filter(Boolean).join(" · ") }))
      : [empty("Không còn hộ nào như vậy.")],
  };
});

const lastVisit = (household) => (household.last_visit ? `thăm lần cuối ${household.last_visit.split("-").reverse().join("/")}` : "chưa thăm lần nào");

/** What stands under a household's name in a list. */
export function householdMeta(each, kinds) {
  const works = each.production.map((line) => productionWords({ ...line, area_m2: null, heads: null, scale: "", season: "" }, kinds)).join(", ");
  return [works, each.phone_end ? `điện thoại …${each.phone_end}` : "không có điện thoại"].filter(Boolean).join(" · ");
}

/** Marks that say what is missing. */
export function householdMarks(each) {
  const words = each.number === null ? ["mới ghi trên máy này"] : (each.follow_ups ?? []).map((mark) => mark.words);
  return words.map((text) => h("p", { class: "mark small" }, icon(each.number === null ? "unsent" : "info"), text));
}

