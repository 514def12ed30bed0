// A product's photo over the whole screen. Without this the same link opens the large picture as a page of its own.

for (const photos of document.querySelectorAll("[data-zoom]")) {
  photos.addEventListener("click", (event) => {
    const link = event.target.closest("a.photo-link");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || !HTMLDialogElement.prototype.showModal) return;
    event.preventDefault();
    show(link, photos.dataset.close);
  });
}

function show(link, word) {
  const dialog = document.createElement("dialog");
  const picture = document.createElement("img");
  const close = document.createElement("button");
  dialog.className = "zoomed";
  picture.src = link.href;
  picture.alt = link.querySelector("img").alt;
  dialog.setAttribute("aria-label", picture.alt);
  close.type = "button";
  close.className = "button button-quiet";
  close.textContent = word;
  dialog.append(picture, close);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
