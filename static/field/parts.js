// The components that screens are made of; the looks come from static/css/parts.css and forms.css.

import { h, icon, fill } from "./dom.js";

let made = 0;
const fresh = (name) => `${name}-${++made}`;

const STATUS = {
  good: ["check", "Xong."],
  warn: ["warn", "Cần chú ý."],
  bad: ["bad", "Cần sửa."],
  info: ["info", "Xin lưu ý."],
  wait: ["wait", "Đang chờ."],
};

/** A status sentence; `word` "" leaves the tone's own word out. */
export function status(tone, text, { word = STATUS[tone][1], more = [], role } = {}) {
  return h(
    "div",
    { class: `status status-${tone}`, role },
    icon(STATUS[tone][0]),
    h("div", {}, word && h("strong", { class: "status-word" }, word, " "), text, more),
  );
}

/** A button; `kind` "" is the main one, "quiet" or "danger". */
export function button(words, onclick, { kind = "", wide = false, symbol = "", ...more } = {}) {
  const look = ["button", kind && `button-${kind}`, wide && "button-wide"].filter(Boolean).join(" ");
  return h("button", { type: "button", class: look, onclick, ...more }, symbol && icon(symbol), h("span", {}, words));
}

/** A link that looks like a button. */
export function buttonLink(words, href, { kind = "", wide = false, symbol = "", ...more } = {}) {
  const look = ["button", kind && `button-${kind}`, wide && "button-wide"].filter(Boolean).join(" ");
  return h("a", { class: look, href, ...more }, symbol && icon(symbol), h("span", {}, words));
}

/** A file for the person to keep. */
export function offerFile({ files }) {
  for (const file of files) offerOne(file);
}

function offerOne({ blob, name }) {
  const href = URL.createObjectURL(blob);
  const anchor = h("a", { href, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** One row of a list: a title that leads somewhere, a line below, something at the side. */
export function row({ title, href, meta, side, marks = [], actions = [] }) {
  return h(
    "li",
    { class: "list-row" },
    h(
      "div",
      { class: "list-row-text" },
      h("p", { class: "list-row-title" }, href ? h("a", { href }, title) : title),
      meta && h("p", { class: "soft small" }, meta),
      marks,
      actions.length ? h("div", { class: "row actions" }, actions) : null,
    ),
    side && h("p", { class: "list-row-side soft small" }, side),
  );
}

export const rows = (items, props = {}) => h("ul", { class: "rows", ...props }, items);

/** A list that has nothing in it: one sentence, one way on. */
export function empty(text, action) {
  return h("div", { class: "empty" }, h("p", {}, text), action);
}

/** Words beside what they mean. */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([term, ...said]) => h("div", {}, h("dt", {}, term), h("dd", {}, said))),
  );
}

/** A long list, a part at a time. `show(item)` makes a row. */
export function longList(items, show, { size = 30 } = {}) {
  const list = rows(items.slice(0, size).map(show));
  if (items.length <= size) return [list];
  let shown = size;
  const more = button(`Xem thêm (còn ${items.length - shown})`, () => {
    const next = items.slice(shown, shown + size).map(show);
    list.append(...next);
    shown += next.length;
    next[0]?.querySelector("a")?.focus();
    if (shown >= items.length) more.remove();
    else fill(more, `Xem thêm (còn ${items.length - shown})`);
  }, { kind: "quiet", wide: true });
  return [list, more];
}

// Forms

function described(control, ids) {
  const found = ids.filter(Boolean).join(" ");
  if (found) control.setAttribute("aria-describedby", found);
}

/** A text field: label above, hint, control. `name` is how `showErrors` finds it. */
export function textField({ name, label, hint, optional = false, value = "", oninput, tag = "input", ...more }) {
  const id = fresh(name);
  const control = h(tag, {
    id, name, value, oninput: (event) => oninput?.(event.target.value), autocomplete: "off", ...more,
  });
  described(control, [hint && `${id}-hint`]);
  return h(
    "div",
    { class: "field", "data-field": name },
    h("label", { for: id }, label, optional && h("span", { class: "optional" }, " (không bắt buộc)")),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    control,
  );
}

