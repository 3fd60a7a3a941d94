/** The element with this id. */
export const $ = (id) => document.getElementById(id);

/**
 * A new element. `properties` are set as properties, except `data` (a data attribute each), `aria` and `class`;
 * text among `children` stays text.
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { data = {}, aria = {}, class: names, ...rest } = properties;
  if (names) element.className = names;
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  Object.assign(element, rest);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, in the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/demo/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A JSON value of this tab that outlives page loads, which signing in and consenting cause. */
export function kept(key, fallback) {
  return {
    get value() {
      try {
        return JSON.parse(sessionStorage.getItem(key)) ?? fallback;
      } catch {
        return fallback;
      }
    },
    set value(value) {
      sessionStorage.setItem(key, JSON.stringify(value));
    },
  };
}
