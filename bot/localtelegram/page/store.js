// What the page knows, and how it hears of changes: one stream for all chats. After a lost connection
// the stream begins with a full picture again, so nothing can be missed.

export const store = {
  bot: { name: "容错助手" },
  chats: new Map(), // key -> chat, in the server's order
  online: true,
};

const listeners = [];

/** subscribe(f): f(kind, chat, body) after each change; kind "state" means: draw everything. */
export function subscribe(f) { listeners.push(f); }

function tell(kind, chat, body) { for (const f of listeners) f(kind, chat, body); }

const KEPT = 600; // messages held per chat in the page; older ones are asked for again

const apply = {
  state(_, body) {
    const before = store.chats;
    store.bot = body.bot;
    store.chats = new Map(body.chats.map((c) => {
      const old = before.get(c.key);
      return [c.key, { ...c, drafts: new Map(), typing: 0, draftText: old ? old.draftText : "", as: old ? old.as : null }];
    }));
  },
  message(chat, m) {
    const at = chat.messages.findIndex((o) => o.id >= m.id);
    if (at < 0) {
      chat.messages.push(m);
      if (chat.messages.length > KEPT) { chat.messages.shift(); chat.more = true; }
    } else if (chat.messages[at].id === m.id) {
      if (chat.messages[at].rev <= m.rev) chat.messages[at] = m;
    }
    else chat.messages.splice(at, 0, m);
    if (m.from === "bot") { chat.drafts.clear(); chat.typing = 0; }
  },
  deleted(chat, body) { chat.messages = chat.messages.filter((m) => m.id !== body.id); },
  draft(chat, body) { chat.typing = 0; chat.drafts.set(body.draft, { ...body, until: Date.now() + 30000 }); },
  typing(chat) { chat.typing = Date.now() + 5500; },
  keyboard(chat, body) { chat.keyboard = body.keyboard; },
  commands(chat, body) { chat.commands = body.commands; },
  blocked(chat, body) { chat.blocked = body.blocked; },
  profile(_, body) { store.bot = body; },
  answer() {},
};

/** connect hears the stream: through the worker that all tabs share, or alone where there is none. */
export function connect() {
  if (!window.SharedWorker) return alone();
  const worker = new SharedWorker("stream.js");
  worker.port.onmessage = (e) => hear(JSON.parse(e.data));
  addEventListener("pagehide", () => worker.port.postMessage("bye"));
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  return null;
}

function alone() {
  const stream = new EventSource("/local/events");
  stream.onmessage = (e) => hear(JSON.parse(e.data));
  stream.onerror = () => {
    hear({ kind: "lost" });
    if (stream.readyState === EventSource.CLOSED) setTimeout(alone, 2000);
  };
}

let waiting = null; // events that came before the first picture

// hear takes one event. A tab that joins a running stream fetches the picture itself and then applies
// what came meanwhile; doing so twice does no harm, because events carry whole things.
function hear(event) {
  if (event.kind === "joined") return join();
  if (event.kind === "state") waiting = null;
  if (waiting) { waiting.push(event); return null; }
  if (event.kind === "lost") return setOnline(false);
  const chat = store.chats.get(event.chat);
  if (!apply[event.kind] || (event.chat && !chat)) return null;
  apply[event.kind](chat, event.body);
  setOnline(true);
  tell(event.kind, chat, event.body);
  return null;
}

async function join() {
  waiting = [];
  try {
    const body = await get("/local/state");
    const late = waiting || [];
    hear({ kind: "state", body });
    late.forEach(hear);
  } catch { setOnline(false); }
}

function setOnline(online) {
  if (store.online === online) return;
  store.online = online;
  tell("online");
}

/** post sends JSON to the people's side; an Error carries the server's sentence. */
export async function post(path, body) {
  return reply(fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));
}

export async function get(path) { return reply(fetch(path)); }

async function reply(pending) {
  let response;
  try { response = await pending; } catch { throw new Error("连不上本机服务，请稍后再试。"); }
  const data = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(data.error || "操作没有成功，请再试一次。");
  return data;
}

/** upload sends a file and reports progress from 0 to 1. */
export function upload(fields, file, progress) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", "/local/file");
    request.responseType = "json";
    request.upload.onprogress = (e) => { if (e.lengthComputable) progress(e.loaded / e.total); };
    request.onload = () => {
      if (request.status === 200) resolve(request.response);
      else reject(new Error((request.response && request.response.error) || "文件没有发送成功。"));
    };
    request.onerror = () => reject(new Error("文件没有发送成功，请检查连接后再试。"));
    request.send(form);
  });
}

/** who speaks in a chat: the person, or in a group the member chosen there. */
export function speaker(chat) {
  return chat.group ? { as: chat.as || chat.members[0], in: chat.key } : { as: chat.key };
}

// Which message was read last is kept per browser, so that tabs agree on what is unread.
const readKey = (key) => "read:" + key;

export function lastRead(chat) { return Number(localStorage.getItem(readKey(chat.key)) || 0); }

export function markRead(chat) {
  const last = chat.messages.at(-1);
  if (last && last.id > lastRead(chat)) localStorage.setItem(readKey(chat.key), String(last.id));
}

export function unread(chat) {
  const read = lastRead(chat);
  return chat.messages.filter((m) => m.id > read && m.from === "bot").length;
}
