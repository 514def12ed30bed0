// Helps beside the listing's form: the price of a kilogram while typing, a search over the categories, the degree only for
// drinks, and keeping what is typed. None of it is needed: the form works without.

const SECONDS_BETWEEN_SAVES = 4;
const form = document.querySelector("form#listing-form") ?? document.querySelector("form[novalidate]");

const GRAMS = { kg: 1000, "100g": 100 };
const folded = (text) =>
  text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/[^a-z0-9]+/g, " ").trim();

function showPriceByMeasure() {
  const line = form.querySelector("[data-price-by-measure]");
  if (!line) return;
  const price = Number(form.elements.price.value.replace(/[^\d]/g, ""));
  const unit = form.elements.unit.value;
  const amount_in = (field) => Number(field.value.replace(/[^\d]/g, ""));
  const volume = amount_in(form.elements.net_volume);
  const grams = GRAMS[unit] ?? amount_in(form.elements.net_weight);
  const measure = volume > 0 ? volume : grams;
  line.hidden = !(price > 0 && measure > 0) || unit === "kg" || unit === "litre";
  const amount = Math.floor((2 * price * 1000 + measure) / (2 * measure));
  const dots = String(amount).replace(/\B(?=(\d{3})+$)/g, ".");
  if (!line.hidden) line.textContent = `Tính ra ${dots} đ một ${volume > 0 ? "lít" : "kg"}.`;
}

// An amount as it is read: 1000000 becomes 1.000.000 when the field is left.
function groupPrice() {
  const price = form.elements.price;
  price?.addEventListener("change", () => {
    if (/^\d{4,12}$/.test(price.value.trim())) price.value = price.value.trim().replace(/\B(?=(\d{3})+$)/g, ".");
  });
}

function searchCategories() {
  const select = form.elements.category;
  if (!select) return;
  const box = document.createElement("div");
  const label = document.createElement("label");
  const search = document.createElement("input");
  const found = document.createElement("ul");
  label.textContent = "Tìm loại hàng";
  label.htmlFor = search.id = "category-search";
  search.type = "search";
  search.autocomplete = "off";
  found.className = "found-categories";
  box.className = "category-search";
  box.append(label, search, found);
  select.before(box);
  search.addEventListener("input", () => {
    const words = folded(search.value).split(" ").filter(Boolean);
    const hits = words.length
      ? [...select.options].filter((option) => option.dataset.words && words.every((word) => option.dataset.words.includes(word)))
      : [];
    found.replaceChildren(
      ...hits.slice(0, 8).map((option) => {
        const line = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button-quiet";
        button.textContent = option.textContent;
        button.addEventListener("click", () => {
          select.value = option.value;
          found.replaceChildren();
          search.value = "";
          select.dispatchEvent(new Event("change", { bubbles: true }));
          select.focus();
        });
        line.append(button);
        return line;
      }),
    );
    if (words.length && !hits.length) {
      const line = document.createElement("li");
      line.textContent = "Không thấy. Hãy thử tên khác hoặc chọn trong danh sách bên dưới.";
      found.append(line);
    }
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    found.querySelector("button")?.click();
  });
}

function showDegreeForDrinks() {
  const degree = form.elements.alcohol;
  if (!degree) return;
  const show = () => {
    const chosen = form.elements.category.selectedOptions[0];
    degree.closest(".field").hidden = !("alcohol" in (chosen?.dataset ?? {})) && degree.value === "";
  };
  form.elements.category.addEventListener("change", show);
  show();
}

// What is typed goes to the server every few seconds; without a network it waits in this device, under this person's name.
function autosave() {
  const says = form.dataset;
  const note = form.querySelector("[data-autosave-note]");
  const key = `listing-draft:${says.owner}:${"new" in says ? "new" : says.sku}`;
  let seen = says.seen;
  let sku = form.elements.sku.value || says.sku;
  let stopped = false;
  let over = false;
  let touched = false;
  let timer = 0;
  let last = "";

  function values() {
    const kept = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string" || name === "csrfmiddlewaretoken" || name === "draft_seen") continue;
      if (name === "papers") (kept[name] ??= []).push(value);
      else kept[name] = value;
    }
    return kept;
  }

  function here(typed) {
    try {
      if (typed) localStorage.setItem(key, JSON.stringify({ sku, values: typed }));
      else localStorage.removeItem(key);
      return true;
    } catch {
      return false; // a private window, or no room: nothing more can be done here
    }
  }

  async function save(leaving = false) {
    clearTimeout(timer);
    timer = 0;
    const typed = values();
    const text = JSON.stringify(typed);
    if (stopped || !touched || text === last) return;
    try {
      const answer = await fetch(says.autosave.replace(says.sku, sku), {
        method: "POST",
        credentials: "same-origin",
        keepalive: leaving,
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        body: JSON.stringify({ values: typed, seen, over }),
      });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) {
        [seen, last, over] = [told.seen, text, false];
        form.elements.draft_seen.value = seen; // saving the form drops this version and no other window's
        here(null);
        note.textContent = `${says.saysKept} ${told.at}.`;
      } else {
        if (answer.status === 409) {
          stopped = true;
          ask(told.sentence, [[says.saysOver, keepThis]]);
        } else if (told.sentence) note.textContent = told.sentence;
        else if (here(typed)) note.textContent = says.saysOffline;
      }
    } catch {
      if (here(typed)) note.textContent = says.saysOffline;
    }
  }

  function keepThis() {
    [stopped, over, touched, last] = [false, true, true, ""];
    save();
  }

  function ask(words, choices) {
    note.replaceChildren(`${words} `);
    for (const [label, act] of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-quiet";
      button.textContent = label;
      button.addEventListener("click", () => {
        note.textContent = "";
        act();
      });
      note.append(button, " ");
    }
  }

  function offerWhatIsHere() {
    let held = null;
    try {
      held = JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      return;
    }
    if (!held?.values) return;
    stopped = true; // nothing is written over before the person has chosen
    const take = () => {
      for (const [name, value] of Object.entries(held.values)) {
        const field = form.elements[name];
        if (!field || name === "kept" || name === "removed" || name === "turned") continue;
        if (name === "papers") for (const box of [field].flat()) box.checked = value.includes(box.value);
        else field.value = value;
      }
      [stopped, over, touched] = [false, true, true];
      showPriceByMeasure();
      save();
    };
    const drop = () => {
      here(null);
      stopped = false;
    };
    const sure = () => ask(says.saysSure, [[says.saysGone, drop], [says.saysTake, take]]);
    ask(says.saysHeld, [[says.saysTake, take], [says.saysDrop, sure]]);
  }

  const soon = () => {
    touched = true;
    timer ||= setTimeout(save, SECONDS_BETWEEN_SAVES * 1000);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  window.addEventListener("online", () => save());
  window.addEventListener("pagehide", () => save(true));
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    stopped = true; // the form itself is on its way: a draft sent now would outlive it
    clearTimeout(timer);
    if (navigator.onLine) here(null);
    else here(values());
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) stopped = false;
  });
  offerWhatIsHere();
}

if (form) {
  for (const name of ["price", "unit", "net_weight", "net_volume"])
    form.elements[name]?.addEventListener("input", showPriceByMeasure);
  showPriceByMeasure();
  groupPrice();
  searchCategories();
  showDegreeForDrinks();
  if (form.dataset.autosave) autosave();
}
