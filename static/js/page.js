// Small helps for every page. Nothing here is needed: each thing also works without it.

// A refused form: bring the person to the summary of what to change.
document.querySelector("main:not(.gallery) [data-focus]")?.focus();

// Filters stand open where there is room beside the list.
if (matchMedia("(min-width: 860px)").matches) {
  for (const filters of document.querySelectorAll("[data-open-when-wide]")) filters.open = true;
}

// Rows of places that move sideways on a phone: the current one in sight.
for (const row of document.querySelectorAll(".masthead-links, .tabs ul")) {
  const current = row.querySelector("[aria-current]");
  if (current && row.scrollWidth > row.clientWidth) row.scrollLeft = current.offsetLeft - row.offsetLeft - 16;
}

// Two taps on a slow line must not send a form twice. The server is safe against it too; this only spares the person the doubt.
// It is forgotten after a while, because a form that answers with a file leaves the page standing.
const SECONDS_UNTIL_SENT_AGAIN = 5;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method")?.toLowerCase() !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, SECONDS_UNTIL_SENT_AGAIN * 1000);
});

// A page taken from the back-forward cache may send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Parts that report on something long ask their page again until the server leaves data-refresh out.
const SECONDS_BETWEEN_QUESTIONS = 4;

async function refresh(part) {
  const answer = await fetch(part.dataset.refresh, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`The page answered ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (!fresh) return null;
  part.replaceWith(fresh);
  return fresh.dataset.refresh ? fresh : null;
}

function follow(part) {
  setTimeout(async () => {
    let next = part;
    try {
      if (!document.hidden) next = await refresh(part);
    } catch {
      // No signal just now: the last known state stays, and the question is asked again.
    }
    if (next) follow(next);
  }, SECONDS_BETWEEN_QUESTIONS * 1000);
}

for (const part of document.querySelectorAll("[data-refresh][id]")) follow(part);
