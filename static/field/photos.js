// Photos small enough for a weak signal: turned upright, at most 1600 pixels, at most 300 KB, drawn anew on a canvas, so
// that nothing of the camera's file (where, when, whose phone) is left.

export class BadPhoto extends Error {}

const MAX_SIDE = 1600;
const MAX_BYTES = 300_000;
const MAX_PIXELS = 64_000_000; // a phone with 2 GB opens no more
const MAX_FILE = 40_000_000;
const STEPS = [0.82, 0.72, 0.6, 0.48];

const NOT_OPENED = "Không mở được ảnh này. Hãy chụp lại hoặc chọn ảnh khác.";
const HEIC = "Trình duyệt này không mở được ảnh HEIC. Hãy đặt máy ảnh lưu dạng JPEG («Tương thích nhất»), hoặc chụp lại ngay tại đây.";
const TOO_LARGE = "Ảnh này lớn quá, máy không mở nổi. Hãy đặt máy ảnh chụp cỡ nhỏ hơn rồi chụp lại.";

// Pixels of a JPEG by its header (frame markers C0–CF but C4, C8, CC), before anything is decoded; 0: not known.
export function pixelsOf(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 0;
  let at = 2;
  while (at + 9 < view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return view.getUint16(at + 5) * view.getUint16(at + 7);
    at += 2 + view.getUint16(at + 2);
  }
  return 0;
}

async function isHeic(file) {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const words = String.fromCharCode(...head);
  return words.slice(4, 8) === "ftyp" && /^(hei[cmsx]|hev[cx]|mif1|msf1)$/.test(words.slice(8, 12));
}

async function byElement(file) {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return { image, width: image.naturalWidth, height: image.naturalHeight, close: () => (image.src = "") };
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function decoded(file) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    return { image, width: image.width, height: image.height, close: () => image.close() };
  } catch {
    return byElement(file); // older Safari knows no options; pictures in a page stand upright by themselves
  }
}

function drawn(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

const encoded = (canvas, quality) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));

function emptied(canvas) {
  canvas.width = canvas.height = 0; // Safari gives the memory back only so
}

async function squeezed(canvas) {
  let now = canvas;
  for (;;) {
    for (const quality of STEPS) {
      const blob = await encoded(now, quality);
      if (blob === null) throw new BadPhoto(NOT_OPENED);
      if (blob.size <= MAX_BYTES) {
        emptied(now);
        return blob;
      }
    }
    const next = drawn(now, Math.max(1, Math.round(now.width * 0.8)), Math.max(1, Math.round(now.height * 0.8)));
    emptied(now);
    now = next;
  }
}

async function shrunk(file) {
  if (!file || file.size === 0) throw new BadPhoto(NOT_OPENED);
  if (file.size > MAX_FILE) throw new BadPhoto(TOO_LARGE);
  const head = await file.slice(0, 262_144).arrayBuffer();
  if (pixelsOf(new DataView(head)) > MAX_PIXELS) throw new BadPhoto(TOO_LARGE);
  let picture;
  try {
    picture = await decoded(file);
  } catch {
    throw new BadPhoto((await isHeic(file)) ? HEIC : NOT_OPENED);
  }
  if (!picture.width || !picture.height) throw new BadPhoto(NOT_OPENED);
  const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
  const side = (length) => Math.max(1, Math.round(length * scale));
  let canvas;
  try {
    canvas = drawn(picture.image, side(picture.width), side(picture.height));
  } finally {
    picture.close(); // 48 MB for twelve megapixels: not one moment longer than needed
  }
  return new Uint8Array(await (await squeezed(canvas)).arrayBuffer());
}

const PATIENCE = 60_000; // ms; a decoder that has not answered by then never will

function inTime(work) {
  let clock;
  const late = new Promise((_, refuse) => {
    clock = setTimeout(() => refuse(new BadPhoto(NOT_OPENED)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(clock));
}

let turn = Promise.resolve();

// The bytes of a small upright JPEG without metadata. One photo at a time: five at once would be five open pictures.
// Throws BadPhoto with a sentence.
export function shrink(file) {
  const mine = turn.then(() => inTime(shrunk(file)));
  turn = mine.catch(() => {});
  return mine;
}
