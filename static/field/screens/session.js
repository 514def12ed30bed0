// A training session: when, what about, who came.

import { bundle, localHouseholds, startDraft } from "../engine.js";
import { fill, h } from "../dom.js";
import { button, choices, showErrors, textField } from "../parts.js";
import { go, route } from "../router.js";
import { keep, take } from "../keeping.js";
import { MOST, tooMuch } from "../limits.js";
import { fold, forInput, fromInput } from "../words.js";
import { householdMeta } from "./home.js";
import { unlessUnfinished } from "./resume.js";
import { discardButton, finish, gone } from "./visit.js";

route("/buoi", async () => {
  const hamlets = bundle()?.hamlets ?? [];
  const anew = async (hamlet) => {
    const values = {
      _name: `Tập huấn ở ${hamlet.name}`, _held_at: forInput(new Date()), _others: "", hamlet: hamlet.id, topics: [], households: [], note: "",
    };
    const draft = await startDraft("session", { values });
    await go(`/buoi/${draft.id}`, { instead: true });
  };
  const begin = (hamlet) => unlessUnfinished((each) => each.kind === "session" && each.hamlet === hamlet.id, () => anew(hamlet));
  return {
    title: "Tập huấn ở ấp nào?",
    back: { path: "/", label: "Hôm nay" },
    body: [h("div", { class: "stack" }, hamlets.map((each) => button(each.name, () => begin(each), { kind: "quiet", wide: true })))],
  };
});

route("/buoi/:id", async ({ id }) => {
  const draft = await take(id);
  if (!draft) return gone();
  const values = draft.values;
  const households = (await localHouseholds(values.hamlet)).sort((a, b) => a.name.localeCompare(b.name, "vi"));
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
        const errors = check(values);
        if (!showErrors(form, errors)) return;
        Object.assign(values, { held_at: fromInput(values._held_at).toISOString(), others: Number(values._others), note: values.note.trim() });
        await finish(draft, trouble);
      },
    },
    textField({ name: "held_at", label: "Bắt đầu lúc", type: "datetime-local", value: values._held_at, max: forInput(new Date()), oninput: change("_held_at") }),
    choices({ name: "topics", legend: "Nội dung", several: true, options: bundle().topics, value: values.topics, onchange: change("topics") }),
    attendance(households, values, () => keep(draft)),
    textField({
      name: "others", label: "Số người khác đến dự", optional: true, inputmode: "numeric", value: values._others, oninput: change("_others"),
      hint: "Người không thuộc hộ nào ở trên.",
    }),
    textField({ name: "note", label: "Ghi chú", optional: true, tag: "textarea", maxlength: MOST.note, value: values.note, oninput: change("note") }),
    trouble,
    button("Lưu buổi tập huấn", () => {}, { type: "submit", wide: true }),
  );
  return {
    title: values._name, back: { path: "/", label: "Để sau, về Hôm nay" }, task: true, body: [form, h("p", { class: "apart" }, discardButton(draft, "/"))],
  };
});

function check(values) {
  const errors = {};
  const held = fromInput(values._held_at);
  if (Number.isNaN(held.getTime())) errors.held_at = "Hãy chọn ngày giờ.";
  else if (held.getTime() > Date.now() + 60_000) errors.held_at = "Buổi này chưa diễn ra. Hãy chọn lại ngày giờ.";
  if (!values.topics.length) errors.topics = "Hãy chọn ít nhất một nội dung.";
  if (!/^\d{0,4}$/.test(values._others.trim())) errors.others = "Hãy ghi một số, ví dụ 3.";
  else if (tooMuch("others", Number(values._others))) errors.others = tooMuch("others", Number(values._others));
  else if (!values.households.length && !Number(values._others)) errors.others = "Hãy đánh dấu hộ đến dự, hoặc ghi số người.";
  if (tooMuch("attending", values.households.length)) errors.households = tooMuch("attending", values.households.length);
  return errors;
}

/** What tells households apart: the end of the phone; of two with the same name also what they make, then their number. */
function marks(households) {
  const times = (list) => list.reduce((seen, each) => seen.set(each, (seen.get(each) ?? 0) + 1), new Map());
  const names = times(households.map((each) => fold(each.name)));
  const whole = (each) => householdMeta(each, bundle().production);
  const wholes = times(households.map((each) => `${fold(each.name)}|${whole(each)}`));
  return (each) => {
    if (names.get(fold(each.name)) === 1) return each.phone_end ? `…${each.phone_end}` : "";
    if (wholes.get(`${fold(each.name)}|${whole(each)}`) === 1) return whole(each);
    return `${whole(each)} · ${each.number === null ? "mới ghi trên máy này" : `hộ số ${each.number} trong sổ`}`;
  };
}

/** Boxes for the hamlet's households, a search above, the count below. */
function attendance(households, values, changed) {
  const count = h("p", { role: "status", class: "soft" });
  const tell = () => fill(count, `Đã đánh dấu ${values.households.length} hộ. ${tooMuch("attending", values.households.length)}`.trim());
  const mark = marks(households);
  const boxes = households.map((each) => {
    const box = h("input", {
      type: "checkbox", checked: values.households.includes(each.record),
      onchange: (event) => {
        values.households = values.households.filter((record) => record !== each.record);
        if (event.target.checked) values.households.push(each.record);
        changed();
        tell();
      },
    });
    return { words: fold(each.name), line: h("div", {}, h("label", {}, box, h("span", {}, each.name, " ", mark(each) && h("small", { class: "soft" }, mark(each))))) };
  });
  tell();
  const narrow = (asked) => boxes.forEach(({ words, line }) => (line.hidden = !words.includes(fold(asked))));
  return h(
    "fieldset",
    { class: "field", "data-field": "households" },
    h("legend", {}, "Hộ nào đến dự?"),
    households.length > 8 && textField({ name: "narrow", label: "Tìm trong danh sách", type: "search", oninput: narrow }),
    households.length
      ? h("div", { class: "choices attendance", tabindex: "0", role: "group", "aria-label": "Danh sách hộ" }, h("div", {}, boxes.map(({ line }) => line)))
      : h("p", {}, "Ấp này chưa có hộ nào trong máy."),
    count,
  );
}

