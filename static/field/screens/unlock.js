// The door: a person and a PIN. A forgotten PIN loses nothing, a phone locked from afar opens for nobody.

import { forgotPin, unfinished, unlock, WrongPin } from "../engine.js";
import { fill, h } from "../dom.js";
import { button, buttonLink, choices, offerFile, showErrors, status, textField } from "../parts.js";
import { here, redraw } from "../router.js";
import { whoIsSignedIn } from "../state.js";
import { losing } from "./settings.js";

let chosen = null;

/** The screen for a closed vault. */
export function locked(people) {
  if (here() === "/quen-pin") return forgotten(people);
  chosen = people.find((each) => each.id === chosen?.id) ?? people[0];
  let pin = "";
  const trouble = h("div", { role: "alert", class: "said" });
  const enter = button("Mở", () => {}, { wide: true, type: "submit" });
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        trouble.replaceChildren();
        if (!showErrors(form, /^\d{4,}$/.test(pin) ? {} : { pin: "Hãy gõ mã PIN gồm 6 chữ số." })) return;
        enter.disabled = true;
        try {
          await unlock(chosen.id, pin);
          await redraw();
        } catch (problem) {
          enter.disabled = false;
          if (!(problem instanceof WrongPin)) throw problem;
          showErrors(form, { pin: wrong(problem) });
          form.querySelector("[name=pin]").select();
          wait(enter, problem.waitSeconds);
        }
      },
    },
    people.length > 1
      ? choices({
          name: "person", legend: "Bạn là ai?", value: chosen.id,
          options: people.map((each) => ({ code: each.id, label: each.name })),
          onchange: (id) => (chosen = people.find((each) => each.id === id)),
        })
      : h("p", { class: "lede" }, chosen.name),
    h("input", { type: "text", autocomplete: "username", value: chosen.name, hidden: true }),
    textField({
      name: "pin", label: "Mã PIN", type: "password", inputmode: "numeric", maxlength: 6, autocomplete: "current-password",
      oninput: (value) => (pin = value),
    }),
    trouble,
    enter,
  );
  return {
    title: "Mở khóa",
    body: [
      form,
      h(
        "div",
        { class: "stack apart" },
        h("p", {}, "Chưa mở khóa thì phiếu đã ghi vẫn nằm an toàn trong máy."),
        buttonLink("Quên mã PIN", "#/quen-pin", { kind: "quiet", wide: true }),
        buttonLink("Người khác dùng máy này", "#/nguoi-khac", { kind: "quiet", wide: true }),
      ),
    ],
  };
}

function wrong({ triesLeft, waitSeconds }) {
  if (triesLeft === 0) return "Đã sai quá 10 lần, mã PIN này bị bỏ. Bấm «Quên mã PIN» để lấy phiếu ra rồi đặt mã mới.";
  const left = triesLeft ? ` Còn ${triesLeft} lần.` : "";
  return waitSeconds ? `Mã PIN chưa đúng. Đợi ${waitSeconds} giây rồi gõ lại.${left}` : `Mã PIN chưa đúng. Hãy gõ lại.${left}`;
}

function wait(control, seconds) {
  if (!seconds) return;
  control.disabled = true;
  setTimeout(() => (control.disabled = false), seconds * 1000);
}

async function forgotten(people) {
  let who = (chosen ?? people[0]).id;
  const outcome = h("div", { role: "status", class: "said" });
  const make = button("Lấy phiếu ra thành tệp niêm phong", async () => {
    const file = await forgotPin(who);
    if (file.count) offerFile(file);
    outcome.replaceChildren(
      file.count
        ? status("good", `Tệp ${file.name} đã lưu vào máy. Hãy mang về xã: cán bộ xã nạp vào là phiếu được ghi, không mất phiếu nào.`, { word: "" })
        : status("good", "Bạn không còn phiếu nào chưa gửi trên máy này.", { word: "" }),
      buttonLink("Đăng nhập lại và đặt mã PIN mới", "/dang-nhap/?next=/thuc-dia/%23/nguoi-khac", { wide: true }),
    );
    make.remove();
    lost.remove();
  }, { wide: true, symbol: "download" });
  const lost = h("div", {});
  const warn = async () => {
    const asked = who;
    const count = await unfinished(asked);
    if (asked !== who) return; // another name was chosen meanwhile
    make.disabled = count > 0;
    fill(lost, losing(count, (agreed) => (make.disabled = !agreed)));
  };
  await warn();
  return {
    title: "Quên mã PIN",
    back: { path: "/", label: "Thử lại mã PIN" },
    body: [
      people.length > 1 &&
        choices({
          name: "who", legend: "Bạn là ai?", value: who, options: people.map((each) => ({ code: each.id, label: each.name })),
          onchange: async (id) => {
            who = id;
            await warn();
          },
        }),
      h("p", {}, "Không ai xem lại được mã PIN, kể cả máy chủ. Nhưng phiếu chưa gửi không mất:"),
      h(
        "ol",
        {},
        h("li", {}, "Máy gói phiếu chưa gửi của bạn vào một tệp niêm phong. Chỉ máy chủ của xã mở được, ai nhặt được tệp cũng không đọc được."),
        h("li", {}, "Bạn mang tệp về xã, hoặc gửi cho cán bộ xã."),
        h("li", {}, "Bạn đăng nhập lại và đặt mã PIN mới trên máy này."),
      ),
      people.some((each) => each.hasPin) && status("warn", "Phiếu đang ghi dở, chưa bấm Lưu, chỉ mở được bằng mã PIN cũ. Hãy thử nhớ lại trước.", { word: "" }),
      lost,
      make,
      outcome,
    ],
  };
}

/** A phone reported lost: nothing opens; what is unsent leaves only as a sealed file. */
export function remoteLocked(people) {
  const outcome = h("div", { role: "status", class: "said" });
  const take = (each) =>
    button(`Lấy phiếu của ${each.name} ra thành tệp niêm phong`, async () => {
      const file = await forgotPin(each.id);
      if (file.count) offerFile(file);
      outcome.replaceChildren(status("good", file.count ? `Tệp ${file.name} đã lưu. Hãy mang về xã.` : "Không còn phiếu nào chưa gửi.", { word: "" }));
    }, { kind: "quiet", wide: true, symbol: "download" });
  const again = button("Tôi đã gọi, thử lại", async () => {
    const { online } = await whoIsSignedIn(); // a phone that was found again opens with this answer
    if (!again.isConnected) return;
    fill(outcome, status("info", online ? "Máy vẫn đang bị khóa. Hãy hỏi lại cán bộ xã." : "Chưa có mạng để hỏi. Hãy đến chỗ có mạng rồi bấm lại.", { word: "" }));
  }, { wide: true });
  return {
    title: "Máy này đã bị khóa từ xa",
    body: [
      h("p", {}, "Cán bộ xã đã báo mất máy này, nên không mở được nữa. Nếu máy vẫn trong tay bạn, hãy gọi cán bộ xã để mở lại. Phiếu chưa gửi vẫn nằm kín trong máy."),
      h("div", { class: "stack" }, people.map(take)),
      outcome,
      again,
    ],
  };
}
