// A sheet of this household (or this session) lies unfinished on the phone: going on with it comes before a second one.

import { drafts } from "../engine.js";
import { h } from "../dom.js";
import { button, buttonLink } from "../parts.js";
import { go, route } from "../router.js";
import { moment } from "../words.js";
import { PATHS } from "./home.js";

let waiting = null; // {id, step, anew}: what the person wanted when the unfinished one was found

/** The unfinished sheet for which `is` holds, the last touched first; undefined when there is none. */
export const unfinishedOf = async (is) => (await drafts()).find(is);

/** Begins with `anew()`, unless a sheet for which `is` holds is unfinished: then the person chooses. `step`: where to go on. */
export async function unlessUnfinished(is, anew, step = "") {
  const found = await unfinishedOf(is);
  if (!found) return anew();
  waiting = { id: found.id, step, anew };
  return go(`/do/${found.id}`);
}

route("/do/:id", async ({ id }) => {
  const found = await unfinishedOf((each) => each.id === id);
  if (!found) {
    await go("/", { instead: true });
    return null;
  }
  const { step, anew } = waiting?.id === id ? waiting : {};
  return {
    title: "Đang có phiếu ghi dở",
    lead: `${found.title}, ghi ${moment(found.updatedAt)}`,
    back: { path: "/", label: "Hôm nay" },
    body: [
      h(
        "div",
        { class: "stack" },
        buttonLink("Ghi tiếp phiếu đang dở", `#${PATHS[found.kind]}/${id}${step ? `/${step}` : ""}`, { wide: true, symbol: "edit" }),
        anew && button("Ghi phiếu khác", anew, { kind: "quiet", wide: true, symbol: "plus" }),
      ),
    ],
  };
});
