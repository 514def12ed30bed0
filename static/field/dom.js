// Makes elements. Data only ever becomes text or an attribute, never markup.

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = document.documentElement.dataset.icons || "/static/img/icons.svg";

/**
 * An element.
 * @param {string} tag
 * @param {object} [props] attributes; `onclick` and the like are listeners; false, null and undefined are left out; true is ""
 * @param {...(Node|string|number|null|undefined|false|Array)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...flat(children));
  return element;
}

/** An icon of the sprite: decoration, words stand beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/** The children of an element, replaced. */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
