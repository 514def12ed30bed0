// The questions at the door, one screen each. Every change is kept at once.

import { drafts, localHouseholds } from "../engine.js";
import { fill, h } from "../dom.js";
import { button, choices, selectField, status, textField, yesNo } from "../parts.js";
import { emptyLine, measureOf } from "../answers.js";
import * as check from "../check.js";
import { MOST, tooMuch } from "../limits.js";
import { area, capital, fold, number } from "../words.js";

/** A listener that keeps an answer and then does one more thing. */
function setter({ said, changed }, name, then = () => {}) {
  return (value) => {
    said[name] = value;
    changed();
    then();
  };
}

/** Households that may be this one, each with its card (or its unfinished sheet): nobody is registered twice unseen. */
function known(found, words, path = (each) => `/ho/${each.record}`) {
  if (!found.length) return null;
  return status("warn", words, {
    word: "",
    more: h("ul", {}, found.slice(0, 5).map((each) => h("li", {}, h("a", { href: `#${path(each)}` }, each.name, each.phone_end && ` (…${each.phone_end})`)))),
  });
}

export async function nameStep(context) {
  const { draft, said, isEdit } = context;
  const others = (await localHouseholds(draft.values.hamlet)).filter((each) => each.record !== draft.record);
  const sheets = (await drafts()).filter((each) => each.kind === "household" && each.id !== draft.id && each.hamlet === draft.values.hamlet);
  const alike = h("div", { role: "status", class: "said" });
  const look = () => {
    draft.values._name = said.name;
    const folded = fold(said.name);
    const same = (each) => folded && fold(each.name) === folded;
    fill(
      alike,
      known(sheets.filter(same), "Một phiếu cùng tên đang ghi dở. Bấm vào tên để ghi tiếp phiếu ấy; nếu là hộ khác thì cứ tiếp tục:", (each) => `/ghi/${each.id}`),
      known(others.filter(same), "Trong ấp đã có hộ cùng tên. Hộ này đã có? Bấm vào tên để xem; nếu là hộ khác thì cứ tiếp tục:"),
    );
  };
  look();
  return [
    textField({
      name: "name", label: "Họ tên chủ hộ", hint: isEdit ? "" : "Ghi đủ họ và tên, có dấu.", value: said.name, maxlength: MOST.name, autocapitalize: "words",
      oninput: setter(context, "name", look),
    }),
    alike,
  ];
}

export async function phoneStep(context) {
  const { draft, said, held } = context;
  const others = (await localHouseholds(draft.values.hamlet)).filter((each) => each.record !== draft.record && each.phone_end);
  const alike = h("div", { role: "status", class: "said" });
  const converted = h("p", { role: "status", class: "soft" });
  const look = () => {
    const read = check.phone(said.phone);
    fill(converted, read.old && `Số 11 chữ số kiểu cũ: đầu ${read.old.from} nay là ${read.old.to}. Máy ghi thành ${check.spaced(read.value)}.`);
    const found = read.value && said.phone_owner === "own" ? others.filter((each) => read.value.endsWith(each.phone_end) && each.phone_owner === "own") : [];
    fill(alike, known(found, "Trong ấp có hộ mà số điện thoại cũng kết thúc như vậy. Có phải cùng một hộ?"));
  };
  const number = textField({
    name: "phone", label: "Số điện thoại", type: "tel", inputmode: "tel", maxlength: 20, value: said.phone, oninput: setter(context, "phone", look),
    hint: said.known_end
      ? `Sổ đang có số kết thúc bằng ${said.known_end}. Bỏ trống thì giữ số đó.`
      : "Số chỉ hiện cho người mua khi hộ đồng ý ở bước sau.",
  });
  const show = () => (number.hidden = converted.hidden = !["own", "relative"].includes(said.phone_owner));
  show();
  look();
  return [
    choices({
      name: "phone_owner", legend: "Điện thoại của ai?", value: said.phone_owner,
      options: held.phone_owners.filter((each) => each.code !== "unknown").map((each) => ({ ...each, label: capital(each.label) })),
      onchange: setter(context, "phone_owner", () => {
        show();
        look();
      }),
    }),
    number,
    converted,
    alike,
  ];
}

export function productionStep(context) {
  const { said, changed } = context;
  const place = h("div", {});
  const draw = () => fill(place, said.lines.map((line, index) => lineFields(context, line, index, draw)));
  draw();
  const full = h("p", { role: "status" });
  const more = button("Thêm nghề khác", () => {
    const words = tooMuch("lines", said.lines.length + 1);
    fill(full, words);
    if (words) return;
    said.lines.push(emptyLine());
    changed();
    draw();
    place.lastElementChild.querySelector("select").focus();
  }, { kind: "quiet", wide: true, symbol: "plus" });
  return [place, full, more];
}

function lineFields(context, line, index, draw) {
  const { said, held, changed } = context;
  const set = (name, then) => (value) => {
    line[name] = value;
    changed();
    then?.();
  };
  const measures = h("div", {});
  const measure = () => fill(measures, measureFields(line, index, set, measureOf(line.kind, held.production)));
  measure();
  const drop = button(`Bỏ nghề ${index + 1}`, () => {
    said.lines.splice(index, 1);
    changed();
    draw();
  }, { kind: "quiet", symbol: "bin" });
  return h(
    "fieldset",
    { class: "field block" },
    h("legend", {}, `Nghề ${index + 1}`),
    selectField({ name: `kind-${index}`, label: "Làm gì", options: held.production, value: line.kind, onchange: set("kind", measure) }),
    textField({ name: `goods-${index}`, label: "Hàng chính", hint: "Ví dụ: điều, heo, nước mắm.", optional: true, maxlength: MOST.words, value: line.goods, oninput: set("goods") }),
    measures,
    said.lines.length > 1 && drop,
  );
}

