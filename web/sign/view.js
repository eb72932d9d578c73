// Elements, and the one screen that this page is. Text is always set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (functions become listeners, false and null are left out) and children. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, given] of Object.entries(attributes)) {
    if (typeof given === "function") element.addEventListener(key, given);
    else if (given === true) element.setAttribute(key, "");
    else if (given !== false && given !== null && given !== undefined) element.setAttribute(key, given);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A picture of a path in a square of `size`, with a quiet zone around it. */
export function picture(path, size, label, quiet = 4) {
  const svg = document.createElementNS(SVG, "svg");
  const box = [-quiet, -quiet, size + 2 * quiet, size + 2 * quiet];
  for (const [key, given] of Object.entries({ viewBox: box.join(" "), role: "img", "aria-label": label, class: "qr" }))
    svg.setAttribute(key, given);
  const [ground, ink] = ["rect", "path"].map((kind) => document.createElementNS(SVG, kind));
  for (const [index, key] of ["x", "y", "width", "height"].entries()) ground.setAttribute(key, box[index]);
  ground.setAttribute("class", "ground");
  ink.setAttribute("d", path);
  svg.append(ground, ink);
  return svg;
}

/** Label and text pairs; texts may turn their direction by themselves, not that of their neighbours. */
export const pairs = (lines, attributes = {}) =>
  lines.length
    ? el(
        "dl",
        attributes,
        ...lines.map(([label, text]) => el("div", {}, el("dt", {}, label), el("dd", {}, el("bdi", {}, text)))),
      )
    : null;

export const button = (label, press, attributes = {}) =>
  el("button", { type: "button", click: press, ...attributes }, label);

const place = (id) => document.getElementById(id);

/** Show a screen: its heading takes the focus, and what was said before is cleared. */
export function show(heading, ...content) {
  const title = el("h1", { tabindex: "-1" }, heading);
  place("screen").replaceChildren(title, ...content.flat().filter(Boolean));
  place("below").replaceChildren();
  tell("");
  complain("");
  document.title = `${heading} · Touchmark`;
  window.scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

export const below = (...content) => place("below").replaceChildren(...content.filter(Boolean));

/** What happens meanwhile, read out when there is a pause. */
export function tell(sentence) {
  place("trouble").textContent = "";
  place("status").textContent = sentence;
}

/** What went wrong, read out at once. */
export function complain(sentence) {
  place("status").textContent = "";
  place("trouble").textContent = sentence;
}

/** The frame around the screen. */
export function frame(say) {
  document.documentElement.lang = say.lang;
  place("place").textContent = say("page.name");
  place("foot").replaceChildren(el("p", {}, say("page.why")), el("p", {}, say("page.deviceOnly")));
}

/** While a device is asked, nothing else can be pressed; gives what frees it again. */
export function hold() {
  const held = [...document.querySelectorAll("main button, main input, main textarea, main select")].filter(
    (control) => !control.disabled,
  );
  const focus = document.activeElement;
  for (const control of held) control.disabled = true;
  return () => {
    for (const control of held) control.disabled = false;
    if (held.includes(focus) && focus.isConnected) focus.focus();
  };
}