/** A choice out of a list that opens. `options` is a list of {code, label}. */
export function selectField({ name, label, hint, options, value = "", empty: none = "Hãy chọn", onchange, ...more }) {
  const id = fresh(name);
  const control = h(
    "select",
    { id, name, onchange: (event) => onchange(event.target.value), ...more },
    none && h("option", { value: "" }, none),
    options.map((each) => h("option", { value: each.code }, each.label)),
  );
  control.value = value;
  described(control, [hint && `${id}-hint`]);
  return h(
    "div",
    { class: "field", "data-field": name },
    h("label", { for: id }, label),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    control,
  );
}

/** Radio buttons (one value) or, with `several`, boxes to tick (a list of values). The words are part of the target. */
export function choices({ name, legend, hint, options, value, several = false, onchange, optional = false }) {
  const id = fresh(name);
  const picked = new Set(several ? value : []);
  const change = (code) => (event) => {
    if (!several) return onchange(code);
    if (event.target.checked) picked.add(code);
    else picked.delete(code);
    onchange([...picked]);
  };
  const boxes = options.map((each) => {
    const box = h("input", {
      type: several ? "checkbox" : "radio", name: id, value: each.code, onchange: change(each.code),
      checked: several ? picked.has(each.code) : value === each.code,
    });
    return h("div", {}, h("label", {}, box, h("span", {}, each.label, each.hint && h("small", { class: "soft" }, h("br"), each.hint))));
  });
  const group = h(
    "fieldset",
    { class: "field", "data-field": name },
    h("legend", {}, legend, optional && h("span", { class: "optional" }, " (không bắt buộc)")),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    h("div", { class: "choices" }, h("div", {}, boxes)),
  );
  described(group, [hint && `${id}-hint`]);
  return group;
}

export const YES_NO = [{ code: "yes", label: "Có" }, { code: "no", label: "Chưa" }];

/** Yes, no, or (when `skippable`) not asked; `value` is true, false or null. */
export function yesNo({ value, onchange, skippable = false, ...more }) {
  const options = skippable ? [...YES_NO, { code: "", label: "Không hỏi" }] : YES_NO;
  const code = value === true ? "yes" : value === false ? "no" : skippable ? "" : undefined;
  return choices({
    ...more, options, value: code, onchange: (picked) => onchange(picked === "" ? null : picked === "yes"),
  });
}

/**
 * Write each error beside its field and bring the person to the first; earlier ones go away.
 * @param {HTMLElement} form
 * @param {Object<string, string>} errors field name → what to do
 */
export function showErrors(form, errors) {
  for (const field of form.querySelectorAll("[data-wrong]")) forgive(field);
  let first = null;
  for (const [name, words] of Object.entries(errors)) {
    const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (!field) continue;
    first ??= blame(field, words);
  }
  first?.focus();
  return Object.keys(errors).length === 0;
}

const controlsOf = (field) => field.querySelectorAll("input, select, textarea");

function blame(field, words) {
  const id = fresh("error");
  field.dataset.wrong = id;
  field.append(h("div", { class: "field-error", id }, icon("bad"), h("p", {}, words)));
  for (const control of controlsOf(field)) {
    control.setAttribute("aria-invalid", "true");
    described(control, [control.getAttribute("aria-describedby"), id]);
  }
  // Once the person answers, the old reproach is no longer true.
  field.addEventListener("input", () => forgive(field), { once: true });
  return controlsOf(field)[0];
}

function forgive(field) {
  const id = field.dataset.wrong;
  if (!id) return;
  delete field.dataset.wrong;
  field.querySelector(`#${id}`)?.remove();
  for (const control of controlsOf(field)) {
    control.removeAttribute("aria-invalid");
    const left = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each !== id);
    control.removeAttribute("aria-describedby");
    described(control, left);
  }
}

/** Where one is in a task of several screens. */
export function stepper(steps, current) {
  const at = steps.findIndex((step) => step.code === current);
  return h(
    "nav",
    { class: "stepper", "aria-label": "Các bước" },
    h("p", {}, `Bước ${at + 1}/${steps.length}: ${steps[at].label}`),
    h(
      "ol",
      {},
      steps.map((step, index) =>
        h(
          "li",
          { class: index < at && "done", "aria-current": index === at && "step" },
          h("span", {}, step.label),
          index < at && h("span", { class: "visually-hidden" }, " (đã xong)"),
        ),
      ),
    ),
  );
}
