package sqldb

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// examine looks at what the server promises: that what it says is committed stays, and that its clock and its modes are ours.
func (d *mysqlDialect) examine(ctx context.Context, tx sqlx.QueryerContext, f *findings) error {
	set, err := d.variables(ctx, tx)
	if err != nil {
		return err
	}
	d.version(f, set["version"])
	flush, syncs := set["innodb_flush_log_at_trx_commit"], set["sync_binlog"]
	f.is(flush == "1", "what is committed survives a power cut", connectors.Bad,
		"what the server says is committed may be gone after a power cut: innodb_flush_log_at_trx_commit is "+flush, setForGood("innodb_flush_log_at_trx_commit", "1"))
	// A server that keeps a binary log undoes, when it starts again, what the log does not tell of.
	f.is(!isOn(set["log_bin"]) || syncs == "1", "the server, its replicas and its backups lose nothing that is committed", connectors.Bad,
		"what was committed last may be gone after a power cut, and from replicas and restored backups: sync_binlog is "+syncs, setForGood("sync_binlog", "1"))
	f.is(!isOn(set["log_bin"]) || set["binlog_format"] != "STATEMENT", "the binary log takes what is written here", connectors.Bad,
		"the server refuses what we write: its binary log keeps statements (binlog_format is STATEMENT), and we write at READ COMMITTED", setForGood("binlog_format", "'MIXED'"))
	f.is(!isOn(set["read_only"]), "the server takes writes", connectors.Bad, "the server is read-only", "let the dsn name the server that is written to, or see whether it is failing over (SET GLOBAL read_only = 0 ends it)")
	f.is(strings.Contains(set["sql_mode"], "STRICT_"), "what does not fit a column is refused by the server", connectors.Warn,
		fmt.Sprintf("sql_mode is %q: the server cuts what does not fit, and only reading back finds it", set["sql_mode"]), "leave sql_mode out of the dsn and init, if the ERP can do without")
	if packet, err := strconv.Atoi(set["max_allowed_packet"]); err == nil {
		f.is(packet >= 4<<20, fmt.Sprintf("a record may have %d MiB", packet>>20), connectors.Warn, fmt.Sprintf("a record may have %d bytes only (max_allowed_packet)", packet), setForGood("max_allowed_packet", "16777216"))
	}
	d.secrecy(ctx, tx, f)
	return d.clocks(ctx, tx, f)
}

// isOn says whether a setting of the server is on, as one or the other server says it.
func isOn(value string) bool { return value == "ON" || value == "1" }

// setForGood is what sets a variable of the server now, and after its next start.
func setForGood(name, value string) string {
	return fmt.Sprintf("SET GLOBAL %s = %s, and in the server's my.cnf under [mysqld]: %[1]s = %[3]s", name, value, strings.Trim(value, "'"))
}

// account is who we are to the server, which is not always who we say we are.
func (d *mysqlDialect) account(ctx context.Context, tx sqlx.QueryerContext) string {
	var known string
	if err := tx.QueryRowxContext(ctx, "SELECT CURRENT_USER()").Scan(&known); err != nil {
		known = d.config.User + "@%"
	}
	at := strings.LastIndex(known, "@")
	return fmt.Sprintf("'%s'@'%s'", known[:max(at, 0)], known[at+1:])
}

// where is a table with its schema: GRANT is mostly said by somebody who is in no database.
func (d *mysqlDialect) where(table string) string {
	schema, name := d.within(table)
	return quote(schema) + "." + quote(name)
}

// variables are the server's settings as they stand for our session.
func (*mysqlDialect) variables(ctx context.Context, tx sqlx.QueryerContext) (map[string]string, error) {
	rows, err := tx.QueryxContext(ctx, `SHOW VARIABLES WHERE variable_name IN ('version', 'innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog',
 'binlog_format', 'read_only', 'sql_mode', 'max_allowed_packet')`)
	if err != nil {
		return nil, err
	}
	set := map[string]string{}
	return set, eachRow(rows, func() error {
		var name, value string
		err := rows.Scan(&name, &value)
		set[strings.ToLower(name)] = value
		return err
	})
}

var versionNumber = regexp.MustCompile(`^(?:5\.5\.5-)?(\d+)\.(\d+)`)

// version warns of servers older than those that are tried.
func (*mysqlDialect) version(f *findings, version string) {
	oldest, name := 507, "MySQL"
	if strings.Contains(version, "MariaDB") {
		oldest, name = 1002, "MariaDB"
	}
	parts := versionNumber.FindStringSubmatch(version)
	if parts == nil {
		f.add(connectors.Warn, "the server says it is "+version, "use MariaDB 10.2 or MySQL 5.7 at least")
		return
	}
	major, _ := strconv.Atoi(parts[1])
	minor, _ := strconv.Atoi(parts[2])
	f.is(major*100+minor >= oldest, name+" "+version, connectors.Warn, name+" "+version+" is older than what Tradewire is tried with", "use MariaDB 10.2 or MySQL 5.7 at least")
}

func (d *mysqlDialect) secrecy(ctx context.Context, tx sqlx.QueryerContext, f *findings) {
	var name, cipher string
	if err := tx.QueryRowxContext(ctx, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").Scan(&name, &cipher); err == nil && cipher != "" {
		f.add(connectors.OK, "the connection is encrypted: "+cipher, "")
		return
	}
	f.is(stays(d.config), "the connection is not encrypted and stays on this machine", connectors.Warn, "the connection is not encrypted: whoever is on the network reads along", "write tls: {ca: FILE}")
}

// clocks compares the server's clock and zone with ours.
func (d *mysqlDialect) clocks(ctx context.Context, tx sqlx.QueryerContext, f *findings) error {
	var utc string
	var ahead *int
	err := tx.QueryRowxContext(ctx, `SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s'),
 TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', @@global.time_zone))`).Scan(&utc, &ahead)
	if err != nil {
		return err
	}
	now := d.env.Now()
	server, err := time.Parse(time.DateTime, utc)
	if err != nil {
		return err
	}
	apart := server.Sub(now).Abs().Round(time.Second)
	f.is(apart < 5*time.Second, "the server's clock is right by ours", connectors.Warn, fmt.Sprintf("the server's clock and ours are %s apart", apart), "let both follow a time server")
	_, ours := now.In(d.env.Zone).Zone()
	if ahead == nil {
		f.add(connectors.Warn, "the server does not say in which zone its clock stands", "see that time_zone of this connection is the zone in which the ERP writes its times")
		return nil
	}
	f.is(*ahead == ours, "the server's zone is this connection's: "+offset(time.Duration(ours)*time.Second), connectors.Warn,
		fmt.Sprintf("the server's clock stands at %s and this connection's at %s", offset(time.Duration(*ahead)*time.Second), offset(time.Duration(ours)*time.Second)),
		"write under time_zone the zone in which the ERP writes its times, if it is the server's")
	return nil
}
