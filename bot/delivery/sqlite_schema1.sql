CREATE TABLE delivery_item (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  queue    TEXT    NOT NULL,
  prio     INTEGER NOT NULL,
  chat     INTEGER NOT NULL,
  ord      INTEGER NOT NULL,
  key      TEXT    NOT NULL,
  body     BLOB,
  tries    INTEGER NOT NULL DEFAULT 0,
  state    INTEGER NOT NULL DEFAULT 0, -- 0 waiting, 1 done, 2 parked, 3 dropped: the chat blocked us
  result   INTEGER NOT NULL DEFAULT 0,
  note     TEXT    NOT NULL DEFAULT '',
  received INTEGER NOT NULL,           -- Unix milliseconds, as all times here
  ended    INTEGER NOT NULL DEFAULT 0,
  UNIQUE (queue, key)
);
CREATE INDEX delivery_item_waiting ON delivery_item (queue, prio, chat, ord, id) WHERE state = 0;
CREATE INDEX delivery_item_ended ON delivery_item (state, ended) WHERE state > 0;
CREATE TABLE delivery_lane (           -- a row as long as something waits in the lane
  queue TEXT    NOT NULL,
  prio  INTEGER NOT NULL,
  chat  INTEGER NOT NULL,
  ready INTEGER NOT NULL,              -- free from then on: end of a lease or of a delay
  fence INTEGER NOT NULL DEFAULT 0,    -- 0: not leased
  owner TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (queue, prio, chat)
) WITHOUT ROWID;
CREATE INDEX delivery_lane_ready ON delivery_lane (queue, prio, ready);
CREATE TABLE delivery_session (
  key   TEXT PRIMARY KEY,
  rev   INTEGER NOT NULL,
  value BLOB    NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE delivery_lock (
  name  TEXT PRIMARY KEY,
  owner TEXT    NOT NULL,
  fence INTEGER NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE delivery_limit (
  key   TEXT PRIMARY KEY,
  used  INTEGER NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE delivery_blocked (
  chat INTEGER PRIMARY KEY,
  since INTEGER NOT NULL
);
CREATE TABLE delivery_counter (
  n INTEGER NOT NULL                   -- fences and revisions, each number given once
);
INSERT INTO delivery_counter VALUES (0);
