package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tradewire/connectors"
)

// server looks at a store in a database of a server.
func (x *examination) server(ctx context.Context) error {
	if err := x.store.reachMySQL(ctx, x.options); err != nil {
		return err
	}
	set, err := x.settings(ctx)
	if err != nil {
		return err
	}
	x.release(set["version"])
	x.lasting(set)
	x.sessions(set)
	standing, whole := x.standing(ctx)
	for _, look := range []func(context.Context) error{x.clock, x.engines, func(ctx context.Context) error { return x.papers(ctx, set, standing) },
		func(ctx context.Context) error { return x.grants(ctx, whole) }} {
		if err := look(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settings are the server's variables as they stand for our sessions.
func (x *examination) settings(ctx context.Context) (map[string]string, error) {
	var rows []struct {
		Name  string `db:"Variable_name"`
		Value string `db:"Value"`
	}
	err := x.store.read.SelectContext(ctx, &rows, `
SHOW VARIABLES WHERE variable_name IN ('version', 'innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog', 'binlog_format',
 'read_only', 'max_allowed_packet', 'max_connections', 'wsrep_on')`)
	set := map[string]string{}
	for _, row := range rows {
		set[strings.ToLower(row.Name)] = row.Value
	}
	return set, err
}

var releaseNumber = regexp.MustCompile(`^(?:5\.5\.5-)?(\d+)\.(\d+)`)

// release refuses servers that do not know what the store stands on.
func (x *examination) release(version string) {
	oldest, name := 800, "MySQL"
	if strings.Contains(version, "MariaDB") {
		oldest, name = 1005, "MariaDB"
	}
	known := 0
	if parts := releaseNumber.FindStringSubmatch(version); parts != nil {
		major, _ := strconv.Atoi(parts[1])
		minor, _ := strconv.Atoi(parts[2])
		known = major*100 + minor
	}
	x.is(known >= oldest, name+" "+version, connectors.Bad, name+" "+version+" is too old for the store", "let store.dsn name a server with MySQL 8.0, MariaDB 10.5 or later")
}

// lasting looks at whether what is committed stays. (Invariant 1)
func (x *examination) lasting(set map[string]string) {
	logs := isOn(set["log_bin"])
	flush, syncs := set["innodb_flush_log_at_trx_commit"], set["sync_binlog"]
	x.is(flush == "1", "what is committed survives a power cut", connectors.Bad,
		"what was taken in and acknowledged may be gone after a power cut: innodb_flush_log_at_trx_commit is "+flush, setForGood("innodb_flush_log_at_trx_commit", "1"))
	// A server that keeps a binary log undoes, when it starts again, what the log does not tell of.
	x.is(!logs || syncs == "1", "the server, its replicas and its backups lose nothing that is committed", connectors.Bad,
		"what was committed last may be gone after a power cut, and from replicas and restored backups: sync_binlog is "+syncs, setForGood("sync_binlog", "1"))
	x.is(!logs || set["binlog_format"] != "STATEMENT", "the binary log takes what is written here", connectors.Bad,
		"the server refuses what the store writes: its binary log keeps statements (binlog_format is STATEMENT), and the store writes at READ COMMITTED", setForGood("binlog_format", "MIXED"))
	x.is(!isOn(set["read_only"]), "the server takes writes", connectors.Bad, "the server is read-only",
		"let store.dsn name the server that is written to, or see whether it is failing over (SET GLOBAL read_only = 0 ends it)")
	if isOn(set["wsrep_on"]) {
		x.add(connectors.Warn, "the server is one of a Galera cluster, whose nodes do not see each other's locks", "let store.dsn of every instance name the same node")
	}
}

// sessions looks at whether there are enough.
func (x *examination) sessions(set map[string]string) {
	if most, err := strconv.Atoi(set["max_connections"]); err == nil {
		x.is(most >= 4*sessionsAtOnce, fmt.Sprintf("the server takes %d sessions, of which an instance uses up to %d", most, sessionsAtOnce), connectors.Warn,
			fmt.Sprintf("the server takes %d sessions only, and an instance uses up to %d", most, sessionsAtOnce), setForGood("max_connections", "151"))
	}
}

// standing says whether there are tables that this program may work on, and whether they are whole: whether nothing is to be made.
func (x *examination) standing(ctx context.Context) (there, whole bool) {
	err := x.store.upToDate(ctx, migrations())
	if errors.Is(err, errNone) {
		if forgotten := x.store.forgotten(ctx, x.options); forgotten != nil {
			err = forgotten
		}
	}
	x.version(err)
	return err == nil || errors.Is(err, errOlder), err == nil
}

// clock compares the server's clock with ours: leases live by the first, what is due by the second.
func (x *examination) clock(ctx context.Context) error {
	var ms int64
	if err := x.store.read.GetContext(ctx, &ms, `SELECT `+mysqlDialect.clock); err != nil {
		return err
	}
	apart := time.UnixMilli(ms).Sub(x.options.Now()).Abs().Round(time.Second)
	x.is(apart < 5*time.Second, "the server's clock is right by ours", connectors.Warn, fmt.Sprintf("the server's clock and ours are %s apart", apart), "let both follow a time server: timedatectl set-ntp true")
	return nil
}

// engines looks at how the tables are kept. They are made well: somebody may have changed them, or loaded a backup.
func (x *examination) engines(ctx context.Context) error {
	var tables []struct {
		Name      string         `db:"name"`
		Engine    sql.NullString `db:"engine"`
		Collation sql.NullString `db:"collation"`
	}
	err := x.store.read.SelectContext(ctx, &tables, `
SELECT table_name AS name, engine AS engine, table_collation AS collation
  FROM information_schema.tables
 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
 ORDER BY table_name`)
	if err != nil || len(tables) == 0 {
		return err
	}
	well := true
	for _, t := range tables {
		if t.Engine.String != "InnoDB" {
			well = false
			x.add(connectors.Bad, fmt.Sprintf("its table %s is kept by %s, which takes no part in transactions", t.Name, t.Engine.String), fmt.Sprintf("ALTER TABLE `%s` ENGINE = InnoDB", t.Name))
		}
		if !slices.Contains([]string{"utf8mb4_0900_bin", "utf8mb4_nopad_bin"}, t.Collation.String) {
			well = false
			x.add(connectors.Bad, fmt.Sprintf("its table %s compares texts by %s, which takes different keys for the same or cannot hold every character", t.Name, t.Collation.String),
				fmt.Sprintf("ALTER TABLE `%s` CONVERT TO CHARACTER SET utf8mb4 COLLATE %s", t.Name, x.exact(ctx)))
		}
	}
	if well {
		x.add(connectors.OK, "its tables take part in transactions and hold every character", "")
	}
	return nil
}

// exact is the order of texts that the store's tables have on this server.
func (x *examination) exact(ctx context.Context) string {
	if x.store.tableOptions(ctx) != nil {
		return "utf8mb4_nopad_bin"
	}
	return x.store.dialect.table[strings.LastIndex(x.store.dialect.table, "=")+1:]
}

// papersFit is how much a server should take at once: a paper with pictures and a font.
const papersFit = 16 << 20

// papers compares what the server takes at once with the papers that were drawn so far.
func (x *examination) papers(ctx context.Context, set map[string]string, standing bool) error {
	packet, err := strconv.ParseInt(set["max_allowed_packet"], 10, 64)
	if err != nil {
		return nil //nolint:nilerr // the server does not say
	}
	var largest int64
	if standing {
		err := x.store.read.GetContext(ctx, &largest, `SELECT COALESCE(MAX(LENGTH(body)), 0) FROM paper`)
		if err != nil && !x.store.dialect.undefined(err) { // the first start was interrupted before it made them all
			return err
		}
	}
	change := setForGood("max_allowed_packet", strconv.FormatInt(max(64<<20, 4*largest), 10))
	switch {
	case packet < 2*largest: // the bytes of a paper are sent as text
		x.add(connectors.Bad, fmt.Sprintf("the server takes %s at once (max_allowed_packet), and the largest paper has %s: it may refuse the next one", inMiB(packet), inMiB(largest)), change)
	case packet < papersFit:
		x.add(connectors.Warn, fmt.Sprintf("the server takes %s at once (max_allowed_packet), and papers with pictures may be longer", inMiB(packet)), change)
	default:
		x.add(connectors.OK, fmt.Sprintf("papers fit: the server takes %s at once, and the largest so far has %s", inMiB(packet), inMiB(largest)), "")
	}
	return nil
}

// isOn says whether a setting of the server is on, as one or the other server says it.
func isOn(value string) bool { return value == "ON" || value == "1" }

// setForGood is what sets a variable of the server now, and after its next start.
func setForGood(name, value string) string {
	said := value
	if _, err := strconv.ParseInt(value, 10, 64); err != nil {
		said = "'" + value + "'"
	}
	return fmt.Sprintf("SET GLOBAL %s = %s, and in the server's my.cnf under [mysqld]: %[1]s = %[3]s", name, said, value)
}
