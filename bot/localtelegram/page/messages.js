// The messages of the open chat: bubbles, buttons, files, drafts, typing.

import { $, h, icon, clock, day, fileSize, toast, ask } from "./dom.js";
import { rich } from "./rich.js";
import { store, post, get, speaker, markRead } from "./store.js";
import { summary } from "./people.js";

let chat = null;      // the open chat
let pressing = null;  // the button that waits for its answer
let fresh = 0;        // messages that came while the reader was further up
const log = () => $("log"), scroller = () => $("scroll");

export function openChat(next) {
  chat = next;
  fresh = 0;
  const rows = [];
  chat.messages.forEach((m, i) => rows.push(...rowsFor(m, chat.messages[i - 1], chat.messages[i + 1])));
  log().setAttribute("aria-live", "off"); // opening a chat must not read all of it aloud
  log().replaceChildren(...rows);
  requestAnimationFrame(() => log().setAttribute("aria-live", "polite"));
  $("older").hidden = !chat.more;
  drawEphemeral();
  toBottom();
}

/** onMessage draws a new or changed message of the open chat. */
export function onMessage(m) {
  const near = atBottom();
  const at = chat.messages.findIndex((o) => o.id === m.id);
  const old = document.getElementById("m" + m.id);
  const row = bubble(m, chat.messages[at - 1], chat.messages[at + 1]);
  if (old) {
    const open = [...old.querySelectorAll("blockquote")].map((q) => q.classList.contains("folded"));
    row.querySelectorAll("blockquote").forEach((q, i) => { if (open[i] === false && q.classList.contains("folded")) q.querySelector(".unfold").click(); });
    row.classList.remove("fresh");
    const focused = keysOf(old).indexOf(document.activeElement);
    old.replaceWith(row);
    const key = focused >= 0 && (keysOf(row)[focused] || keysOf(row)[0]);
    if (key) key.focus({ preventScroll: true });
  } else {
    const [first, ...rest] = rowsFor(m, chat.messages[at - 1], null);
    const tail = log().querySelector(".ephemeral");
    for (const el of [first, ...rest]) tail ? tail.before(el) : log().append(el);
    const previous = chat.messages[at - 1] && document.getElementById("m" + chat.messages[at - 1].id);
    if (previous && chat.messages[at - 1].from === m.from) previous.classList.remove("last");
  }
  drawEphemeral();
  if (near || (!old && m.from !== "bot")) toBottom();
  else if (!old) { fresh++; drawJump(); }
}

function keysOf(row) { return [...row.querySelectorAll(".key")]; }

export function onDeleted(id) {
  const el = document.getElementById("m" + id);
  if (el) el.remove();
}

/** drawEphemeral shows drafts and typing, which are no messages yet. */
export function drawEphemeral() {
  const near = atBottom();
  log().querySelectorAll(".ephemeral").forEach((el) => el.remove());
  for (const [id, d] of chat.drafts) if (d.until < Date.now()) chat.drafts.delete(id);
  for (const d of chat.drafts.values()) {
    const body = d.html ? rich(d.html, act) : ["正在思考…"];
    log().append(h("li", { class: "row bot last ephemeral draft", "aria-live": "off" },
      h("div", { class: "bubble" }, h("div", { class: "text" }, ...body, h("span", { class: "caret", "aria-hidden": "true" })))));
  }
  const typing = chat.typing > Date.now() && chat.drafts.size === 0;
  if (typing) {
    log().append(h("li", { class: "row bot last ephemeral", "aria-hidden": "true" },
      h("div", { class: "bubble dots" }, h("i"), h("i"), h("i"))));
  }
  if (near) toBottom();
}

function rowsFor(m, before, after) {
  const rows = [];
  if (!before || day(before.date) !== day(m.date)) rows.push(h("li", { class: "day" }, h("span", {}, day(m.date))));
  rows.push(bubble(m, before, after));
  return rows;
}

function bubble(m, before, after) {
  const mine = m.from !== "bot" && (!chat.group || m.from === speaker(chat).as);
  const side = mine ? "me" : "bot";
  const last = !after || after.from !== m.from;
  const first = !before || before.from !== m.from || day(before.date) !== day(m.date);
  const sender = mine ? "我" : m.name;
  const inside = [];
  if (chat.group && !mine && first) inside.push(h("strong", { class: "sender" }, m.name));
  if (m.forwarded) inside.push(h("p", { class: "forwarded" }, "转发自 " + m.forwarded));
  const to = m.reply_to && chat.messages.find((o) => o.id === m.reply_to);
  if (to) inside.push(h("button", { type: "button", class: "reply", onclick: () => flash(to.id) }, h("b", {}, to.name), summary(to)));
  if (m.document) inside.push(attachment(m.document));
  if (m.html) inside.push(h("div", { class: "text" }, ...rich(m.html, act)));
  if (m.reaction) inside.push(h("span", { class: "reaction", "aria-label": "机器人的表情" }, m.reaction));
  inside.push(h("span", { class: "meta" }, m.edited && "已编辑 ", h("time", {}, clock(m.date)),
    mine && h("span", { class: "state", role: "img", "aria-label": m.fetched ? "机器人已收到" : "已发送" }, icon(m.fetched ? "checks" : "check"))));
  const shape = ["row", side, last && "last", first && "first", Date.now() / 1000 - m.date < 3 && "fresh"].filter(Boolean).join(" ");
  return h("li", { id: "m" + m.id, class: shape, "aria-label": sender + "，" + clock(m.date) },
    h("div", { class: "bubble" + (m.document && m.document.photo ? " photo" : "") }, ...inside),
    m.buttons.length > 0 && inline(m));
}