function measureFields(line, index, set, measure) {
  const fields = [];
  if (measure === "area") {
    const sum = h("p", { class: "soft small", role: "status" });
    const tell = () => {
      const read = check.area(line.size, line.unit);
      fill(sum, read.value ? `Là ${area(read.value)}${read.value >= 10_000 ? ` (${number(read.value)} m²)` : ""}.` : "");
    };
    tell();
    fields.push(
      h(
        "div",
        { class: "pair" },
        textField({ name: `size-${index}`, label: "Diện tích", optional: true, inputmode: "decimal", maxlength: 12, value: line.size, oninput: set("size", tell) }),
        selectField({ name: `unit-${index}`, label: "Đơn vị", options: check.UNITS, empty: "", value: line.unit, onchange: set("unit", tell) }),
      ),
      sum,
    );
  } else if (measure === "heads") {
    fields.push(textField({ name: `heads-${index}`, label: "Bao nhiêu con?", optional: true, inputmode: "numeric", maxlength: 10, value: line.heads, oninput: set("heads") }));
  } else if (line.kind) {
    fields.push(textField({ name: `scale-${index}`, label: "Quy mô", hint: "Ví dụ: 50 kg mỗi ngày.", optional: true, maxlength: MOST.words, value: line.scale, oninput: set("scale") }));
  }
  if (line.kind) {
    fields.push(textField({ name: `season-${index}`, label: "Mùa có hàng", hint: "Ví dụ: tháng 2–4, quanh năm.", optional: true, maxlength: MOST.words, value: line.season, oninput: set("season") }));
  }
  return fields;
}

export function businessStep(context) {
  const { said, isEdit } = context;
  return [
    yesNo({ name: "registered", legend: "Hộ có đăng ký kinh doanh không?", hint: "Có giấy chứng nhận đăng ký hộ kinh doanh của xã.", value: said.registered, onchange: setter(context, "registered") }),
    !isEdit &&
      textField({
        name: "selling_name", label: "Tên bán hàng", optional: true, maxlength: MOST.sellingName, value: said.selling_name, oninput: setter(context, "selling_name"),
        hint: "Tên người mua sẽ thấy. Bỏ trống thì dùng tên chủ hộ.",
      }),
  ];
}

const READY = [
  ["bank", "Có tài khoản ngân hàng không?", "Để nhận tiền bán hàng. Không hỏi số tài khoản."],
  ["wallet", "Có ví điện tử không?", "Để nhận tiền nhỏ, nhanh."],
  ["identity", "Có định danh điện tử mức 2 không?", "Để mở gian hàng mà không phải đi xa."],
  ["qr", "Có mã QR nhận tiền không?", "Để khách trả tiền tại vườn, tại chợ."],
];

export function readyStep(context) {
  return [
    h("p", {}, "Hỏi để biết hộ còn cần giúp gì. Hộ có quyền không trả lời."),
    ...READY.map(([name, legend, hint]) =>
      yesNo({ name, legend, hint, skippable: true, value: context.said[name], onchange: setter(context, name) })),
  ];
}

export function personStep(context) {
  const { said } = context;
  const papers = h(
    "div",
    {},
    textField({
      name: "personal_id", label: "Số định danh cá nhân", optional: true, inputmode: "numeric", maxlength: 16, value: said.personal_id,
      oninput: setter(context, "personal_id"), hint: "12 số trên thẻ căn cước, để một hộ không bị ghi hai lần. Sổ chỉ giữ 3 số cuối. Đọc và gõ, không chụp thẻ.",
    }),
    textField({
      name: "tax_code", label: "Mã số thuế", optional: true, inputmode: "numeric", maxlength: 14, value: said.tax_code, oninput: setter(context, "tax_code"),
      hint: "Chỉ ghi khi hộ có; sàn cần để kê khai thay hộ.",
    }),
  );
  const show = () => (papers.hidden = !said.opening);
  show();
  return [
    textField({
      name: "birth_year", label: "Năm sinh chủ hộ", optional: true, inputmode: "numeric", maxlength: 4, value: said.birth_year,
      oninput: setter(context, "birth_year"), hint: "Để phân biệt hai người trùng tên. Chủ hộ từ 16 tuổi.",
    }),
    choices({
      name: "sex", legend: "Nam hay nữ", optional: true, value: said.sex, hint: "Để biết có bao nhiêu chủ hộ là nữ.", onchange: setter(context, "sex"),
      options: [{ code: "female", label: "Nữ" }, { code: "male", label: "Nam" }, { code: "", label: "Không hỏi" }],
    }),
    choices({
      name: "opening", legend: "Mở tài khoản trên sàn", several: true, value: said.opening ? ["yes"] : [],
      options: [{ code: "yes", label: "Hộ nhờ mở tài khoản trên sàn" }],
      onchange: (picked) => setter(context, "opening", show)(picked.length > 0),
    }),
    papers,
  ];
}
