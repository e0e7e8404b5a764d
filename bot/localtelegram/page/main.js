// The page as a whole: which chat is open (the address keeps it, so several tabs can be several
// people), and which part redraws on which change.

import { $, h, icon, toast, ask } from "./dom.js";
import { store, subscribe, connect, post, markRead } from "./store.js";
import { drawPeople } from "./people.js";
import * as messages from "./messages.js";
import { openComposer, drawComposer, wireComposer } from "./composer.js";

const narrow = matchMedia("(max-width: 760px)");
let open = null; // key of the open chat

function wanted() {
  const key = decodeURIComponent(location.hash.slice(1));
  if (store.chats.has(key)) return key;
  return narrow.matches ? null : store.chats.keys().next().value;
}

function show() {
  const before = open;
  open = wanted();
  $("app").classList.toggle("in-room", open !== null);
  document.querySelector(".room").hidden = open === null;
  drawPeople(open);
  if (open === null) return;
  const chat = store.chats.get(open);
  openComposer(chat);
  messages.openChat(chat);
  drawHead();
  drawEmpty();
  markRead(chat);
  drawPeople(open);
  if (before !== open && !narrow.matches && !$("form").hidden) $("input").focus();
  if (!$("start").hidden && !narrow.matches) $("start").focus();
}

function drawHead() {
  const chat = store.chats.get(open);
  $("room-name").textContent = chat.group ? chat.name : store.bot.name;
  const busy = chat.typing > Date.now() || chat.drafts.size > 0;
  $("room-state").textContent = chat.blocked ? "已停用" : busy ? "正在输入…" : chat.group ? chat.members.length + " 位成员" : "机器人";
  $("room-state").classList.toggle("busy", busy);
  $("stop").hidden = chat.group || chat.messages.length === 0 || chat.blocked;
  $("stop").setAttribute("aria-label", "停用机器人");
  $("stop").title = "停用机器人";
  $("role").replaceChildren(...(chat.group ? [memberPicker(chat)] : ["我是", h("b", {}, chat.name)]));
}

function memberPicker(chat) {
  const pick = h("select", { "aria-label": "以谁的身份发言", onchange: (e) => { chat.as = e.target.value; messages.openChat(chat); } },
    ...chat.members.map((key) => h("option", { value: key }, store.chats.get(key).name)));
  pick.value = chat.as || chat.members[0];
  return h("label", {}, "我是", pick);
}

function drawEmpty() {
  const chat = store.chats.get(open);
  $("empty").hidden = chat.messages.length > 0;
  if (chat.messages.length > 0) return;
  const points = ["问政策：用平常的话提问，回答附上现行条款原文", "办备案：一步一步填写风险备案申请", "看进展：谁在什么时候做了什么，都能查到"];
  $("empty").replaceChildren(
    h("span", { class: "avatar bot huge", "aria-hidden": "true" }, icon("shield")),
    h("h3", {}, store.bot.name),
    h("p", {}, store.bot.description || "容错纠错政策问答与风险备案助手"),
    h("ul", {}, ...points.map((p) => h("li", {}, p))),
    h("p", { class: "hint" }, chat.group ? "在群里请先写 @" + store.bot.username + " 再提问。" : "您将以“" + chat.name + "”的身份与机器人对话。点下面的“开始”。"));
}

const on = {
  state: show,
  message(chat, m) { if (chat.key === open) { messages.onMessage(m); drawComposer(); drawEmpty(); drawHead(); } },
  deleted(chat, body) { if (chat.key === open) messages.onDeleted(body.id); },
  draft(chat) { ephemeral(chat, 30100); },
  typing(chat) { ephemeral(chat, 5600); },
  keyboard(chat) { if (chat.key === open) drawComposer(); },
  commands(chat) { if (chat.key === open) drawComposer(); },
  blocked(chat) { if (chat.key === open) { drawComposer(); drawHead(); } },
  profile() { if (open) { drawHead(); drawEmpty(); } },
  answer(_, body) { messages.onAnswer(body); },
};

function ephemeral(chat, life) {
  const draw = () => { if (chat.key === open) { messages.drawEphemeral(); drawHead(); } drawPeople(open); };
  draw();
  setTimeout(draw, life);
}

subscribe((kind, chat, body) => {
  if (kind === "online") { $("offline").hidden = store.online; return; }
  if (open === null && kind !== "state") return drawPeople(open);
  on[kind](chat, body);
  if (kind === "message" && chat.key === open && document.visibilityState === "visible") markRead(chat);
  if (kind === "message" || kind === "deleted") drawPeople(open);
});

function wirePage() {
  wireComposer();
  addEventListener("hashchange", () => { $("toast").hidden = true; show(); });
  narrow.addEventListener("change", show);
  addEventListener("storage", () => drawPeople(open));
  document.addEventListener("visibilitychange", () => { if (open && document.visibilityState === "visible") messages.drawJump(); });
  $("scroll").addEventListener("scroll", messages.drawJump, { passive: true });
  $("jump").addEventListener("click", messages.toBottom);
  $("older").addEventListener("click", messages.showOlder);
  $("stop").addEventListener("click", () => ask("停用机器人？", [h("p", {}, "停用后机器人不能再给此人发消息，可以随时恢复。")], [
    { label: "停用", act: () => post("/local/block", { as: open, blocked: true }).catch((e) => toast(e.message)) },
    { label: "取消", main: true }]));
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { document.documentElement.dataset.theme = localStorage.getItem("theme") || (system.matches ? "dark" : "light"); };
  paint();
  system.addEventListener("change", paint);
  $("theme").addEventListener("click", () => {
    localStorage.setItem("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    paint();
  });
}

wirePage();
connect();
