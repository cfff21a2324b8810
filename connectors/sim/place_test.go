package sim

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
)

func TestAWorldIsNotFoundedInADatabaseThatHoldsSomething(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	dir := t.TempDir()
	if w.place.Place == "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, erpFile), nil, 0o600))
	}
	_, err := New(Options{Dir: dir, Orders: 20, ERP: w.place})
	require.ErrorContains(t, err, "already")
	require.NoFileExists(t, filepath.Join(dir, stateFile))
	require.Equal(t, "160", strings.TrimSpace(dump(t, w, `SELECT COUNT(*) + 3 FROM CUSM`, true)), "what was there is as it was")
}

// newUser makes a user of a database with a password and some rights.
func newUser(t *testing.T, d *services.Database, rights string) ERP {
	t.Helper()
	user, password := d.Name+"_u", "pass of "+d.Name
	for _, statement := range []string{
		`CREATE USER '` + user + `'@'%' IDENTIFIED BY '` + password + `'`,
		`GRANT ` + rights + ` ON ` + d.Name + `.* TO '` + user + `'@'%'`,
	} {
		_, err := d.DB.Exec(statement)
		require.NoError(t, err)
	}
	t.Cleanup(func() { _, _ = d.DB.Exec(`DROP USER '` + user + `'@'%'`) })
	cfg := d.Config.Clone()
	cfg.User, cfg.Passwd = user, ""
	return ERP{Place: "mysql:" + cfg.FormatDSN(), Password: func() (string, error) { return password, nil }}
}

func TestAFoundingThatFailsLeavesTheDatabaseEmpty(t *testing.T) {
	d := services.NewDatabase(t)
	place := newUser(t, d, "SELECT, CREATE, INDEX, DROP")
	dir := t.TempDir()
	_, err := New(Options{Dir: dir, Orders: 20, ERP: place})
	require.Equal(t, connectors.Misconfigured, connectors.KindOf(err))
	require.ErrorContains(t, err, "give this user all rights on the database")
	var tables int
	require.NoError(t, d.DB.QueryRow(`SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()`).Scan(&tables))
	require.Zero(t, tables)
	makeWorld(t, Options{Dir: dir, Orders: 20, ERP: placeOf(d)})
}

func TestThePasswordOfTheERPIsKeptNowhere(t *testing.T) {
	d := services.NewDatabase(t)
	place := newUser(t, d, "ALL")
	password, err := place.Password()
	require.NoError(t, err)
	t.Setenv("SIM_ERP_PASSWORD", password)
	env, settings := worldSettings(t, "state: world.db\n    password: env:SIM_ERP_PASSWORD")
	w := makeWorld(t, Options{Dir: env.Dir, Orders: 20, ERP: place})
	keyInMany(t, w, 30)
	live(t, w)

	connection, faults := Driver(env, settings)
	require.Empty(t, faults)
	again, err := connection.(*Connection).World()
	require.NoError(t, err)
	defer again.Close()
	require.Equal(t, digest(t, w), digest(t, again), "the world remembers where its ERP lies")

	require.NoError(t, filepath.WalkDir(env.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		require.NotContains(t, string(body), password, path)
		return err
	}))
	for hint, wrong := range map[string]func() (string, error){
		"see whether the password is right":                  func() (string, error) { return "guessed", nil },
		"see whether the password is where it is said to be": func() (string, error) { return "", errors.New("the file is empty") },
	} {
		shut, err := Open(env.Dir, ERP{Password: wrong})
		require.NoError(t, err, "one may look into a world whose ERP is away")
		_, _, err = shut.ERPCounts(t.Context())
		require.Equal(t, connectors.Misconfigured, connectors.KindOf(err))
		require.ErrorContains(t, err, hint)
		require.NoError(t, shut.Close())
	}
}

func TestAnERPThatIsAwayIsNamedAndKeepsNobodyFromLooking(t *testing.T) {
	away := ERP{Place: "mysql:root@tcp(127.0.0.1:1)/erp"}
	dir := t.TempDir()
	_, err := New(Options{Dir: dir, Orders: 20, ERP: away})
	require.Equal(t, connectors.Unavailable, connectors.KindOf(err))
	require.ErrorContains(t, err, "see whether the server runs")
	require.NoFileExists(t, filepath.Join(dir, stateFile))

	w := makeWorld(t, Options{Dir: dir, Orders: 20, ERP: placeOf(services.NewDatabase(t))})
	step(t, w)
	require.NoError(t, w.Close())
	moved, err := Open(dir, away) // what is named now comes before what is remembered
	require.NoError(t, err)
	defer moved.Close()
	truth, err := moved.Truth()
	require.NoError(t, err)
	require.NotEmpty(t, truth)
	_, err = moved.Step(t.Context())
	require.Equal(t, connectors.Unavailable, connectors.KindOf(err))
}

func TestAPlaceThatIsNoneIsRefusedBeforeAnythingIsMade(t *testing.T) {
	for place, says := range map[string]string{
		"postgres:root@tcp(h)/erp":    "names no database that is known",
		"root@tcp(h)/erp":             "names no database that is known",
		"mysql:":                      "names no database that is known",
		"mysql:root@tcp(h)/":          "names no database that is known",
		"mysql:root:hush/erp":         "names no database that is known",
		"mysql:root:hush@tcp(h)/erp":  "holds a password",
		"mysql:root:hush@tcp(h)/erp?": "holds a password",
	} {
		dir := t.TempDir()
		_, err := New(Options{Dir: dir, Orders: 20, ERP: ERP{Place: place}})
		require.ErrorContains(t, err, says, place)
		require.NotContains(t, err.Error(), "hush")
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestAWorldWhoseERPIsAFileTakesNoOther(t *testing.T) {
	w := makeWorld(t, Options{Orders: 20})
	_, err := Open(w.dir, ERP{Place: "mysql:root@tcp(127.0.0.1:1)/erp"})
	require.ErrorContains(t, err, "is its file erp.db")
}
