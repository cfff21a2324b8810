package sim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/config"
	"tradewire/connectors"
)

// worldSettings reads the connection `world` of the demo's configuration, with its state as told.
func worldSettings(t *testing.T, state string) (connectors.Env, config.Section) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, config.Demo()))
	file := filepath.Join(dir, "tradewire.yaml")
	demo, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(demo), "state: world.db")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(demo), "state: world.db", state, 1)), 0o600))
	c, err := config.Load(file)
	require.NoError(t, err)
	for _, connection := range c.Connections {
		if connection.Name.Value == "world" {
			return connectors.Env{Name: "world", Dir: dir, Zone: time.UTC, Now: time.Now}, connection.Settings
		}
	}
	t.Fatal("the demo has no world")
	return connectors.Env{}, config.Section{}
}

func TestTheDriverLeadsToTheWorld(t *testing.T) {
	env, settings := worldSettings(t, "state: world.db")
	w := newWorld(t, Options{Dir: env.Dir, Orders: 20, Seed: 4})
	connection, faults := Driver(env, settings)
	require.Empty(t, faults)
	again, err := connection.(*Connection).World()
	require.NoError(t, err)
	defer again.Close()
	require.Equal(t, uint64(4), again.Options().Seed)
	require.True(t, w.Now().Equal(again.Now()))
	require.NoError(t, connection.Close())
}

func TestTheDriverRefusesWhatIsNoWorld(t *testing.T) {
	for _, state := range []string{
		"state: elsewhere.db", "stat: world.db", "path: x", "state: world.db\n    erp: sqlite:erp.db", "state: world.db\n    password: hush",
		"state: world.db\n    erp: mysql:root:hush@tcp(127.0.0.1:3306)/erp",
	} {
		env, settings := worldSettings(t, state)
		_, faults := Driver(env, settings)
		require.NotEmpty(t, faults, state)
		require.Equal(t, "tradewire.yaml", faults[0].Pos.File)
		require.NotContains(t, faults.Error(), "hush")
	}
}
