// The list of people (and groups) on the left.

import { $, h, clock } from "./dom.js";
import { store, unread } from "./store.js";

export function drawPeople(current) {
  const rows = [...store.chats.values()].map((chat, i) => row(chat, i, current));
  $("people").replaceChildren(h("ul", {}, ...rows));
  const total = [...store.chats.values()].filter((c) => c.key !== current).reduce((n, c) => n + unread(c), 0);
  document.title = (total > 0 ? "(" + total + ") " : "") + "容错助手";
}

function row(chat, i, current) {
  const last = chat.messages.at(-1);
  const count = chat.key === current ? 0 : unread(chat);
  const preview = chat.drafts.size || chat.typing > Date.now() ? "正在输入…" : last ? (last.from === "bot" ? "" : "我：") + summary(last) : chat.title;
  return h("li", {}, h("a", { href: "#" + encodeURIComponent(chat.key), class: "person", "aria-current": chat.key === current ? "page" : null },
    h("span", { class: "avatar hue-" + (i % 8), "aria-hidden": "true" }, chat.group ? "群" : initial(chat.name)),
    h("span", { class: "person-name" }, chat.name),
    h("time", { class: "person-time" }, last ? clock(last.date) : ""),
    h("span", { class: "person-last" }, preview || ""),
    count > 0 && h("span", { class: "badge", "aria-label": count + " 条未读" }, count > 99 ? "99+" : String(count))));
}

/** One character that tells the roles apart. */
export function initial(name) { return [...name].at(0); }

export function summary(m) {
  if (m.document) return (m.document.photo ? "[图片] " : "[文件] ") + (m.text || m.document.name);
  return m.text.replace(/\s+/g, " ").slice(0, 60);
}
