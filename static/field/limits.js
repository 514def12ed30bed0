// What the intake takes at most of one submission, the same numbers as the server's: what is more would be refused there
// for ever, so it is said here while the household is still present.

export const MOST = {
  photos: 12, // of one sheet; more go into the next edit
  lines: 20, // of production
  shops: 10,
  attending: 500, // households of one session
  others: 1000, // people of no household
  name: 120,
  sellingName: 160,
  words: 60, // goods, season, scale
  link: 1000, // as sent: one «ệ» in an address becomes nine characters
  note: 2000,
  envelope: 64 * 1024, // bytes
};

const words = {
  photos: `Một phiếu có nhiều nhất ${MOST.photos} ảnh. Hãy bỏ bớt, hoặc thêm ảnh sau ở thẻ hộ.`,
  lines: `Một hộ ghi được nhiều nhất ${MOST.lines} nghề. Hãy gộp hoặc bỏ bớt.`,
  shops: `Một phiếu ghi được nhiều nhất ${MOST.shops} gian hàng. Hãy bỏ bớt.`,
  attending: `Một buổi đánh dấu được nhiều nhất ${MOST.attending} hộ. Hãy ghi phần còn lại thành buổi khác.`,
  others: `Số người khác nhiều nhất là ${MOST.others}. Hãy xem lại.`,
  name: `Tên dài quá ${MOST.name} chữ. Hãy ghi ngắn lại.`,
  sellingName: `Tên bán hàng dài quá ${MOST.sellingName} chữ. Hãy ghi ngắn lại.`,
  words: `Một mục của nghề dài quá ${MOST.words} chữ. Hãy ghi ngắn lại.`,
  link: "Đường dẫn này dài quá. Hãy chép phần đầu, bỏ phần sau dấu «?».",
  note: `Ghi chú dài quá ${MOST.note} chữ. Hãy ghi ngắn lại.`,
  envelope: "Phiếu này dài quá. Hãy ghi ngắn lại, hoặc chia thành hai phiếu.",
};

/** What to do when there is more of `what` than the server takes; "" when it is not more. */
export function tooMuch(what, size) {
  return size > MOST[what] ? words[what] : "";
}

const length = (value) => (value ?? "").length;

/** The first thing in a draft's values that the server would refuse for its size, in words; "" when there is none. */
export function beyond({ values, photos }) {
  const lines = values.facts?.production ?? [];
  const shops = values.accounts ?? [];
  const found = [
    tooMuch("photos", photos.length),
    tooMuch("lines", lines.length),
    tooMuch("shops", shops.length),
    tooMuch("attending", length(values.households)),
    tooMuch("others", Number(values.others ?? 0)),
    tooMuch("name", length(values.facts?.head_name)),
    tooMuch("sellingName", length(values.selling_name)),
    tooMuch("note", length(values.note)),
    ...lines.map((line) => tooMuch("words", Math.max(length(line.goods), length(line.season), length(line.scale)))),
    ...shops.map((shop) => tooMuch("link", length(shop.link))),
  ];
  return found.find(Boolean) ?? "";
}
