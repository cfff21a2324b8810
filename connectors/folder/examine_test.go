package folder

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

func TestAFolderIsExaminedAndNothingIsLeftInIt(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		says string
		bad  string // else
	}{
		{"it is there", func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o750)) }, "files can be written into", ""},
		{"it will be made", func(*testing.T, string) {}, "is not there yet: the first file makes it", ""},
		{"the one above is missing", func(t *testing.T, path string) { require.NoError(t, os.Remove(filepath.Dir(path))) }, "", "no such file or directory"},
		{"a file lies in its place", func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, nil, 0o600)) }, "", "is not a folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			above := filepath.Join(t.TempDir(), "above")
			require.NoError(t, os.Mkdir(above, 0o750))
			path := filepath.Join(above, "papers")
			c.make(t, path)
			s := &sink{connection: &Connection{name: "papers", path: path, now: time.Now}, target: "documents"}
			found, err := s.Examine(t.Context())
			if c.bad != "" {
				require.ErrorContains(t, err, c.bad)
				return
			}
			require.NoError(t, err)
			require.Len(t, found, 1)
			require.Equal(t, connectors.OK, found[0].Level)
			require.Equal(t, "documents", found[0].About)
			require.Contains(t, found[0].What, c.says)
			left, err := filepath.Glob(filepath.Join(path, "*"))
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

func TestAFolderThatMayNotBeWrittenIntoIsFound(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("nothing is forbidden to root")
	}
	path := t.TempDir()
	require.NoError(t, os.Chmod(path, 0o500)) // #nosec G302 -- a folder is entered
	found, err := (&sink{connection: &Connection{path: path}, target: "documents"}).Examine(t.Context())
	require.NoError(t, err)
	require.Equal(t, connectors.Bad, found[0].Level)
	require.Contains(t, found[0].Change, "chmod u+rwx "+path)
}

func TestASourceOfFilesIsExamined(t *testing.T) {
	path := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(path, "a.jsonl"), []byte("not read\n"), 0o600))
	s := &source{connection: &Connection{name: "orders_in", path: path}, kind: "order", files: "*.jsonl"}
	found, err := s.Examine(t.Context())
	require.NoError(t, err)
	require.Equal(t, []connectors.Finding{{Level: connectors.OK, About: "order", What: path + " can be read; files that are called *.jsonl: 1"}}, found)
	s.connection.path = filepath.Join(path, "nowhere")
	_, err = s.Examine(t.Context())
	require.Equal(t, connectors.Misconfigured, connectors.KindOf(err))
}
