// From the server's canonical Telegram HTML to DOM nodes, by a list of allowed tags. Nothing of the
// markup reaches the page as markup: it is parsed into an inert document and rebuilt.

import { h } from "./dom.js";

const PLAIN = new Set(["B", "I", "U", "S", "CODE", "PRE"]);

/** rich(html, act) returns nodes; act(kind, value) is called for links, commands and mentions. */
export function rich(html, act) {
  const inert = new DOMParser().parseFromString(html, "text/html");
  return walk(inert.body, act);
}

function walk(parent, act) {
  const out = [];
  for (const node of parent.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      out.push(document.createTextNode(besideBlocks(node)));
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      out.push(build(node, act));
    }
  }
  return out;
}

// A quotation stands on lines of its own, so the line breaks that touch it are not shown again.
function besideBlocks(node) {
  const block = (n) => n && (n.nodeName === "BLOCKQUOTE" || n.nodeName === "PRE");
  let text = node.data;
  if (block(node.previousSibling)) text = text.replace(/^\n/, "");
  if (block(node.nextSibling)) text = text.replace(/\n$/, "");
  return text;
}

function build(node, act) {
  const inner = walk(node, act);
  if (PLAIN.has(node.tagName)) return h(node.tagName.toLowerCase(), {}, ...inner);
  switch (node.tagName) {
    case "A": return link(node, inner, act);
    case "TG-SPOILER": return spoiler(inner);
    case "BLOCKQUOTE": return quote(node, inner);
    default: return h("span", {}, ...inner);
  }
}

function link(node, inner, act) {
  const kind = node.dataset.kind || "url";
  const value = node.getAttribute("href") || node.textContent;
  return h("button", { type: "button", class: "link", title: kind === "url" ? value : null,
    onclick: () => act(kind, value) }, ...inner);
}

function spoiler(inner) {
  const el = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "隐藏的文字，按回车显示" }, ...inner);
  const show = () => { el.classList.add("shown"); el.removeAttribute("role"); el.removeAttribute("tabindex"); el.removeAttribute("aria-label"); };
  el.addEventListener("click", show);
  el.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); show(); } });
  return el;
}

function quote(node, inner) {
  const long = node.hasAttribute("expandable") && (node.textContent.length > 96 || node.textContent.split("\n").length > 3);
  const box = h("blockquote", {}, h("div", { class: "quoted" }, ...inner));
  if (!long) return box;
  box.classList.add("folded");
  const toggle = h("button", { type: "button", class: "unfold", "aria-expanded": "false" }, "展开全文");
  const flip = () => {
    const folded = box.classList.toggle("folded");
    toggle.textContent = folded ? "展开全文" : "收起";
    toggle.setAttribute("aria-expanded", String(!folded));
  };
  toggle.addEventListener("click", (e) => { e.stopPropagation(); flip(); });
  box.addEventListener("click", (e) => {
    if (e.target.closest("button") || String(getSelection())) return;
    flip();
  });
  box.append(toggle);
  return box;
}
