// Shows the photos chosen in parts/photo_picker.html before they are sent.
// They are drawn on a canvas, so that the page's policy need not allow blob: addresses.

const MAX_BYTES = 15_000_000; // of one photo; the server counts too, this only saves the sending
const MAX_BYTES_AT_ONCE = 120_000_000;
const SIDE = 208; // twice the 104 px of a thumbnail, for dense screens

/**
 * Draw the middle square of an image file.
 * @param {File} file
 * @returns {Promise<HTMLCanvasElement>} rejects when the browser cannot read the picture
 */
async function thumbnail(file) {
  const picture = await createImageBitmap(file);
  const side = Math.min(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas
    .getContext("2d")
    .drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  picture.close();
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  return canvas;
}

async function show(picker) {
  const input = picker.querySelector("input[type=file]");
  const list = picker.querySelector("[data-photo-list]");
  const note = picker.querySelector("[data-photo-note]");
  const files = [...input.files];
  const limit = Number(picker.dataset.limit || 0);
  const tooMany = limit > 0 && files.length > limit;
  list.replaceChildren();
  list.hidden = files.length === 0;
  const weight = files.reduce((sum, file) => sum + file.size, 0);
  const tooHeavy = weight > MAX_BYTES_AT_ONCE || files.some((file) => file.size > MAX_BYTES);
  const complaint = tooMany ? picker.dataset.tooMany : tooHeavy ? picker.dataset.tooHeavy : "";
  note.textContent = complaint;
  input.setCustomValidity(complaint);
  // One after the other: several twelve-megapixel pictures at once are too much for an old phone.
  for (const file of files) {
    const line = document.createElement("li");
    list.append(line);
    try {
      line.append(await thumbnail(file));
    } catch {
      line.textContent = file.name;
      note.textContent ||= picker.dataset.unreadable;
    }
    if (input.files[0] !== files[0]) return; // another choice was made meanwhile
  }
}

for (const picker of document.querySelectorAll("[data-photo-picker]")) {
  picker.querySelector("input[type=file]")?.addEventListener("change", () => show(picker));
}
