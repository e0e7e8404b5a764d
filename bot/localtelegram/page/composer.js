// Writing: text, files, the command menu, the reply keyboard.

import { $, h, icon, fileSize, toast } from "./dom.js";
import { store, post, upload, speaker } from "./store.js";

const MOST = 64 * 1024 * 1024; // bytes of one file, as the server says it

let chat = null;
let files = [];      // chosen, not sent yet
let choice = 0;      // highlighted command
let shown = [];      // commands in the open menu
let keysFolded = false;
let drawnKeys = "[]"; // the reply keyboard on the screen

const input = () => $("input");
const touch = matchMedia("(pointer: coarse)");

export function openComposer(next) {
  if (chat) chat.draftText = input().value;
  chat = next;
  files = [];
  keysFolded = false;
  input().value = chat.draftText || "";
  drawAttached();
  drawComposer();
  grow();
  closeMenu();
}

/** drawComposer follows the chat: start button, blocked, commands, reply keyboard. */
export function drawComposer() {
  const empty = chat.messages.length === 0 && !chat.group;
  const started = document.activeElement === $("start");
  $("start").hidden = !empty && !chat.blocked;
  $("start").textContent = chat.blocked ? "恢复机器人" : "开始";
  $("form").hidden = !$("start").hidden;
  $("menu").hidden = chat.commands.length === 0;
  input().placeholder = (chat.keyboard && chat.keyboard.placeholder) || "输入消息";
  drawKeyboard();
  drawSend();
  grow();
  if (started && !$("form").hidden && !touch.matches) input().focus();
}

function drawSend() { $("send").disabled = input().value.trim() === "" && files.length === 0; }

function drawKeyboard() {
  const rows = chat.keyboard ? chat.keyboard.rows : [];
  $("keys").hidden = rows.length === 0;
  $("keys").setAttribute("aria-expanded", String(!keysFolded));
  $("keyboard").hidden = rows.length === 0 || keysFolded;
  const wanted = JSON.stringify(rows);
  if (wanted === drawnKeys) return; // drawing anew would take the focus away
  drawnKeys = wanted;
  $("keyboard").replaceChildren(...rows.map((row) => h("div", { class: "keyboard-row" },
    ...row.map((text) => h("button", { type: "button", class: "big-key", onclick: () => say(text) }, text)))));
}

async function say(text) {
  try { await post("/local/say", { ...speaker(chat), text }); return true; } catch (e) { toast(e.message); return false; }
}

async function submit() {
  const text = input().value.trim();
  if (files.length > 0) return sendFiles(text);
  if (!text) return null;
  input().value = "";
  grow(); drawSend(); closeMenu();
  if (!(await say(text)) && input().value === "") { input().value = text; grow(); drawSend(); }
  return null;
}

async function sendFiles(caption) {
  const batch = files, who = speaker(chat);
  files = [];
  input().value = "";
  grow(); drawAttached(); drawSend();
  for (const [i, file] of batch.entries()) {
    const bar = h("progress", { max: "1", value: "0", "aria-label": "正在发送 " + file.name });
    const row = h("div", { class: "sending" }, icon("file"), h("span", {}, file.name), bar);
    $("attached").append(row);
    $("attached").hidden = false;
    try {
      await upload({ ...who, caption: i === 0 ? caption : "" }, file, (part) => { bar.value = part; });
    } catch (e) { toast(file.name + "：" + e.message); }
    row.remove();
    $("attached").hidden = $("attached").children.length === 0;
  }
}

export function addFiles(list) {
  if (!chat || $("form").hidden) return;
  for (const file of list) {
    if (file.size > MOST) toast(file.name + "：文件太大，本机演示最多收 64 MB。");
    else files.push(file);
  }
  drawAttached(); drawSend();
  input().focus();
}

function drawAttached() {
  $("attached").replaceChildren(...files.map((file, i) => h("div", { class: "chosen" }, icon("file"),
    h("span", { class: "chosen-name" }, file.name), h("span", { class: "chosen-size" }, fileSize(file.size)),
    h("button", { type: "button", class: "icon", "aria-label": "不发送 " + file.name,
      onclick: () => { files.splice(i, 1); drawAttached(); drawSend(); input().focus(); } }, icon("close")))));
  $("attached").hidden = files.length === 0;
  input().placeholder = files.length > 0 ? "添加说明（可不填）" : "输入消息";
}

