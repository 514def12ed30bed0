// Names proposed while somebody types into a search box. Without a script, or when no answer comes, the box works as it is.

const MILLISECONDS_OF_SILENCE = 200;
const SHORTEST = 2;

for (const form of document.querySelectorAll("form[data-suggest]")) propose(form);

function propose(form) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const note = form.querySelector("[data-says]");
  let current = -1;
  let timer = 0;
  let asking = null;
  let typed = input.value;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    current = -1;
    note.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(names) {
    list.replaceChildren(
      ...names.map((name, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = name;
        return item;
      }),
    );
    if (!names.length) return close();
    current = -1;
    list.hidden = false;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", "true");
    note.textContent = note.dataset.says.replace("%s", names.length);
  }

  async function ask() {
    asking?.abort();
    const mine = (asking = new AbortController());
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(typed.toWellFormed?.() ?? typed)}`, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        signal: mine.signal,
      });
      const names = answer.ok ? (await answer.json()).suggestions : [];
      if (!mine.signal.aborted && document.activeElement === input) show(names);
    } catch {
      // No signal, or the next letter was faster.
    }
  }

  // Arrows walk over the names and, past either end, over what was typed.
  function walk(step) {
    const items = list.children;
    current = ((current + 1 + step + items.length + 1) % (items.length + 1)) - 1;
    for (const [place, item] of [...items].entries()) item.setAttribute("aria-selected", String(place === current));
    if (current < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", items[current].id);
    input.value = current < 0 ? typed : items[current].textContent;
  }

  input.addEventListener("input", (event) => {
    typed = input.value;
    if (typed.trim().length < SHORTEST) return close();
    if (event.isComposing) return; // a letter that still waits for its mark
    clearTimeout(timer);
    timer = setTimeout(ask, MILLISECONDS_OF_SILENCE);
  });
  input.addEventListener("compositionend", () => input.dispatchEvent(new InputEvent("input")));

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault(); // the first press closes, the browser's own second one empties the box
      input.value = typed;
      close();
    }
  });

  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    input.value = item.textContent;
    close();
    form.requestSubmit();
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
}
