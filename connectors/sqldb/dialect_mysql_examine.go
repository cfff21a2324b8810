package sqldb

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// examine looks at what the server promises: that what it says is committed stays, and that its clock and its modes are ours.
func (d *mysqlDialect) examine(ctx context.Context, tx sqlx.QueryerContext, f *findings) error {
	set, err := d.variables(ctx, tx)
	if err != nil {
		return err
	}
	d.version(f, set["version"])
	flush := set["innodb_flush_log_at_trx_commit"]
	f.is(flush == "1", "what is committed survives a power cut", Bad, "what the server says is committed may be gone after a power cut: innodb_flush_log_at_trx_commit is "+flush,
		"SET GLOBAL innodb_flush_log_at_trx_commit = 1, and in the server's configuration")
	f.is(set["log_bin"] != "ON" && set["log_bin"] != "1" || set["sync_binlog"] == "1", "replicas and backups lose nothing that is committed", Warn,
		"a replica or a restored backup may lack what was committed last: sync_binlog is "+set["sync_binlog"], "SET GLOBAL sync_binlog = 1, and in the server's configuration")
	f.is(set["read_only"] != "ON" && set["read_only"] != "1", "the server takes writes", Bad, "the server is read-only", "name the server that is written to, or see whether it is failing over")
	f.is(strings.Contains(set["sql_mode"], "STRICT_"), "what does not fit a column is refused by the server", Warn,
		fmt.Sprintf("sql_mode is %q: the server cuts what does not fit, and only reading back finds it", set["sql_mode"]), "leave sql_mode out of the dsn and init, if the ERP can do without")
	if packet, err := strconv.Atoi(set["max_allowed_packet"]); err == nil {
		f.is(packet >= 4<<20, fmt.Sprintf("a record may have %d MiB", packet>>20), Warn, fmt.Sprintf("a record may have %d bytes only (max_allowed_packet)", packet), "SET GLOBAL max_allowed_packet = 16777216, and in the server's configuration")
	}
	d.secrecy(ctx, tx, f)
	return d.clocks(ctx, tx, f)
}

// variables are the server's settings as they stand for our session.
func (*mysqlDialect) variables(ctx context.Context, tx sqlx.QueryerContext) (map[string]string, error) {
	rows, err := tx.QueryxContext(ctx, `SHOW VARIABLES WHERE variable_name IN ('version', 'innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog',
 'read_only', 'sql_mode', 'max_allowed_packet')`)
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
		f.add(Warn, "the server says it is "+version, "use MariaDB 10.2 or MySQL 5.7 at least")
		return
	}
	major, _ := strconv.Atoi(parts[1])
	minor, _ := strconv.Atoi(parts[2])
	f.is(major*100+minor >= oldest, name+" "+version, Warn, name+" "+version+" is older than what Tradewire is tried with", "use MariaDB 10.2 or MySQL 5.7 at least")
}

func (d *mysqlDialect) secrecy(ctx context.Context, tx sqlx.QueryerContext, f *findings) {
	var name, cipher string
	if err := tx.QueryRowxContext(ctx, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").Scan(&name, &cipher); err == nil && cipher != "" {
		f.add(OK, "the connection is encrypted: "+cipher, "")
		return
	}
	f.is(stays(d.config), "the connection is not encrypted and stays on this machine", Warn, "the connection is not encrypted: whoever is on the network reads along", "write tls: {ca: FILE}")
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
	f.is(apart < 5*time.Second, "the server's clock is right by ours", Warn, fmt.Sprintf("the server's clock and ours are %s apart", apart), "let both follow a time server")
	_, ours := now.In(d.env.Zone).Zone()
	if ahead == nil {
		f.add(Warn, "the server does not say in which zone its clock stands", "see that time_zone of this connection is the zone in which the ERP writes its times")
		return nil
	}
	f.is(*ahead == ours, "the server's zone is this connection's: "+offset(time.Duration(ours)*time.Second), Warn,
		fmt.Sprintf("the server's clock stands at %s and this connection's at %s", offset(time.Duration(*ahead)*time.Second), offset(time.Duration(ours)*time.Second)),
		"write under time_zone the zone in which the ERP writes its times, if it is the server's")
	return nil
}
