package store

// chapterMigrations are the tables of the chapters: changes, heads, deliveries, letters, papers, credit, audit.
// Instants are text in UTC with microseconds, so that they sort; amounts are text, but for the credit guard's integers.
var chapterMigrations = []migration{
	{10, "changes", `
CREATE TABLE source_position (
  source   TEXT PRIMARY KEY,
  position TEXT NOT NULL,
  moved_at TEXT NOT NULL,
  set_no   INTEGER NOT NULL,
  set_open INTEGER NOT NULL
);
CREATE TABLE seen (
  system     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  record_key TEXT NOT NULL,
  version    TEXT NOT NULL,
  hash       TEXT NOT NULL,
  set_source TEXT NOT NULL,
  set_no     INTEGER NOT NULL,
  PRIMARY KEY (system, kind, record_key)
);
CREATE TABLE change (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  pipeline   TEXT NOT NULL,
  source     TEXT NOT NULL,
  system     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  record_key TEXT NOT NULL,
  version    TEXT NOT NULL,
  message    TEXT NOT NULL,
  hash       TEXT NOT NULL,
  body       BLOB,
  gone       INTEGER NOT NULL,
  changed_at TEXT NOT NULL,
  taken_at   TEXT NOT NULL,
  lane       TEXT NOT NULL,
  bucket     TEXT NOT NULL,
  reason     TEXT NOT NULL
);
CREATE INDEX change_record ON change (kind, record_key, system, version);
CREATE INDEX change_message ON change (message, source);
CREATE INDEX change_bucket ON change (kind, bucket)`},
	{11, "heads", `
CREATE TABLE head (
  kind       TEXT NOT NULL,
  doc_key    TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  hash       TEXT NOT NULL,
  origin     INTEGER NOT NULL,
  decided_at TEXT NOT NULL,
  PRIMARY KEY (kind, doc_key)
);
CREATE TABLE revision (
  kind       TEXT NOT NULL,
  doc_key    TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  body       BLOB NOT NULL,
  hash       TEXT NOT NULL,
  change_id  INTEGER NOT NULL,
  decided_at TEXT NOT NULL,
  PRIMARY KEY (kind, doc_key, revision)
);
CREATE INDEX revision_change ON revision (change_id);
CREATE TABLE series (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
)`},
	{12, "deliveries", `
CREATE TABLE delivery (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  target     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  doc_key    TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  state      TEXT NOT NULL,
  due_at     TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  hash       TEXT NOT NULL,
  reference  TEXT NOT NULL,
  reason     TEXT NOT NULL,
  moved_at   TEXT NOT NULL,
  UNIQUE (target, kind, doc_key, revision)
);
CREATE INDEX delivery_due ON delivery (target, state, due_at);
CREATE TABLE pause (
  place    TEXT PRIMARY KEY,
  until    TEXT NOT NULL,
  since    TEXT NOT NULL,
  failures INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  reason   TEXT NOT NULL
);
CREATE TABLE lease (
  name  TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL
)`},
	{13, "letters", `
CREATE TABLE dead_letter (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  stage     TEXT NOT NULL,
  place     TEXT NOT NULL,
  kind      TEXT NOT NULL,
  doc_key   TEXT NOT NULL,
  change_id INTEGER NOT NULL,
  delivery  INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  attempts  INTEGER NOT NULL,
  record    BLOB,
  mapping   TEXT NOT NULL,
  waits_for TEXT NOT NULL,
  state     TEXT NOT NULL,
  at        TEXT NOT NULL,
  closed_at TEXT NOT NULL
);
CREATE INDEX letter_state ON dead_letter (state, waits_for);
CREATE INDEX letter_change ON dead_letter (change_id)`},
	{14, "papers and credit", `
CREATE TABLE paper (
  doc_key    TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  name       TEXT NOT NULL,
  media_type TEXT NOT NULL,
  hash       TEXT NOT NULL,
  body       BLOB NOT NULL,
  drawn_at   TEXT NOT NULL,
  PRIMARY KEY (doc_key, revision, name)
);
CREATE TABLE credit_account (
  account  TEXT PRIMARY KEY,
  version  INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  other    INTEGER NOT NULL,
  ceiling  INTEGER
)`},
	{15, "audit", `
CREATE TABLE audit (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  chain    TEXT NOT NULL,
  at       TEXT NOT NULL,
  action   TEXT NOT NULL,
  kind     TEXT NOT NULL,
  doc_key  TEXT NOT NULL,
  revision INTEGER NOT NULL,
  detail   TEXT NOT NULL,
  prev     TEXT NOT NULL,
  hash     TEXT NOT NULL
);
CREATE INDEX audit_document ON audit (kind, doc_key)`},
	{16, "papers by format", `
ALTER TABLE paper ADD COLUMN format TEXT NOT NULL DEFAULT '';
UPDATE paper SET format = CASE media_type WHEN 'application/pdf' THEN 'pdf' ELSE 'text' END`},
	{17, "alarms", `
CREATE TABLE alarm (
  kind     TEXT NOT NULL,
  doc_key  TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  at       TEXT NOT NULL,
  PRIMARY KEY (kind, doc_key)
);
CREATE INDEX alarm_at ON alarm (at)`},
}
