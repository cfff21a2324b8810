package services

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

const envMySQL = "TRADEWIRE_TEST_MYSQL" // a DSN such as root@tcp(127.0.0.1:3306)/

// Database is an empty database of its own on a real server.
type Database struct {
	Name   string
	DSN    string  // as the configuration writes it after "mysql:", with the password
	Plain  string  // the same without the password
	Secret string  // the password, mostly empty
	DB     *sql.DB // a look at it that is not ours; text answers, many statements at once
	Config *mysql.Config
}

var shared struct {
	sync.Once
	config *mysql.Config
	err    error
}

// sharedMySQL is the server that the tests of this process share.
func sharedMySQL() (*mysql.Config, error) {
	shared.Do(func() {
		if dsn := os.Getenv(envMySQL); dsn != "" {
			shared.config, shared.err = mysql.ParseDSN(dsn)
			return
		}
		var s *MySQLServer
		if s, shared.err = startMySQL(); shared.err == nil {
			shared.config = s.config()
			stopLater(s.remove)
		}
	})
	return shared.config, shared.err
}

var databases atomic.Int64

// NewDatabase makes an empty database on the shared server and drops it at the end of the test. Without a server the test is
// skipped.
func NewDatabase(t testing.TB) *Database {
	t.Helper()
	config, err := sharedMySQL()
	if err != nil {
		Missing(t, MySQL, err)
	}
	return newDatabase(t, config)
}

var places sync.Map // of a file's path: the database that stands for it

// DatabaseAt is NewDatabase for tests that open one place again and again: what would be one file on SQLite is one database.
func DatabaseAt(t testing.TB, path string) *Database {
	t.Helper()
	if known, there := places.Load(path); there {
		return known.(*Database)
	}
	d := NewDatabase(t)
	places.Store(path, d)
	t.Cleanup(func() { places.Delete(path) })
	return d
}

func newDatabase(t testing.TB, server *mysql.Config) *Database {
	t.Helper()
	config := server.Clone()
	config.DBName = fmt.Sprintf("tw_%d_%d", os.Getpid(), databases.Add(1))
	whole := config.Clone()
	whole.DBName = ""
	admin := open(t, whole)
	exec := func(statement string) {
		if _, err := admin.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec("CREATE DATABASE " + config.DBName + " CHARACTER SET utf8mb4")
	d := &Database{Name: config.DBName, DSN: config.FormatDSN(), Config: config, Secret: config.Passwd}
	plain := config.Clone()
	plain.Passwd = ""
	d.Plain = plain.FormatDSN()
	look := config.Clone()
	look.MultiStatements = true
	d.DB = open(t, look)
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP DATABASE " + config.DBName)
		_ = d.DB.Close()
		_ = admin.Close()
	})
	return d
}

func open(t testing.TB, config *mysql.Config) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// MySQLServer is a private server for tests that stop, kill or pause it.
type MySQLServer struct {
	Port   int
	folder string
	extra  []string
	run    *process
}

// NewMySQLServer starts a private server with further settings such as "--max-allowed-packet=1M"; it is stopped at the end
// of the test. Without a server program the test is skipped.
func NewMySQLServer(t testing.TB, settings ...string) *MySQLServer {
	t.Helper()
	s, err := startMySQL(settings...)
	if errors.Is(err, errNoProgram) {
		Missing(t, MySQL, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.remove)
	return s
}

// Database makes an empty database on this server.
func (s *MySQLServer) Database(t testing.TB) *Database {
	t.Helper()
	return newDatabase(t, s.config())
}

// PID is the server's process, for those who look at what it costs. After Start it is another one.
func (s *MySQLServer) PID() int { return s.run.cmd.Process.Pid }

// Kill ends the server as a power cut would.
func (s *MySQLServer) Kill() { s.run.kill() }

// Pause stops the server's time: it answers nobody. Continue lets it go on.
func (s *MySQLServer) Pause() error { return s.run.pause() }

// Continue lets a paused server go on.
func (s *MySQLServer) Continue() error { return s.run.signal(syscall.SIGCONT) }

// Stop ends the server as its operator would.
func (s *MySQLServer) Stop() { s.run.stop(20 * time.Second) }

// Start starts the server again on its old port, this time with more settings, and waits until it answers.
func (s *MySQLServer) Start(more ...string) error {
	// #nosec G204 -- a server for tests, from words of our own
	cmd := exec.Command("mariadbd", append([]string{"--no-defaults",
		"--datadir=" + filepath.Join(s.folder, "data"), "--socket=" + filepath.Join(s.folder, "sock"), "--pid-file=" + filepath.Join(s.folder, "pid"),
		"--tmpdir=" + s.folder, // of its own: a server that starts clears what another keeps there
		fmt.Sprintf("--port=%d", s.Port), "--bind-address=127.0.0.1", "--user=" + userName(), "--skip-name-resolve", "--skip-log-bin",
		"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=48M", "--max-connections=300", "--character-set-server=utf8mb4"}, slices.Concat(s.extra, more)...)...)
	run, err := startProcess(cmd)
	if err != nil {
		return err
	}
	s.run = run
	db, err := sql.Open("mysql", s.config().FormatDSN())
	if err != nil {
		return err
	}
	defer db.Close()
	return run.waitUntil(time.Minute, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		return db.PingContext(ctx)
	})
}

func (s *MySQLServer) config() *mysql.Config {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr = "root", "tcp", fmt.Sprintf("127.0.0.1:%d", s.Port)
	c.Logger = silent{}
	return c
}

type silent struct{}

func (silent) Print(...any) {}

func (s *MySQLServer) remove() {
	s.run.stop(10 * time.Second)
	_ = os.RemoveAll(s.folder)
}

var errNoProgram = errors.New("neither " + envMySQL + " is set nor mariadbd in PATH (make services installs it on Debian)")

func startMySQL(extra ...string) (*MySQLServer, error) {
	for _, program := range []string{"mariadbd", "mariadb-install-db"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, errNoProgram
		}
	}
	folder, err := os.MkdirTemp("", "tradewire-mysql-")
	if err != nil {
		return nil, err
	}
	s := &MySQLServer{folder: folder, extra: extra}
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	// #nosec G204 -- a server for tests, from words of our own
	install := exec.Command("mariadb-install-db", "--no-defaults", "--datadir="+filepath.Join(folder, "data"), "--user="+userName(),
		"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=48M")
	install.Env = append(os.Environ(), "TMPDIR="+folder)
	if said, err := install.CombinedOutput(); err != nil {
		_ = os.RemoveAll(folder)
		return nil, fmt.Errorf("make a database folder: %w: %s", err, strings.TrimSpace(string(said)))
	}
	if err := s.Start(); err != nil {
		if s.run != nil {
			s.run.kill()
		}
		_ = os.RemoveAll(folder)
		return nil, err
	}
	return s, nil
}

// userName is who the server runs as: we ourselves.
func userName() string {
	if os.Getuid() == 0 {
		return "root"
	}
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	return "nobody"
}
