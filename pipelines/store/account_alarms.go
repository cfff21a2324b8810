package store

// accountAlarmMigrations: credit accounts that were kept before they had a time at which they are looked at again are looked at
// once, and note it then.
var accountAlarmMigrations = []migration{
	{23, "accounts are looked at", `
INSERT INTO alarm (kind, doc_key, pipeline, at)
SELECT h.kind, h.doc_key, c.pipeline, '2000-01-01T00:00:00.000000Z'
  FROM head h
  JOIN "change" c ON c.id = h.origin
 WHERE h.kind = 'credit_account'
   AND NOT EXISTS (SELECT 1 FROM alarm a WHERE a.kind = h.kind AND a.doc_key = h.doc_key)`},
}
