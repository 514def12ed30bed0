// A screen on a wall: one panel at a time, fresh figures by themselves, and plain words when there are none. Without this the panels
// stand one under the other. Nothing moves or fades; the focus is left where it is.
const SECONDS_A_PANEL = 20;
const SECONDS_BETWEEN_QUESTIONS = 60;
const SECONDS_TO_ANSWER = 20;

const wall = document.querySelector("main.wall");
const panels = document.getElementById("wall-panels");
if (wall && panels) hang();

function hang() {
  const step = document.getElementById("wall-step");
  const net = document.getElementById("wall-net");
  const controls = document.getElementById("wall-controls");
  const pause = controls.querySelector('[data-wall="pause"]');
  let shown = 0;
  // Who asks for less motion turns the pages by hand until they say otherwise.
  let turning = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let turn;
  let ask;

  const sections = () => [...panels.querySelectorAll(".wall-panel")];

  function show(number) {
    const all = sections();
    shown = (number + all.length) % all.length;
    all.forEach((panel, place) => { panel.hidden = place !== shown; });
    step.textContent = `${shown + 1}/${all.length}`;
  }

  function wind() {
    clearInterval(turn);
    if (turning) turn = setInterval(() => show(shown + 1), SECONDS_A_PANEL * 1000);
    pause.textContent = turning ? pause.dataset.stop : pause.dataset.go;
  }

  controls.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-wall]")?.dataset.wall;
    if (wanted === "pause") turning = !turning;
    if (wanted === "next") show(shown + 1);
    if (wanted === "back") show(shown - 1);
    wind(); // a page that somebody turned to stays its whole time
  });

  function say(words) {
    const said = words ? words.replace("%s", panels.dataset.at) : "";
    if (net.textContent !== said) net.textContent = said; // told once, not every minute
  }

  function close(page) {
    clearInterval(turn);
    clearInterval(ask);
    wall.classList.remove("wall-live");
    wall.className = page.className;
    wall.replaceChildren(...page.childNodes);
  }

  async function refresh() {
    let fresh;
    try {
      const answer = await fetch(location.href, {
        headers: { Accept: "text/html" },
        cache: "no-store",
        credentials: "same-origin",
        signal: AbortSignal.timeout(SECONDS_TO_ANSWER * 1000),
      });
      fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      // The link has been revoked or has run out: what it showed goes at once.
      const closed = fresh.querySelector("main.wall-closed");
      if ((answer.status === 404 || answer.status === 410) && closed) return close(closed);
      if (answer.redirected) return say(net.dataset.left);
      if (!answer.ok) throw new Error(`The page answered ${answer.status}`);
    } catch {
      return say(net.dataset.lost); // the last figures stay, with the time they are of
    }
    const found = fresh.getElementById("wall-panels");
    if (!found) return say(net.dataset.lost);
    panels.replaceChildren(...found.childNodes);
    panels.dataset.at = found.dataset.at;
    document.getElementById("wall-count").replaceChildren(...fresh.getElementById("wall-count").childNodes);
    say("");
    show(shown);
  }

  wall.classList.add("wall-live");
  controls.hidden = false;
  step.hidden = false;
  show(0);
  wind();
  ask = setInterval(() => { if (!document.hidden) refresh(); }, SECONDS_BETWEEN_QUESTIONS * 1000);
  addEventListener("offline", () => say(net.dataset.lost));
  addEventListener("online", refresh);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}
