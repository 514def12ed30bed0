// The field app's frame: opens the engine, draws the screen of the address, keeps the header true.

import * as engine from "./engine.js";
import { fill, h, icon } from "./dom.js";
import { flush, trouble } from "./keeping.js";
import { button, status } from "./parts.js";
import { found, go, here, redraw, start } from "./router.js";
import { connectionWords, unsentWords } from "./words.js";
import { rememberInstall, serverPerson, whoIsSignedIn } from "./state.js";
import { locked, remoteLocked } from "./screens/unlock.js";
import { welcome } from "./screens/welcome.js";
import "./screens/home.js";
import "./screens/household.js";
import "./screens/lists.js";
import "./screens/register.js";
import "./screens/session.js";
import "./screens/settings.js";
import "./screens/visit.js";

const main = document.getElementById("main");
const head = document.getElementById("field-head");
const bar = document.getElementById("field-bar");
const counter = document.getElementById("field-counter");
const line = document.getElementById("field-line");
const PLACES = [
  ["/", "Hôm nay", "home"],
  ["/ap", "Hộ", "people"],
  ["/chua-gui", "Gửi", "unsent"],
  ["/may", "Máy này", "phone"],
];
const OPEN_TO_ALL = new Set(["/nguoi-khac"]);
let drawing = 0;
let wasState = "";

/** The screen that belongs here now: who has not opened the vault sees its door, whatever the address says. */
async function screen() {
  const { state, people } = await engine.open();
  wasState = state;
  if (state === "device_locked") return remoteLocked(people);
  if (OPEN_TO_ALL.has(here())) return welcome({ people });
  if (state === "none") return welcome({ people });
  // Whose PIN was ended (forgotten, or the phone was reported lost) signs in and sets a new one.
  if (state === "locked") return here() === "/quen-pin" || people.some((each) => each.hasPin) ? locked(people) : welcome({ people });
  const there = found();
  return there ? there.show(there.params) : lost();
}

function lost() {
  return { title: "Không có trang này", body: [button("Về Hôm nay", () => go("/"))] };
}

async function draw({ quiet = false } = {}) {
  const mine = ++drawing;
  let view;
  try {
    await flush().catch(() => {}); // the header says it
    view = await screen();
  } catch (problem) {
    view = failed(problem);
  }
  if (mine !== drawing || !view) return; // a later screen was asked for meanwhile, or the address moved on
  document.title = `${view.title} · Lên Sàn`;
  const title = h("h1", { tabindex: "-1" }, view.title);
  fill(
    main,
    h(
      "div",
      { class: `page field-page ${view.wide ? "" : "narrow-page"}` },
      view.back && h("a", { class: "back", href: `#${view.back.path}` }, icon("left"), view.back.label ?? "Quay lại"),
      view.above,
      h("div", { class: "field-title" }, title, view.lead && h("p", { class: "soft" }, view.lead)),
      view.body,
    ),
  );
  bar.hidden = wasState !== "open" || Boolean(view.task);
  document.body.classList.toggle("has-bar", !bar.hidden);
  drawBar();
  drawHeader();
  if (!quiet) {
    scrollTo(0, 0);
    title.focus({ preventScroll: true });
  }
  view.drawn?.();
}

function failed(problem) {
  console.warn(problem);
  return {
    title: "Màn hình này chưa mở được",
    body: [
      status("bad", "Những gì đã ghi vẫn nằm trong máy. Hãy mở lại; nếu vẫn vậy, xuất tệp niêm phong ở mục Máy này và mang về xã.", { word: "" }),
      h("div", { class: "row" }, button("Mở lại", () => location.reload()), button("Máy này", () => go("/may"), { kind: "quiet" })),
    ],
  };
}

function drawBar() {
  const current = here();
  const items = PLACES.map(([path, words, symbol]) => {
    const isHere = path === "/" ? current === "/" : current === path || current.startsWith(`${path}/`);
    return h("li", {}, h("a", { href: `#${path}`, "aria-current": isHere && "page" }, icon(symbol), h("span", {}, words)));
  });
  fill(bar.querySelector("ul"), items);
}

let said = "";

function drawHeader() {
  const person = engine.person();
  fill(document.getElementById("field-person"), person ? person.name : "");
  const unsent = engine.unsent();
  head.dataset.open = person || unsent.count ? "yes" : ""; // what waits is said on a locked phone too
  const { tone, icon: symbol, words } = unsentWords(unsent);
  const others = unsent.ofOthers ? ` · ${unsent.ofOthers} của người khác` : "";
  const sentence = words + others;
  counter.className = `field-counter tone-${tone}`;
  if (said !== sentence) {
    // The region is only touched when its words change, or a screen reader says them again and again.
    fill(counter, icon(symbol), h("a", { href: "#/chua-gui" }, sentence));
    said = sentence;
  }
  fill(line, ...warnings(unsent, person));
}

function warnings(unsent, person) {
  const found = [];
  if (trouble()) found.push(h("p", { class: "field-line tone-bad" }, icon("warn"), h("strong", {}, trouble())));
  const connection = engine.connection();
  const words = connectionWords(connection);
  const isOffline = !connection.online;
  if (words && (person || isOffline)) {
    const signIn = /Đăng nhập lại/.test(words) && h("a", { href: "/dang-nhap/?next=/thuc-dia/" }, "Đăng nhập");
    found.push(h("p", { class: "field-line" }, icon(connection.online ? "sync" : "info"), h("span", {}, words, " ", signIn)));
  }
  const server = serverPerson();
  if (person && server && server.id !== person.id) {
    found.push(
      h("p", { class: "field-line" }, icon("people"), `Trình duyệt đang đăng nhập tên ${server.name}. Phiếu của bạn gửi được khi bạn đăng nhập tên mình; cứ ghi tiếp được.`),
    );
  }
  if (connection.update) {
    found.push(h("p", { class: "field-line" }, icon("info"), h("span", {}, "Có bản mới của ứng dụng. "), button("Dùng bản mới", () => updated(), { kind: "quiet" })));
  }
  if (unsent.warn) {
    found.push(
      h(
        "p",
        { class: "field-line tone-bad" },
        icon("warn"),
        h("span", {}, h("strong", {}, `Đã ${unsent.days} ngày chưa gửi được. `), "Hãy đến chỗ có mạng, hoặc ", h("a", { href: "#/may" }, "xuất tệp niêm phong mang về xã"), "."),
      ),
    );
  }
  return found;
}

async function updated() {
  await flush();
  engine.takeUpdate();
}

function changed() {
  drawHeader();
  const open = Boolean(engine.person());
  if ((engine.connection().problem === "device_locked") !== (wasState === "device_locked")) redraw();
  else if (!open && wasState === "open") redraw(); // locked by itself
  else document.dispatchEvent(new CustomEvent("field:changed"));
}

// The address is a route, so the skip link moves the focus itself.
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
rememberInstall();
start(draw);
engine.subscribe(changed);
const noticeLine = () => whoIsSignedIn().then(drawHeader);
addEventListener("online", noticeLine);
addEventListener("offline", drawHeader);
document.addEventListener("field:kept", drawHeader);
await draw();
noticeLine();