function grow() {
  const el = input();
  el.style.height = "auto";
  const border = el.offsetHeight - el.clientHeight; // which scrollHeight leaves out
  el.style.height = Math.min(el.scrollHeight + border, 160) + "px";
  el.style.overflowY = el.scrollHeight + border > 160 ? "auto" : "hidden"; // some browsers show arrows for one line
}

// The command menu opens on "/" and on the menu button; arrows choose, Enter sends, Tab completes.

function openMenu(filter) {
  shown = chat.commands.filter((c) => ("/" + c.command).startsWith(filter));
  choice = Math.min(choice, Math.max(0, shown.length - 1));
  if (shown.length === 0) return closeMenu();
  $("commands").replaceChildren(...shown.map((c, i) => h("li", { id: "c" + i, role: "option", "aria-selected": String(i === choice),
    onclick: () => sendCommand(c) }, h("b", {}, "/" + c.command), h("span", {}, c.description))));
  $("commands").hidden = false;
  for (const el of [input(), $("menu")]) el.setAttribute("aria-expanded", "true");
  input().setAttribute("aria-activedescendant", "c" + choice);
  $("c" + choice).scrollIntoView({ block: "nearest" });
  return null;
}

function closeMenu() {
  $("commands").hidden = true;
  choice = 0;
  for (const el of [input(), $("menu")]) el.setAttribute("aria-expanded", "false");
  input().removeAttribute("aria-activedescendant");
}

function sendCommand(c) {
  closeMenu();
  input().value = "";
  grow(); drawSend();
  input().focus();
  say("/" + c.command);
}

function menuFilter() {
  const value = input().value;
  return /^\/[a-z0-9_]*$/i.test(value) ? value.toLowerCase() : null;
}

function onInput() {
  grow(); drawSend();
  const filter = menuFilter();
  if (filter) openMenu(filter); else closeMenu();
}

function onKey(e) {
  if (e.isComposing || e.keyCode === 229) return; // an input method is choosing characters
  const open = !$("commands").hidden;
  if (open && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
    e.preventDefault();
    choice = (choice + (e.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
    return openMenu(menuFilter() || "/");
  }
  if (open && e.key === "Escape") { e.preventDefault(); return closeMenu(); }
  if (open && e.key === "Tab" && shown[choice]) {
    e.preventDefault();
    input().value = "/" + shown[choice].command + " ";
    grow(); drawSend();
    return closeMenu();
  }
  if (e.key === "Enter" && !e.shiftKey && !touch.matches) {
    e.preventDefault();
    const typed = input().value.trim();
    if (open && shown[choice] && typed !== "/" + shown[choice].command && menuFilter()) return sendCommand(shown[choice]);
    return submit();
  }
}

export function wireComposer() {
  input().addEventListener("input", onInput);
  input().addEventListener("keydown", onKey);
  input().addEventListener("keypress", (e) => { if (e.key === "Enter" && !e.shiftKey && !touch.matches) e.preventDefault(); });
  $("form").addEventListener("submit", (e) => { e.preventDefault(); submit(); if (!touch.matches) input().focus(); });
  $("menu").addEventListener("click", () => {
    if ($("commands").hidden) { openMenu("/"); input().focus(); } else closeMenu();
  });
  $("keys").addEventListener("click", () => { keysFolded = !keysFolded; drawKeyboard(); });
  $("clip").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { addFiles([...$("file").files]); $("file").value = ""; });
  $("start").addEventListener("click", async () => {
    if (chat.blocked) await post("/local/block", { as: chat.key, blocked: false }).catch((e) => toast(e.message));
    else await say("/start");
  });
  input().addEventListener("paste", (e) => {
    const pasted = [...((e.clipboardData && e.clipboardData.files) || [])];
    if (pasted.length > 0) { e.preventDefault(); addFiles(pasted); }
  });
  document.addEventListener("click", (e) => {
    if (!e.target.closest("#commands, #menu, #input")) closeMenu();
  });
  wireDrop();
}

function wireDrop() {
  const room = document.querySelector(".room");
  let depth = 0;
  const carries = (e) => [...e.dataTransfer.types].includes("Files");
  room.addEventListener("dragenter", (e) => { if (carries(e)) { depth++; $("drop").hidden = false; } });
  room.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); if (depth === 0) $("drop").hidden = true; });
  addEventListener("dragover", (e) => e.preventDefault());
  addEventListener("drop", (e) => {
    e.preventDefault();
    depth = 0;
    $("drop").hidden = true;
    if (e.dataTransfer.files.length > 0) addFiles([...e.dataTransfer.files]);
  });
}
