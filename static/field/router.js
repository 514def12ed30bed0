// Which screen stands behind which hash address, and going from one to the next.

const routes = [];
let draw = async () => {};

/** `pattern` is like "/ap/:id"; a part ending in "?" may be missing. */
export function route(pattern, show) {
  const names = [];
  const source = pattern.replace(/\/:(\w+)(\?)?/g, (_, name, optional) => {
    names.push(name);
    return optional ? "(?:/([^/]+))?" : "/([^/]+)";
  });
  routes.push({ match: new RegExp(`^${source}$`), names, show });
}

/** The screen of the present address: {show, params} or null. */
export function found() {
  const path = here();
  for (const { match, names, show } of routes) {
    const parts = match.exec(path);
    if (parts) return { show, params: Object.fromEntries(names.map((name, i) => [name, parts[i + 1] && decodeURIComponent(parts[i + 1])])) };
  }
  return null;
}

/** The present inner address, "/" at the start. */
export function here() {
  return location.hash.replace(/^#/, "").split("?")[0] || "/";
}

/** To another screen; `instead` leaves no way back to the present one. */
export function go(path, { instead = false } = {}) {
  if (here() === path) return redraw();
  if (instead) {
    history.replaceState(null, "", `#${path}`);
    return redraw();
  }
  location.hash = path;
  return undefined;
}

/** Draw the present screen again. */
export function redraw() {
  return draw();
}

/** How screens are drawn; called once by app.js. */
export function start(drawing) {
  draw = drawing;
  addEventListener("hashchange", () => draw());
}
