// Small helpers around the DOM. Text always enters as a text node.

export const $ = (id) => document.getElementById(id);

/** h("p", {class: "x", onclick: f}, "text", node) makes an element. */
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

const two = (n) => String(n).padStart(2, "0");

export function clock(seconds) {
  const d = new Date(seconds * 1000);
  return two(d.getHours()) + ":" + two(d.getMinutes());
}

/** The day of a message: 今天, 昨天, 3月1日, 2025年3月1日. */
export function day(seconds) {
  const d = new Date(seconds * 1000), now = new Date();
  const start = (x) => new Date(x.getFullYear(), x.getMonth(), x.getDate()).getTime();
  const days = Math.round((start(now) - start(d)) / 86400000);
  if (days === 0) return "今天";
  if (days === 1) return "昨天";
  const date = d.getMonth() + 1 + "月" + d.getDate() + "日";
  return d.getFullYear() === now.getFullYear() ? date : d.getFullYear() + "年" + date;
}

export function fileSize(bytes) {
  if (bytes < 1024) return bytes + " B";
  if (bytes < 1048576) return (bytes / 1024).toFixed(1) + " KB";
  return (bytes / 1048576).toFixed(1) + " MB";
}

let toastTimer = 0;

/** toast shows one line for a moment. */
export function toast(text) {
  const el = $("toast");
  el.textContent = text;
  el.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { el.hidden = true; }, 3500);
}

/** ask opens a dialog; every choice is {label, act, main}. Focus returns to where it was. */
export function ask(title, body, choices) {
  const el = $("dialog");
  const close = () => el.close();
  const buttons = choices.map((c) => h("button", {
    type: "button", class: c.main ? "main" : "",
    onclick: () => { close(); if (c.act) c.act(); },
  }, c.label));
  el.replaceChildren(h("h3", {id: "dialog-title"}, title), ...body, h("div", {class: "choices"}, ...buttons));
  if (!el.open) el.showModal();
  (el.querySelector("button.main") || buttons[0]).focus();
}
