package store

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAccountsThatAnOlderVersionKeptAreLookedAtOnceAfterIt(t *testing.T) {
	s := tableless(t, filepath.Join(t.TempDir(), "store.db"))
	defer s.disconnect()
	var before []migration
	for _, step := range migrations() {
		if step.version < accountAlarmMigrations[0].version {
			before = append(before, step)
		}
	}
	require.NoError(t, s.migrate(t.Context(), before))
	for _, row := range []string{
		`INSERT INTO "change" (id, pipeline, source, "system", kind, record_key, version, message, hash, body, gone, lane, bucket, reason, changed_at, taken_at)
VALUES (7, 'master_data', 'accounts', 'erp', 'credit_account', 'K1', '', '', 'h', '{}', 0, '', 'applied', '', '', '')`,
		`INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at) VALUES ('credit_account', 'K1', 3, 'h', 7, '')`,
		`INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at) VALUES ('party', 'C1', 1, 'h', 7, '')`,
	} {
		_, err := s.write.ExecContext(t.Context(), row)
		require.NoError(t, err, row)
	}
	for range 2 { // an interrupted step is done again over what it had made
		require.NoError(t, s.migrate(t.Context(), append(before[:len(before):len(before)], accountAlarmMigrations...)))
		var due []alarmRow
		require.NoError(t, s.write.SelectContext(t.Context(), &due, `SELECT kind, doc_key, pipeline, at FROM alarm`))
		require.Equal(t, []alarmRow{{Kind: "credit_account", Key: "K1", Pipeline: "master_data", At: "2000-01-01T00:00:00.000000Z"}}, due)
		_, err := s.write.ExecContext(t.Context(), `DELETE FROM schema_version WHERE version = ?`, accountAlarmMigrations[0].version)
		require.NoError(t, err)
	}
}
