// Registering a household, or changing one: one question per screen, saved while it is typed, ended by a look at everything.

import { bundle } from "../engine.js";
import { h } from "../dom.js";
import { button, buttonLink, facts, rows, row, showErrors, status, stepper } from "../parts.js";
import { go, route } from "../router.js";
import { flush, keep, take } from "../keeping.js";
import { envelopeValues, errorsAt, typedLine } from "../answers.js";
import { spaced, phone as readPhone } from "../check.js";
import { last } from "../state.js";
import { capital, label, productionWords, squeeze } from "../words.js";
import { businessStep, nameStep, personStep, phoneStep, productionStep, readyStep } from "./questions.js";
import { consentStep, photosStep, shopsStep } from "./proofs.js";
import { discardButton, finish, gone } from "./visit.js";

const STEPS = [
  { code: "name", label: "Họ tên", title: "Chủ hộ tên gì?", show: nameStep },
  { code: "phone", label: "Điện thoại", title: "Điện thoại của hộ", show: phoneStep },
  { code: "production", label: "Nghề", title: "Hộ làm nghề gì?", show: productionStep },
  { code: "business", label: "Kinh doanh", title: "Đăng ký kinh doanh", show: businessStep },
  { code: "ready", label: "Sẵn sàng bán", title: "Hộ đã có gì để bán trên mạng?", show: readyStep, optional: "Bỏ qua phần không bắt buộc", past: "consent" },
  { code: "person", label: "Chủ hộ", title: "Thêm về chủ hộ", show: personStep, optional: "Bỏ qua phần này", past: "consent" },
  { code: "consent", label: "Đồng ý", title: "Hỏi ý kiến hộ", show: consentStep },
  { code: "photos", label: "Ảnh", title: "Chụp ảnh hàng", show: photosStep },
  { code: "shops", label: "Gian hàng", title: "Hộ đã có gian hàng ở đâu?", show: shopsStep },
  { code: "summary", label: "Xem lại", title: "Xem lại rồi lưu", show: summary },
];

route("/ghi/:id/:step?", async ({ id, step: asked }) => {
  const draft = await take(id);
  if (!draft) return gone();
  if (!asked) {
    // The address of each step is its own, so that «back» of the phone goes one question back.
    await go(`/ghi/${id}/${draft.step || "name"}`, { instead: true });
    return null;
  }
  const index = STEPS.findIndex((each) => each.code === asked);
  const step = STEPS[index] ?? STEPS[0];
  if (draft.step !== step.code) {
    draft.step = step.code;
    keep(draft);
  }
  const isEdit = draft.op === "edit";
  const context = { draft, said: draft.values._, held: bundle(), changed: () => keep(draft), isEdit };
  const body = await step.show(context);
  if (step.code === "summary") return view(draft, step, body, isEdit ? null : STEPS[index - 1].code);
  return view(draft, step, [form(step, index, context, body)], isEdit ? "summary" : STEPS[index - 1]?.code);
});

function view(draft, step, body, before) {
  const name = squeeze(draft.values._.name);
  return {
    title: step.title,
    lead: step.code === "name" || !name ? "" : name,
    above: draft.op === "edit" ? null : stepper(STEPS, step.code),
    back: before ? { path: `/ghi/${draft.id}/${before}`, label: "Quay lại" } : { path: "/", label: "Để sau, về Hôm nay" },
    task: true,
    body: [...body, h("p", { class: "apart soft small" }, "Mọi điều vừa ghi đã nằm trong máy. ", h("a", { href: "#/" }, "Để sau, về Hôm nay"))],
  };
}

function form(step, index, context, body) {
  const { draft, isEdit } = context;
  const onward = isEdit ? "summary" : STEPS[index + 1].code;
  const leave = async (code) => {
    await flush();
    await go(`/ghi/${draft.id}/${code}`);
  };
  const element = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        if (showErrors(element, errorsAt(step.code, draft, context.held))) await leave(onward);
      },
    },
    body,
    h(
      "div",
      { class: "form-actions" },
      button(isEdit ? "Xong phần này" : "Tiếp tục", () => {}, { type: "submit", wide: true }),
      step.optional && !isEdit && button(step.optional, () => leave(step.past), { kind: "quiet", wide: true }),
    ),
  );
  return element;
}

