package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"tradewire/config"
	"tradewire/connectors"
)

type mysqlDialect struct {
	env      connectors.Env
	settings settings
	config   *mysql.Config
}

// newMySQL reads the DSN. Values that do not fit are an error and never cut, unless the DSN sets another sql_mode.
func newMySQL(env connectors.Env, dsn string, s settings) (dialect, config.Faults) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, config.Faults{s.DSN.Pos.Fault("bad-dsn", err.Error(), "write mysql:USER@tcp(HOST:3306)/DATABASE")}
	}
	if cfg.Passwd != "" {
		return nil, config.Faults{s.DSN.Pos.Fault("plain-secret", "the dsn holds a password", "write password: env:NAME or password: file:PATH")}
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	preset := func(name, setting string) {
		if _, set := cfg.Params[name]; !set {
			cfg.Params[name] = setting
		}
	}
	preset("sql_mode", "'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'")
	preset("innodb_lock_wait_timeout", strconv.Itoa(max(1, int(s.Timeout.Seconds()))))
	cfg.Loc = env.Zone
	cfg.ParseTime = false       // a time stays the text that it is
	cfg.ClientFoundRows = false // an UPDATE counts what it changed
	cfg.InterpolateParams = true
	cfg.MaxAllowedPacket = 0 // ask the server: an oversized row must not look like a broken connection
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = s.Timeout, 12*s.Timeout, 12*s.Timeout
	return &mysqlDialect{env: env, settings: s, config: cfg}, nil
}

func (*mysqlDialect) name() string { return "mysql" }

func (d *mysqlDialect) connector(bool) driver.Connector {
	return &opener{init: d.settings.Init, driver: mysql.MySQLDriver{}, open: func(ctx context.Context) (driver.Conn, error) {
		cfg := d.config.Clone()
		if d.settings.Password != nil {
			password, err := d.settings.Password.Reveal()
			if err != nil {
				return nil, &connectors.Error{Kind: connectors.Misconfigured, Hint: "see whether the password is where the configuration says", Err: err}
			}
			cfg.Passwd = password
		}
		if _, set := cfg.Params["time_zone"]; !set {
			// The offset of now: zone names need tables that many servers lack, and no session lives through a change of it.
			cfg.Params["time_zone"] = d.env.Now().In(d.env.Zone).Format("'-07:00'")
		}
		connector, err := mysql.NewConnector(cfg)
		if err != nil {
			return nil, err
		}
		return connector.Connect(ctx)
	}}
}

func (*mysqlDialect) sessions(bool) int { return 4 }

func (*mysqlDialect) transaction(write bool) *sql.TxOptions {
	if write {
		return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

func (*mysqlDialect) tries() int         { return 5 }
func (*mysqlDialect) locking() string    { return " FOR UPDATE" }
func (*mysqlDialect) counts() bool       { return false }
func (*mysqlDialect) undoesSchema() bool { return false }
func (*mysqlDialect) clock() string {
	return "SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%d %H:%i:%s.%f')"
}
func (*mysqlDialect) lists() bool                { return false }
func (*mysqlDialect) plain(column string) string { return column }

// fold is the equality of the usual collations: neither case nor trailing spaces count.
func (*mysqlDialect) fold(key string) string { return strings.ToLower(strings.TrimRight(key, " ")) }

// value knows that exact decimals come as text.
func (*mysqlDialect) value(v any, declared string) (any, error) {
	b, ok := v.([]byte)
	if !ok {
		return value(v)
	}
	declared = strings.TrimPrefix(declared, "UNSIGNED ")
	if slices.Contains([]string{"DECIMAL", "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR"}, declared) {
		return connectors.Number(b), nil
	}
	if declared == "BIT" {
		var n uint64
		for _, octet := range b {
			n = n<<8 | uint64(octet)
		}
		return value(n)
	}
	return value(b)
}

func (*mysqlDialect) effectTable(table string) string {
	return `CREATE TABLE IF NOT EXISTS ` + table + ` (
  target     VARCHAR(64) NOT NULL,
  kind       VARCHAR(64) NOT NULL,
  ` + "`key`" + `      VARCHAR(190) NOT NULL,
  revision   BIGINT NOT NULL,
  hash       VARCHAR(64) NOT NULL,
  reference  VARCHAR(190) NOT NULL,
  epoch      BIGINT NOT NULL,
  written_at VARCHAR(40) NOT NULL,
  PRIMARY KEY (target, kind, ` + "`key`" + `)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`
}

func (*mysqlDialect) columns(schema string) (string, []any) {
	return `SELECT table_name, column_name, column_type, is_nullable = 'YES', column_default, column_key = 'PRI'
  FROM information_schema.columns
 WHERE table_schema = COALESCE(NULLIF(?, ''), DATABASE())
 ORDER BY table_name, ordinal_position`, []any{schema}
}

// lost is true when no answer of the server came back.
func (*mysqlDialect) lost(err error) bool {
	_, answered := as[*mysql.MySQLError](err)
	return !answered
}

func (*mysqlDialect) taken(err error) bool {
	e, ok := as[*mysql.MySQLError](err)
	return ok && e.Number == 1062
}

func (d *mysqlDialect) judge(err error) verdict {
	if errors.Is(err, mysql.ErrPktTooLarge) {
		return verdict{kind: connectors.Refused, hint: "the record is longer than the server takes (max_allowed_packet)"}
	}
	e, ok := as[*mysql.MySQLError](err)
	if !ok {
		return verdict{connectors.Unavailable, "see whether the server runs and can be reached: " + d.config.Addr, errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn)}
	}
	switch e.Number {
	case 1020, 1205, 1213:
		return verdict{connectors.Unavailable, "another program holds these rows locked", true}
	case 1290, 1792, 1836:
		return verdict{kind: connectors.Unavailable, hint: "the server is read-only now: it may be failing over"}
	case 1040, 1053, 1203, 1226, 1317, 2006, 2013, 1021, 1114, 1927:
		return verdict{kind: connectors.Unavailable, hint: "the server is busy or shutting down"}
	case 1044, 1045, 1142, 1143, 1227, 1370, 1698:
		return verdict{kind: connectors.Misconfigured, hint: "give the user of this connection the rights it needs"}
	case 1046, 1049, 1054, 1060, 1064, 1146, 1364, 1072, 1305:
		return verdict{kind: connectors.Misconfigured, hint: "mend the configuration or the database: " + e.Message}
	case 1062:
		return verdict{kind: connectors.Refused, hint: "a record with this key stands there already"}
	case 1048, 1216, 1217, 1264, 1265, 1292, 1366, 1406, 1411, 1451, 1452, 1525, 1644, 3140, 3819, 4025, 1153:
		return verdict{kind: connectors.Refused, hint: "the database's own rules forbid this record: mend it or the mapping"}
	}
	return verdict{kind: connectors.Unknown, hint: fmt.Sprintf("look up error %d of MySQL", e.Number)}
}
