-- A file as the program wrote it before PostgreSQL: tables of version 1, two
-- generations of rules written for this test, vectors of the fake model.
CREATE TABLE kb_schema (version INTEGER NOT NULL);
CREATE TABLE kb_documents (
	id       INTEGER PRIMARY KEY,
	source   TEXT NOT NULL,      -- file below the folder
	hash     TEXT NOT NULL,      -- SHA-256 of the file
	parser   INTEGER NOT NULL,   -- documents.ParserVersion that read it
	n        INTEGER NOT NULL,   -- place in the file: a bulk corpus has a document a line
	body     TEXT NOT NULL,      -- documents.Document without its passages, JSON
	added    TEXT NOT NULL,
	UNIQUE (source, hash, parser, n)
);
CREATE TABLE kb_passages (
	document INTEGER NOT NULL REFERENCES kb_documents(id) ON DELETE CASCADE,
	n        INTEGER NOT NULL,
	body     TEXT NOT NULL,      -- documents.Passage, JSON
	PRIMARY KEY (document, n)
) WITHOUT ROWID;
CREATE TABLE kb_vectors (
	model    TEXT NOT NULL,
	hash     TEXT NOT NULL,      -- of the text that was embedded
	vector   BLOB NOT NULL,      -- float32, little endian
	PRIMARY KEY (model, hash)
) WITHOUT ROWID;
CREATE TABLE kb_generations (
	id       INTEGER PRIMARY KEY,
	state    TEXT NOT NULL CHECK (state IN ('building', 'current', 'previous', 'retired')),
	created  TEXT NOT NULL,
	passages INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX kb_one_current ON kb_generations(state) WHERE state IN ('current', 'previous');
CREATE TABLE kb_members (
	generation INTEGER NOT NULL REFERENCES kb_generations(id) ON DELETE CASCADE,
	n          INTEGER NOT NULL,
	document   INTEGER NOT NULL REFERENCES kb_documents(id),
	PRIMARY KEY (generation, n)
) WITHOUT ROWID;
CREATE INDEX kb_members_document ON kb_members(document);
CREATE TABLE kb_confirmed (
	doc      TEXT NOT NULL,
	article  TEXT NOT NULL,
	question TEXT NOT NULL,
	added    TEXT NOT NULL,
	PRIMARY KEY (doc, article, question)
) WITHOUT ROWID;
INSERT INTO kb_schema VALUES (1);
INSERT INTO kb_documents VALUES (1, 'a.md', '7f47d050114e27ae2f63ff76c3225df064f20d7d6f62a2a38fa93236211c7384', 3, 0, '{"Path":"a.md","Kind":"rule","Title":"甲办法","DocNo":"","Issuer":"","Level":"部门规章","Issued":"","Effective":"2024-01-01","Repealed":"","Status":"","Supersedes":"","SupersededBy":"","Illustrative":false,"Case":null,"Passages":null,"Warnings":null,"Hash":"7f47d050114e27ae2f63ff76c3225df064f20d7d6f62a2a38fa93236211c7384"}', '2026-11-23T09:19:30Z');
INSERT INTO kb_documents VALUES (2, 'a.md', 'f1ba3f5ef19f3b47e8923bea90d9e074a5a7530de257ec4b9158177e61efc5ec', 3, 0, '{"Path":"a.md","Kind":"rule","Title":"甲办法","DocNo":"","Issuer":"","Level":"部门规章","Issued":"","Effective":"2024-01-01","Repealed":"","Status":"","Supersedes":"","SupersededBy":"","Illustrative":false,"Case":null,"Passages":null,"Warnings":null,"Hash":"f1ba3f5ef19f3b47e8923bea90d9e074a5a7530de257ec4b9158177e61efc5ec"}', '2026-11-23T09:19:30Z');
INSERT INTO kb_documents VALUES (3, 'b.md', '069258afd1ad4543566b688da64cd36e52a0918d956a5688d397750f7dae7101', 3, 0, '{"Path":"b.md","Kind":"rule","Title":"乙办法","DocNo":"","Issuer":"","Level":"部门规章","Issued":"","Effective":"2024-01-01","Repealed":"","Status":"","Supersedes":"","SupersededBy":"","Illustrative":false,"Case":null,"Passages":null,"Warnings":null,"Hash":"069258afd1ad4543566b688da64cd36e52a0918d956a5688d397750f7dae7101"}', '2026-11-23T09:19:30Z');
INSERT INTO kb_passages VALUES (1, 0, '{"Article":"第一条","Part":0,"Items":"","Begins":0,"Heading":"","Section":null,"Text":"第一条　申请备案的，应当提交材料。","Cites":null,"Sections":null}');
INSERT INTO kb_passages VALUES (1, 1, '{"Article":"第二条","Part":0,"Items":"","Begins":0,"Heading":"","Section":null,"Text":"第二条　备案期限为十个工作日。","Cites":null,"Sections":null}');
INSERT INTO kb_passages VALUES (2, 0, '{"Article":"第一条","Part":0,"Items":"","Begins":0,"Heading":"","Section":null,"Text":"第一条　申请备案的，应当提交材料。","Cites":null,"Sections":null}');
INSERT INTO kb_passages VALUES (2, 1, '{"Article":"第二条","Part":0,"Items":"","Begins":0,"Heading":"","Section":null,"Text":"第二条　备案期限为二十个工作日。","Cites":null,"Sections":null}');
INSERT INTO kb_passages VALUES (3, 0, '{"Article":"第一条","Part":0,"Items":"","Begins":0,"Heading":"","Section":null,"Text":"第一条　复核以一次为限。","Cites":null,"Sections":null}');
INSERT INTO kb_vectors VALUES ('fake/64', '305cba9db038b3eb4982e1327a4e80aed84326628fa02231b88d8e8abe0b651c', x'00000000a311453e00000000000000000000000000000000a311453e0000000000000000000000000000000000000000a311453e0000000000000000000000000000000000000000a311453e00000000000000000000000000000000a311453ea311453e000000000000000000000000a311453ea311453ea311453e0000000000000000a311453e0000000000000000a311453e00000000000000000000000000000000000000000000000000000000a311c53e0000000000000000a311453e0000000000000000a311453e00000000000000000000000000000000a311453e000000000000000000000000000000003bcd133f000000000000000000000000');
INSERT INTO kb_vectors VALUES ('fake/64', '661232ce2b268188dbaba682fc2eb66d115db0fbeb425b8596c02219e809404b', x'000000009084413e9084413e0000000000000000000000000000000000000000000000000000000000000000000000009084413e00000000000000000000000000000000000000009084413e000000000000000000000000000000009084413e9084413e9084413e00000000000000009084413e9084413e9084413e00000000000000009084413e00000000000000009084413e000000000000000000000000000000000000000000000000000000009084c13e00000000000000009084413e00000000000000009084413e000000000000000000000000000000009084413e000000000000000000000000000000006c23113f000000000000000000000000');
INSERT INTO kb_vectors VALUES ('fake/64', 'c771b54830f8b8c94a9705f5fd5865a6a1e7358b43a8ab30342d16732834f2f3', x'000000002ef9643e00000000000000002ef9643e000000000000000000000000000000002ef9643e00000000000000000000000000000000000000000000000000000000000000002ef9643e00000000000000000000000000000000000000002ef9643e000000002ef9643e0000000000000000000000002ef9e43e000000002ef9643e00000000000000002ef9643e000000002ef9e43e0000000000000000000000002ef9643e00000000000000002ef9643e0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002ef9643e00000000000000002ef9643e');
INSERT INTO kb_vectors VALUES ('fake/64', 'e232f62837cab3e79a109193b8b4324ad08fe7d6d889f6ed06a184108fc8af11', x'00000000a311453e00000000000000000000000000000000a311453e0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000a311453e0000000000000000a311453e00000000a311453e000000000000000000000000a311453e0000000000000000a311c53ea311453ea311453e00000000000000000000000000000000a311453e000000000000000000000000a311453e00000000a311453ea311c53e0000000000000000a311453e000000000000000000000000000000000000000000000000000000000000000000000000a311453e00000000a311453ea311c53ea311453e0000000000000000');
INSERT INTO kb_generations VALUES (1, 'previous', '2026-11-23T09:19:30Z', 2);
INSERT INTO kb_generations VALUES (2, 'current', '2026-11-23T09:19:30Z', 3);
INSERT INTO kb_members VALUES (1, 0, 1);
INSERT INTO kb_members VALUES (2, 0, 2);
INSERT INTO kb_members VALUES (2, 1, 3);
INSERT INTO kb_confirmed VALUES ('b.md', '第一条', '能复核几回？', '2026-11-23T09:19:30Z');
