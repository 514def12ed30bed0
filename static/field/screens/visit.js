// A visit: what was taught, a note.

import { bundle, Closed, discardDraft, finishDraft, Refused, syncNow } from "../engine.js";
import { fill, h } from "../dom.js";
import { MOST } from "../limits.js";
import { button, choices, showErrors, status, textField } from "../parts.js";
import { go, route } from "../router.js";
import { last } from "../state.js";
import { flush, keep, letGo, take } from "../keeping.js";
import { moment, squeeze } from "../words.js";

route("/tham/:id", async ({ id }) => {
  const draft = await take(id);
  if (!draft) return gone();
  const values = draft.values;
  const back = `/ho/${values.household}`;
  const change = (name) => (value) => {
    values[name] = value;
    keep(draft);
  };
  const trouble = h("div", { role: "alert", class: "said" });
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const errors = values.taught.length || squeeze(values.note) ? {} : { taught: "Hãy chọn việc đã hướng dẫn, hoặc ghi một câu ở dưới." };
        if (!showErrors(form, errors)) return;
        values.note = values.note.trim();
        await finish(draft, trouble);
      },
    },
    choices({ name: "taught", legend: "Đã hướng dẫn việc gì?", several: true, options: bundle().topics, value: values.taught, onchange: change("taught") }),
    textField({
      name: "note", label: "Ghi chú", optional: true, tag: "textarea", maxlength: MOST.note, value: values.note, oninput: change("note"),
      hint: "Hẹn lại khi nào, hộ cần gì. Đừng ghi số giấy tờ.",
    }),
    trouble,
    button("Lưu buổi thăm", () => {}, { type: "submit", wide: true }),
  );
  return {
    title: `Thăm ${values._name}`,
    lead: `Lúc ${moment(values.visited_at)}`,
    back: { path: back, label: "Để sau, về thẻ hộ" },
    task: true,
    body: [form, h("p", { class: "apart" }, discardButton(draft, back))],
  };
});

const FULL = "Máy hết chỗ, nên chưa lưu được. Hãy xóa bớt ảnh, phim trong máy rồi bấm lại.";

/** The envelope is made and stored; the send begins when there is a line. What stands in the way is said in `place`. */
export async function finish(draft, place) {
  const { kind, op, values } = draft;
  try {
    await flush();
    await finishDraft(draft);
  } catch (problem) {
    const words = problem.name === "QuotaExceededError" ? FULL : problem instanceof Refused || problem instanceof Closed ? problem.message : "";
    if (!words) throw problem;
    fill(place, status("bad", words, { word: "" }));
    return;
  }
  letGo();
  Object.assign(last, { kind, op, title: values._name, hamlet: values.hamlet });
  await go("/xong", { instead: true });
  Promise.resolve(syncNow()).catch(() => {});
}

/** A half-written sheet is thrown away only after a second press. */
export function discardButton(draft, path) {
  let sure = false;
  const control = button("Bỏ phiếu đang ghi này", async () => {
    if (!sure) {
      sure = true;
      control.querySelector("span").textContent = "Bấm lần nữa để bỏ: mọi điều vừa ghi ở phiếu này sẽ mất";
      control.classList.replace("button-quiet", "button-danger");
      return;
    }
    letGo();
    await discardDraft(draft.id);
    await go(path, { instead: true });
  }, { kind: "quiet", wide: true, symbol: "bin" });
  return control;
}

/** The draft is not there any more: it was finished or thrown away. */
export function gone() {
  return { title: "Phiếu này đã xong", back: { path: "/", label: "Hôm nay" }, body: [h("p", {}, "Phiếu đã được lưu hoặc đã bỏ. Xem ở mục Gửi.")] };
}
