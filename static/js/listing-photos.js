// Photos of a listing's form (templates/market/listings/photos.html): sent one by one as they are chosen, moved, turned,
// taken out and back without a new page. Without this file the same buttons send the form.

const desk = document.querySelector("[data-photo-desk]");
if (desk) start(desk);

function start(desk) {
  const form = desk.closest("form");
  const says = desk.dataset;
  const list = desk.querySelector("[data-photos]");
  const out = desk.querySelector("[data-photos-out]");
  const sending = desk.querySelector("[data-photo-sending]");
  const note = desk.querySelector("[data-photo-note]");
  const input = desk.querySelector("input[type=file]");
  const token = () => form.elements.csrfmiddlewaretoken.value;
  let queue = Promise.resolve();
  let under_way = 0;
  let waiting = null; // the button that was pressed while photos were still on their way

  const ids = (box) => [...box.children].map((line) => line.dataset.photo);

  function changed(words) {
    form.elements.kept.value = ids(list).join(",");
    form.elements.removed.value = ids(out).join(",");
    out.hidden = !out.children.length;
    [...list.children].forEach((line, place) => {
      line.querySelector("img").alt = `Ảnh ${place + 1}`;
      for (const name of line.querySelectorAll("button .visually-hidden")) name.textContent = ` ảnh ${place + 1}`;
    });
    note.textContent = words;
    form.dispatchEvent(new Event("change"));
  }

  function lined(template, photo) {
    const line = desk.querySelector(template).content.firstElementChild.cloneNode(true);
    return filled(line, photo);
  }

  function filled(line, photo) {
    line.dataset.photo = photo.id;
    line.querySelector("img").src = photo.url;
    for (const button of line.querySelectorAll("button")) button.value = `${button.value.split(":")[0]}:${photo.id}`;
    return line;
  }

  const steps = {
    up: (line) => line.previousElementSibling?.before(line),
    down: (line) => line.nextElementSibling?.after(line),
    remove: (line) => {
      out.append(lined("[data-out-template]", { id: line.dataset.photo, url: line.querySelector("img").src }));
      const next = line.nextElementSibling ?? line.previousElementSibling;
      line.remove();
      (next?.querySelector("button") ?? input).focus();
    },
    back: (line) => {
      list.append(lined("[data-photo-template]", { id: line.dataset.photo, url: line.querySelector("img").src }));
      line.remove();
      list.lastElementChild.querySelector("button").focus();
    },
  };
  const words = { up: says.saysMoved, down: says.saysMoved, remove: says.saysRemoved, back: says.saysBack };

  desk.addEventListener("click", async (event) => {
    const button = event.target.closest("button[name=photo]");
    if (!button) return;
    event.preventDefault();
    const [step] = button.value.split(":");
    const line = button.closest("li");
    if (step === "back" && list.children.length >= Number(says.limit)) {
      note.textContent = says.saysMany;
    } else if (steps[step]) {
      steps[step](line);
      changed(words[step]);
      if (line.isConnected) button.focus();
    } else {
      await turn(line, step);
    }
  });

  async function turn(line, way) {
    if (line.dataset.busy) return;
    line.dataset.busy = "yes";
    const before = line.dataset.photo;
    const body = new FormData();
    body.append("way", way);
    body.append("csrfmiddlewaretoken", token());
    try {
      const address = says.turn.replace("00000000-0000-0000-0000-000000000000", before);
      const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
      const photo = await answer.json();
      if (!photo.id) throw new Error(photo.sentence ?? says.saysOffline);
      filled(line, photo);
      form.elements.turned.value = [form.elements.turned.value, before].filter(Boolean).join(",");
      changed(says.saysTurned);
    } catch (error) {
      note.textContent = error instanceof TypeError || error instanceof SyntaxError ? says.saysOffline : error.message;
    }
    delete line.dataset.busy;
  }

  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // they go one by one; the form must not send them again
    for (const file of files) send(file);
  });

  function send(file) {
    const line = document.createElement("li");
    const label = document.createElement("span");
    const bar = document.createElement("progress");
    label.textContent = `${file.name}: ${says.saysWaiting}`;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    line.append(label, bar);
    sending.append(line);
    under_way += 1;
    // One after the other: a weak line carries one photo whole rather than five halves.
    queue = queue.then(() => one(file, line, label, bar)).finally(() => {
      under_way -= 1;
      if (under_way === 0 && waiting) {
        const button = waiting;
        waiting = null;
        form.requestSubmit(button === form ? undefined : button);
      }
    });
  }

  async function one(file, line, label, bar) {
    if (list.children.length >= Number(says.limit)) return refused(file, line, says.saysMany);
    label.textContent = `${file.name}: ${says.saysSending}`;
    let answer;
    try {
      answer = await posted(file, bar);
    } catch {
      return refused(file, line, says.saysOffline, true);
    }
    if (answer.sentence) return refused(file, line, answer.sentence);
    line.remove();
    if (!ids(list).includes(answer.id)) list.append(lined("[data-photo-template]", answer));
    changed(says.saysAdded);
  }

  function posted(file, bar) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest(); // fetch does not tell how much has gone out
      const body = new FormData();
      body.append("photo", file);
      request.open("POST", says.upload);
      request.setRequestHeader("X-CSRFToken", token());
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.addEventListener("load", () => {
        try {
          const answer = JSON.parse(request.responseText);
          if (request.status === 200 || answer.sentence) resolve(answer);
          else reject(new Error(String(request.status)));
        } catch (error) {
          reject(error);
        }
      });
      request.addEventListener("error", reject);
      request.addEventListener("timeout", reject);
      request.send(body);
    });
  }

  function refused(file, line, sentence, again = false) {
    line.replaceChildren();
    line.className = "field-error";
    const words = document.createElement("p");
    words.textContent = `${file.name}: ${sentence}`;
    line.append(words);
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "button button-quiet";
      made.textContent = label;
      made.addEventListener("click", () => {
        line.remove();
        act();
      });
      line.append(made);
    };
    if (again) button(says.saysRetry, () => send(file));
    button(says.saysClose, () => input.focus());
    note.textContent = words.textContent;
  }

  form.addEventListener("submit", (event) => {
    if (under_way === 0) return;
    event.preventDefault(); // sent by itself as soon as the last photo is there
    waiting = event.submitter ?? form;
    note.textContent = says.saysSending;
  });

  // Dragging is extra: the buttons do the same.
  let dragged = null;
  list.addEventListener("pointerenter", () => [...list.children].forEach((line) => (line.draggable = true)), true);
  list.addEventListener("dragstart", (event) => (dragged = event.target.closest("li")));
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const after = dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
    after ? over.after(dragged) : over.before(dragged);
  });
  list.addEventListener("dragend", () => {
    if (dragged) changed(says.saysMoved);
    dragged = null;
  });
}
