// What a household agrees to, photos of its goods, the shops it already has.

import { addPhoto, BadPhoto, Closed, photoUrl, removePhoto } from "../engine.js";
import { fill, h, icon } from "../dom.js";
import { button, choices, selectField, status, textField } from "../parts.js";
import { flush } from "../keeping.js";
import { MOST, tooMuch } from "../limits.js";
import { capital } from "../words.js";

export function consentStep({ said, held, changed, isEdit }) {
  const asked = h("div", {});
  const draw = () =>
    fill(
      asked,
      said.ask_consent && [
        h("p", { id: "read-aloud" }, "Đọc to đoạn này cho hộ nghe:"),
        h("blockquote", { class: "notice", "aria-labelledby": "read-aloud" }, held.notice.text.split(/\n+/).map((part) => h("p", {}, part))),
        choices({
          name: "consents", legend: "Hộ đồng ý việc nào?", hint: "Hỏi từng việc, đánh dấu từng việc. Không đồng ý vẫn ghi hộ được.", several: true,
          options: held.purposes, value: held.purposes.map((each) => each.code).filter((code) => said.consents[code]),
          onchange: (picked) => {
            said.consents = Object.fromEntries(held.purposes.map((each) => [each.code, picked.includes(each.code)]));
            changed();
          },
        }),
        choices({
          name: "means", legend: "Hộ trả lời bằng cách nào?", options: held.means.map((each) => ({ ...each, label: capital(each.label) })), value: said.means,
          onchange: (code) => {
            said.means = code;
            changed();
          },
        }),
      ],
    );
  draw();
  const again =
    isEdit &&
    choices({
      name: "again", legend: "Ý kiến của hộ", several: true, value: said.ask_consent ? ["yes"] : [], options: [{ code: "yes", label: "Hỏi lại ý kiến hộ" }],
      hint: "Không đánh dấu thì giữ nguyên những gì hộ đã trả lời.",
      onchange: (picked) => {
        said.ask_consent = picked.length > 0;
        changed();
        draw();
      },
    });
  return [again, asked];
}

const UNKNOWN = "Chưa lưu được ảnh này. Hãy chụp lại hoặc chọn ảnh khác.";

export async function photosStep({ draft }) {
  const list = h("ul", { class: "photos" });
  const said = h("div", { role: "status", class: "said" });
  const draw = async () => fill(list, await Promise.all(draft.photos.map((photo, index) => thumbnail(photo, index))));
  const thumbnail = async ({ sha256 }, index) =>
    h(
      "li",
      {},
      h("img", { src: await photoUrl(sha256), alt: `Ảnh ${index + 1}`, width: 104, height: 104 }),
      button(`Bỏ ảnh ${index + 1}`, async () => {
        await removePhoto(draft, sha256);
        await draw();
        fill(said, "Đã bỏ một ảnh.");
        list.querySelector("button")?.focus();
      }, { kind: "quiet" }),
    );
  const taken = async (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    const refused = new Set(); // the same words are said once
    await flush().catch(() => {}); // the header says it
    for (const [index, file] of files.entries()) {
      fill(said, status("wait", `Đang thu nhỏ ảnh ${index + 1}/${files.length}…`, { word: "" }));
      try {
        await addPhoto(draft, file);
      } catch (problem) {
        refused.add(problem instanceof BadPhoto || problem instanceof Closed ? problem.message : UNKNOWN);
      }
      await draw().catch(() => {});
    }
    fill(said, refused.size ? [...refused].map((words) => status("bad", words, { word: "" })) : null, h("p", {}, `Đã có ${draft.photos.length} ảnh.`));
  };
  const picker = (words, symbol, more) =>
    h("label", { class: "button button-quiet button-wide file-button" }, icon(symbol), h("span", {}, words),
      h("input", { type: "file", accept: "image/*", class: "visually-hidden", onchange: taken, ...more }));
  await draw();
  return [
    status("info", `Chỉ chụp hàng, không chụp mặt người, không chụp giấy tờ. Nhiều nhất ${MOST.photos} ảnh.`, { word: "" }),
    list,
    said,
    h("div", { class: "stack" }, picker("Chụp ảnh", "camera", { capture: "environment" }), picker("Chọn ảnh có sẵn", "upload", { multiple: true })),
  ];
}

export function shopsStep({ said, held, changed }) {
  const place = h("div", {});
  const full = h("p", { role: "status" });
  const draw = () => fill(place, said.shops.map((shop, index) => shopFields(shop, index)));
  const shopFields = (shop, index) => {
    const set = (name) => (value) => {
      shop[name] = value;
      changed();
    };
    return h(
      "fieldset",
      { class: "field block" },
      h("legend", {}, `Gian hàng ${index + 1}`),
      selectField({ name: `platform-${index}`, label: "Ở sàn nào", options: held.platforms.map(({ code, name }) => ({ code, label: name })), value: shop.platform, onchange: set("platform") }),
      textField({ name: `link-${index}`, label: "Đường dẫn gian hàng", optional: true, type: "url", inputmode: "url", maxlength: MOST.link, value: shop.link, oninput: set("link"), hint: "Chép từ điện thoại của hộ. Chưa có thì bỏ trống." }),
      button(`Bỏ gian hàng ${index + 1}`, () => {
        said.shops.splice(index, 1);
        changed();
        draw();
      }, { kind: "quiet", symbol: "bin" }),
    );
  };
  draw();
  const more = button("Thêm gian hàng", () => {
    const words = tooMuch("shops", said.shops.length + 1);
    fill(full, words);
    if (words) return;
    said.shops.push({ platform: "", link: "" });
    changed();
    draw();
    place.lastElementChild.querySelector("select").focus();
  }, { kind: "quiet", wide: true, symbol: "plus" });
  const known = (said.known_shops ?? []).map((each) => held.platforms.find((one) => one.code === each.platform)?.name ?? each.platform);
  return [
    h("p", {}, "Chưa có gian hàng nào thì bấm tiếp. Gian hàng ghi ở đây sẽ được người khác mở xem để xác nhận."),
    known.length ? h("p", {}, `Sổ đã có: ${known.join(", ")}.`) : null,
    place,
    full,
    more,
  ];
}