function attachment(doc) {
  if (doc.photo) {
    return h("a", { class: "picture", href: doc.url, target: "_blank", rel: "noopener", "aria-label": "打开图片" },
      h("img", { src: doc.url, width: doc.width, height: doc.height, alt: "图片", loading: "lazy" }));
  }
  const ext = (doc.name.match(/\.([a-z0-9]{1,5})$/i) || [, "文件"])[1].toUpperCase();
  return h("a", { class: "document", href: doc.url, download: doc.name, "aria-label": "下载 " + doc.name },
    h("span", { class: "ext ext-" + ext.toLowerCase(), "aria-hidden": "true" }, ext),
    h("span", { class: "doc-name" }, doc.name), h("span", { class: "doc-size" }, fileSize(doc.size) + " · 点击下载"));
}

function inline(m) {
  return h("div", { class: "inline", role: "group", "aria-label": "按钮" }, ...m.buttons.map((row) => h("div", { class: "inline-row" },
    ...row.map((b) => h("button", { type: "button", class: "key" + (b.url ? " out" : ""), onclick: (e) => pressButton(m, b, e.currentTarget) }, ...label(b.text))))));
}

// Thumbs are drawn, because not every office computer has a font with them.
const THUMBS = { "👍": "thumb", "👎": "thumb-down" };

function label(text) {
  return text.split(/(👍|👎)/u).filter(Boolean).flatMap((part) => {
    if (!THUMBS[part]) return [part];
    const drawn = icon(THUMBS[part]);
    drawn.classList.add("thumb");
    return [h("span", { class: "only-read" }, part), drawn];
  });
}

async function pressButton(m, b, el) {
  if (b.url) return act("url", b.url);
  if (b.copy_text) {
    await navigator.clipboard.writeText(b.copy_text.text).catch(() => {});
    return toast("已复制");
  }
  if (el.classList.contains("waiting")) return;
  el.classList.add("waiting");
  el.setAttribute("aria-busy", "true");
  const done = () => { el.classList.remove("waiting"); el.removeAttribute("aria-busy"); };
  try {
    const { press } = await post("/local/press", { ...speaker(chat), message_id: m.id, text: b.text });
    pressing = { press, done };
    setTimeout(done, 15000);
  } catch (e) { done(); toast(e.message); }
}

/** onAnswer ends the wait of a pressed button. */
export function onAnswer(body) {
  if (pressing && pressing.press === body.press) { pressing.done(); pressing = null; }
  if (!chat || speaker(chat).as !== body.as || !body.text) return;
  if (body.alert) ask(store.bot.name, [h("p", {}, body.text)], [{ label: "知道了", main: true }]);
  else toast(body.text);
}

/** act does what a tap on a link, a command or a mention means. Nothing is opened outside. */
export function act(kind, value) {
  if (kind === "bot_command") return post("/local/say", { ...speaker(chat), text: value }).catch((e) => toast(e.message));
  if (kind === "mention") return null;
  const deep = value.match(/^(?:https?:\/\/)?t\.me\/([A-Za-z0-9_]+)\?start=([A-Za-z0-9_-]{1,64})$/);
  if (deep && deep[1].toLowerCase() === store.bot.username.toLowerCase()) return openDeepLink(deep[2]);
  ask("外部链接", [h("p", {}, "本机演示不打开外部网页。链接是："), h("p", { class: "address" }, value)], [
    { label: "复制链接", act: () => navigator.clipboard.writeText(value).then(() => toast("已复制"), () => toast("没有复制成功")) },
    { label: "关闭", main: true }]);
  return null;
}

function openDeepLink(payload) {
  const people = [...store.chats.values()].filter((c) => !c.group);
  ask("以谁的身份打开这个链接？", [], [...people.map((c) => ({
    label: c.name,
    act: async () => {
      try { await post("/local/say", { as: c.key, text: "/start " + payload }); location.hash = "#" + encodeURIComponent(c.key); } catch (e) { toast(e.message); }
    },
  })), { label: "取消", main: true }]);
}

function flash(id) {
  const el = document.getElementById("m" + id);
  if (!el) return;
  el.scrollIntoView({ block: "center", behavior: "smooth" });
  el.classList.add("flash");
  setTimeout(() => el.classList.remove("flash"), 1200);
}

export async function showOlder() {
  const first = chat.messages[0];
  if (!first) return;
  const who = speaker(chat);
  const query = new URLSearchParams({ ...who, before: first.id, limit: 60 });
  try {
    const older = await get("/local/chat?" + query);
    chat.messages.unshift(...older);
    chat.more = older.length === 60;
    const height = scroller().scrollHeight;
    openChat(chat);
    scroller().scrollTop = scroller().scrollHeight - height;
  } catch (e) { toast(e.message); }
}

function atBottom() {
  const s = scroller();
  return s.scrollHeight - s.scrollTop - s.clientHeight < 80;
}

export function toBottom() {
  scroller().scrollTop = scroller().scrollHeight;
  fresh = 0;
  drawJump();
}

export function drawJump() {
  if (atBottom()) { fresh = 0; if (chat && document.visibilityState === "visible") markRead(chat); }
  $("jump").hidden = atBottom();
  $("jump-count").textContent = fresh > 0 ? String(fresh) : "";
  $("jump-count").hidden = fresh === 0;
}