function summary({ draft, said, held, isEdit }) {
  const missing = STEPS.slice(0, -1).filter((step) => Object.keys(errorsAt(step.code, draft, held)).length);
  const trouble = h("div", { role: "alert", class: "said" });
  if (draft.values._refused) trouble.append(status("warn", `Lần trước chưa được nhận vì: ${draft.values._refused}`, { word: "" }));
  if (missing.length) {
    trouble.append(
      status("bad", "Còn thiếu, hãy ghi nốt:", {
        word: "",
        more: h("ul", {}, missing.map((step) => h("li", {}, h("a", { href: `#/ghi/${draft.id}/${step.code}` }, step.title)))),
      }),
    );
  }
  const save = button(isEdit ? "Lưu các thay đổi" : "Lưu hộ này", async () => {
    if (missing.length) return go(`/ghi/${draft.id}/${missing[0].code}`);
    save.disabled = true;
    Object.assign(draft.values, envelopeValues(draft, held));
    await finish(draft, trouble).finally(() => (save.disabled = false));
    return undefined;
  }, { wide: true, symbol: "check" });
  const lines = summaryLines({ draft, said, held, isEdit });
  return [
    trouble,
    rows(lines.map(([code, title, words]) =>
      row({ title: h("a", { href: `#/ghi/${draft.id}/${code}` }, title, h("span", { class: "visually-hidden" }, ", sửa")), meta: words, side: "Sửa" }))),
    save,
    h("p", { class: "apart" }, discardButton(draft, "/")),
  ];
}

function summaryLines({ draft, said, held, isEdit }) {
  const read = readPhone(said.phone);
  const number = said.phone.trim() ? (read.value ? spaced(read.value) : said.phone) : said.known_end ? `…${said.known_end}` : "";
  const agreed = held.purposes.filter((purpose) => said.consents[purpose.code]).map((purpose) => purpose.label);
  const work = said.lines.filter((line) => line.kind).map((line) => productionWords(typedLine(line, held.production), held.production));
  const optional = [
    said.bank && "tài khoản ngân hàng", said.wallet && "ví điện tử", said.identity && "định danh mức 2", said.qr && "mã QR nhận tiền",
  ].filter(Boolean);
  const person = [said.birth_year && `sinh năm ${said.birth_year}`, { male: "nam", female: "nữ" }[said.sex], said.opening && "nhờ mở tài khoản sàn"];
  const shops = [...(said.known_shops ?? []), ...said.shops].map((shop) => held.platforms.find((each) => each.code === shop.platform)?.name).filter(Boolean);
  const means = said.means && `cách trả lời: ${label(held.means, said.means)}`;
  const consent = [agreed.join("; ") || (said.means ? "không đồng ý việc nào" : "chưa hỏi"), means].filter(Boolean).join("; ");
  return [
    ["name", "Họ tên", squeeze(said.name) || "chưa ghi"],
    ["phone", "Điện thoại", [said.phone_owner === "none" ? "" : number, label(held.phone_owners, said.phone_owner)].filter(Boolean).join(", ") || "chưa ghi"],
    ["production", "Nghề", work.join("; ") || "chưa ghi"],
    ["business", "Đăng ký kinh doanh", said.registered === true ? "có" : said.registered === false ? "chưa" : "chưa ghi"],
    ...(isEdit ? [] : [["business", "Tên bán hàng", squeeze(said.selling_name) || "dùng tên chủ hộ"]]),
    ["ready", "Đã có", capitalList(optional)],
    ["person", "Thêm về chủ hộ", capitalList(person.filter(Boolean))],
    ["consent", "Đồng ý", said.ask_consent ? consent : "không hỏi lại"],
    ["photos", isEdit ? "Ảnh thêm" : "Ảnh hàng", draft.photos.length ? `${draft.photos.length} ảnh` : "chưa có ảnh"],
    ["shops", "Gian hàng đã có", shops.join(", ") || "chưa có"],
  ];
}

const capitalList = (words) => (words.length ? capital(words.join(", ")) : "không ghi");

const AFTER = {
  household: { title: "Đã ghi vào máy", again: "Đăng ký hộ tiếp theo" },
  visit: { title: "Đã ghi buổi thăm", again: "Đến hộ khác" },
  session: { title: "Đã ghi buổi tập huấn", again: "" },
};

route("/xong", async () => {
  const words = AFTER[last.kind];
  if (!words) {
    await go("/", { instead: true });
    return null;
  }
  const name = last.title ? `${last.title}: ` : "";
  return {
    title: words.title,
    body: [
      status("good", `${name}đã ghi vào máy; sẽ gửi khi có mạng.`, { word: "" }),
      h(
        "div",
        { class: "stack" },
        words.again && buttonLink(words.again, `#/ap/${last.hamlet}`, { wide: true, symbol: "plus" }),
        buttonLink("Về Hôm nay", "#/", { kind: "quiet", wide: true }),
      ),
    ],
  };
});
