package store

// chapterMigrations are the tables of the chapters: changes, heads, deliveries, letters, papers, credit, audit.
// Instants are text in UTC with microseconds, so that they sort; amounts are text, but for the credit guard's integers.
// A step is never edited once it was released; the words in braces became what they say in SQLite when MySQL came.
var chapterMigrations = []migration{
	{10, "changes", `
CREATE TABLE source_position (
  source   {name} PRIMARY KEY,
  position {text} NOT NULL,
  moved_at {stamp} NOT NULL,
  set_no   {int} NOT NULL,
  set_open {int} NOT NULL
);
CREATE TABLE seen (
  "system"   {name} NOT NULL,
  kind       {name} NOT NULL,
  record_key {key} NOT NULL,
  version    {key} NOT NULL,
  hash       {key} NOT NULL,
  set_source {name} NOT NULL,
  set_no     {int} NOT NULL,
  PRIMARY KEY ("system", kind, record_key)
);
CREATE TABLE "change" (
  id         {auto_key},
  pipeline   {name} NOT NULL,
  source     {name} NOT NULL,
  "system"   {name} NOT NULL,
  kind       {name} NOT NULL,
  record_key {key} NOT NULL,
  version    {key} NOT NULL,
  message    {key} NOT NULL,
  hash       {key} NOT NULL,
  body       {bytes},
  gone       {int} NOT NULL,
  changed_at {stamp} NOT NULL,
  taken_at   {stamp} NOT NULL,
  lane       {key} NOT NULL,
  bucket     {name} NOT NULL,
  reason     {text} NOT NULL
);
CREATE INDEX change_record ON "change" (kind, record_key, "system", version);
CREATE INDEX change_message ON "change" (message, source);
CREATE INDEX change_bucket ON "change" (kind, bucket)`},
	{11, "heads", `
CREATE TABLE head (
  kind       {name} NOT NULL,
  doc_key    {key} NOT NULL,
  revision   {int} NOT NULL,
  hash       {key} NOT NULL,
  origin     {int} NOT NULL,
  decided_at {stamp} NOT NULL,
  PRIMARY KEY (kind, doc_key)
);
CREATE TABLE revision (
  kind       {name} NOT NULL,
  doc_key    {key} NOT NULL,
  revision   {int} NOT NULL,
  body       {bytes} NOT NULL,
  hash       {key} NOT NULL,
  change_id  {int} NOT NULL,
  decided_at {stamp} NOT NULL,
  PRIMARY KEY (kind, doc_key, revision)
);
CREATE INDEX revision_change ON revision (change_id);
CREATE TABLE series (
  name {key} PRIMARY KEY,
  last {int} NOT NULL
)`},
	{12, "deliveries", `
CREATE TABLE delivery (
  id         {auto_key},
  target     {name} NOT NULL,
  kind       {name} NOT NULL,
  doc_key    {key} NOT NULL,
  revision   {int} NOT NULL,
  state      {name} NOT NULL,
  due_at     {stamp} NOT NULL,
  attempts   {int} NOT NULL,
  hash       {key} NOT NULL,
  reference  {text} NOT NULL,
  reason     {text} NOT NULL,
  moved_at   {stamp} NOT NULL,
  UNIQUE (target, kind, doc_key, revision)
);
CREATE INDEX delivery_due ON delivery (target, state, due_at);
CREATE TABLE pause (
  place    {name} PRIMARY KEY,
  until    {stamp} NOT NULL,
  since    {stamp} NOT NULL,
  failures {int} NOT NULL,
  kind     {name} NOT NULL,
  reason   {text} NOT NULL
);
CREATE TABLE lease (
  name  {key} PRIMARY KEY,
  epoch {int} NOT NULL
)`},
	{13, "letters", `
CREATE TABLE dead_letter (
  id        {auto_key},
  stage     {name} NOT NULL,
  place     {name} NOT NULL,
  kind      {name} NOT NULL,
  doc_key   {key} NOT NULL,
  change_id {int} NOT NULL,
  delivery  {int} NOT NULL,
  reason    {text} NOT NULL,
  attempts  {int} NOT NULL,
  record    {bytes},
  mapping   {text} NOT NULL,
  waits_for {key} NOT NULL,
  state     {name} NOT NULL,
  at        {stamp} NOT NULL,
  closed_at {stamp} NOT NULL
);
CREATE INDEX letter_state ON dead_letter (state, waits_for);
CREATE INDEX letter_change ON dead_letter (change_id)`},
	{14, "papers and credit", `
CREATE TABLE paper (
  doc_key    {key} NOT NULL,
  revision   {int} NOT NULL,
  name       {key} NOT NULL,
  media_type {name} NOT NULL,
  hash       {key} NOT NULL,
  body       {bytes} NOT NULL,
  drawn_at   {stamp} NOT NULL,
  PRIMARY KEY (doc_key, revision, name)
);
CREATE TABLE credit_account (
  account  {key} PRIMARY KEY,
  version  {int} NOT NULL,
  reserved {int} NOT NULL,
  other    {int} NOT NULL,
  ceiling  {int}
)`},
	{15, "audit", `
CREATE TABLE audit (
  seq      {auto_key},
  chain    {name} NOT NULL,
  at       {stamp} NOT NULL,
  action   {name} NOT NULL,
  kind     {name} NOT NULL,
  doc_key  {key} NOT NULL,
  revision {int} NOT NULL,
  detail   {text} NOT NULL,
  prev     {text} NOT NULL,
  hash     {key} NOT NULL
);
CREATE INDEX audit_document ON audit (kind, doc_key)`},
	{16, "papers by format", `
ALTER TABLE paper ADD COLUMN format {name} NOT NULL DEFAULT '';
UPDATE paper SET format = CASE media_type WHEN 'application/pdf' THEN 'pdf' ELSE 'text' END`},
	{17, "alarms", `
CREATE TABLE alarm (
  kind     {name} NOT NULL,
  doc_key  {key} NOT NULL,
  pipeline {name} NOT NULL,
  at       {stamp} NOT NULL,
  PRIMARY KEY (kind, doc_key)
);
CREATE INDEX alarm_at ON alarm (at)`},
	{18, "several instances", `
ALTER TABLE lease ADD COLUMN holder {name} NOT NULL DEFAULT '';
ALTER TABLE lease ADD COLUMN until_at {int} NOT NULL DEFAULT 0;
ALTER TABLE dead_letter ADD COLUMN waits_seen {int} NOT NULL DEFAULT 0;
CREATE TABLE gate (
  topic {name} NOT NULL,
  part  {int} NOT NULL,
  PRIMARY KEY (topic, part)
);
CREATE INDEX audit_chain ON audit (chain, seq)`},
	{19, "backfills", `
CREATE TABLE backfill (
  source    {name} PRIMARY KEY,
  state     {name} NOT NULL,
  way       {name} NOT NULL,
  position  {text} NOT NULL,
  pages     {int} NOT NULL,
  chunk     {int} NOT NULL,
  rate      {name} NOT NULL,
  hours     {name} NOT NULL,
  total     {int} NOT NULL,
  news      {int} NOT NULL,
  same      {int} NOT NULL,
  broken    {int} NOT NULL,
  reserves  {int} NOT NULL,
  since     {stamp} NOT NULL,
  moved_at  {stamp} NOT NULL,
  due_at    {stamp} NOT NULL,
  ended_at  {stamp} NOT NULL
)`},
}
