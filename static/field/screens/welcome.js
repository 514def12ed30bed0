// First use on this phone, or one more person on a shared one: who are you, a PIN, put it on the home screen.

import { enrol, Refused } from "../engine.js";
import { h } from "../dom.js";
import { button, buttonLink, showErrors, status, textField } from "../parts.js";
import { go, redraw, route } from "../router.js";
import { canInstall, install, isInstalled, isKept, whoIsSignedIn } from "../state.js";

const SIGN_IN = "/dang-nhap/?next=/thuc-dia/";
const EASY = /^(\d)\1+$|^(?:012345|123456|234567|345678|456789|567890|987654|876543|765432|654321|543210)$/;

/** Who is here: asks the server; without a line there is nothing to begin with. */
export async function welcome({ people }) {
  const answer = await whoIsSignedIn();
  const back = people.some((each) => each.hasPin) ? { path: "/", label: "Quay lại" } : null;
  if (!answer.online) return withoutLine(back, people);
  if (!answer.signedIn) {
    return {
      title: "Bạn là ai?",
      back,
      lead: "Ứng dụng này dành cho tổ công nghệ số. Đăng nhập một lần trên máy này; sau đó bạn mở bằng mã PIN, không có mạng cũng được.",
      body: [ended(people), buttonLink("Đăng nhập", SIGN_IN, { wide: true, symbol: "person" })],
    };
  }
  const known = people.find((each) => each.id === answer.person.id && each.hasPin);
  if (known) {
    return {
      title: `${known.name} đã có mã PIN ở máy này`,
      body: [
        button("Mở bằng mã PIN", () => go("/"), { wide: true }),
        h("p", {}, "Bạn là người khác? Hãy đăng xuất rồi đăng nhập tên mình."),
        buttonLink("Đăng nhập tên khác", SIGN_IN, { kind: "quiet", wide: true }),
      ],
    };
  }
  return setPin(answer.person, back);
}

/** As soon as the line is back the screen goes on by itself. */
function withoutLine(back, people) {
  const again = button("Thử lại", () => redraw(), { wide: true, symbol: "sync" });
  addEventListener("online", () => again.isConnected && redraw(), { once: true });
  return {
    title: "Cần mạng để đăng nhập",
    back,
    body: [
      ended(people),
      h("p", {}, "Lần đầu dùng trên máy này, hoặc sau khi đăng xuất, bạn cần mạng để đăng nhập và tải danh sách hộ của ấp mình. Sau đó không có mạng vẫn ghi được."),
      again,
    ],
  };
}

/** Their PINs open nothing any more; what they had not sent is still here. */
function ended(people) {
  const names = people.filter((each) => !each.hasPin).map((each) => each.name).join(", ");
  if (!names) return null;
  return status("info", `Mã PIN cũ của ${names} không dùng được nữa. Hãy đăng nhập rồi đặt mã PIN mới; phiếu chưa gửi vẫn nằm kín trong máy và sẽ tự gửi.`, {
    word: "", more: [" ", h("a", { href: "#/quen-pin" }, "Lấy phiếu ra thành tệp kín")],
  });
}

function setPin(person, back) {
  const typed = { pin: "", again: "" };
  const trouble = h("div", { role: "alert", class: "said" });
  const pinField = (name, label, hint) =>
    textField({
      name, label, hint, type: "password", inputmode: "numeric", maxlength: 6, autocomplete: "new-password",
      oninput: (value) => (typed[name] = value),
    });
  const save = button("Đặt mã PIN", () => {}, { wide: true, type: "submit" });
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const errors = {};
        if (!/^\d{6}$/.test(typed.pin)) errors.pin = "Mã PIN gồm đúng 6 chữ số.";
        else if (EASY.test(typed.pin)) errors.pin = "Mã này dễ đoán quá. Hãy chọn 6 số khác.";
        else if (typed.again !== typed.pin) errors.again = "Hai lần gõ chưa giống nhau. Hãy gõ lại.";
        if (!showErrors(form, errors)) return;
        save.disabled = true;
        trouble.replaceChildren(status("wait", "Đang tải danh sách hộ về máy. Đừng tắt màn hình.", { word: "" }));
        try {
          await enrol(typed.pin);
          await isKept({ ask: true });
          go("/cai", { instead: true });
        } catch (problem) {
          save.disabled = false;
          const words = problem instanceof Refused && problem.message ? problem.message : "Chưa tải được. Hãy kiểm tra mạng rồi bấm lại.";
          trouble.replaceChildren(status("bad", words, { word: "" }));
        }
      },
    },
    // A password manager that sees no user name would offer the last one it knows.
    h("input", { type: "text", autocomplete: "username", value: person.name, hidden: true }),
    pinField("pin", "Mã PIN mới", "6 chữ số. Mã này khóa dữ liệu trên máy; máy chủ không biết, nên đừng quên."),
    pinField("again", "Gõ lại mã PIN"),
    trouble,
    save,
  );
  return { title: `Chào ${person.name}`, back, lead: "Đặt mã PIN để chỉ mình bạn mở được phần của mình trên máy này.", body: [form] };
}

route("/cai", async () => {
  const body = [status("good", "Máy này đã sẵn sàng. Từ giờ không có mạng vẫn ghi được.", { word: "" })];
  if (isInstalled()) body.push(h("p", {}, "Ứng dụng đã nằm trên màn hình chính."));
  else if (canInstall()) {
    body.push(
      h("p", {}, "Đưa ứng dụng ra màn hình chính để mở nhanh và để máy không xóa dữ liệu."),
      button("Đưa ra màn hình chính", async () => {
        await install();
        go("/", { instead: true });
      }, { wide: true, symbol: "download" }),
    );
  } else body.push(h("p", {}, "Nên đưa ứng dụng ra màn hình chính: mở thực đơn của trình duyệt, chọn «Thêm vào màn hình chính»."));
  body.push(button("Bắt đầu", () => go("/", { instead: true }), { wide: true, kind: canInstall() && !isInstalled() ? "quiet" : "" }));
  return { title: "Xong, bắt đầu được rồi", body: [h("div", { class: "stack" }, body)] };
});
