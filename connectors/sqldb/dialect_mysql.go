package sqldb

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

type mysqlDialect struct {
	env      connectors.Env
	settings settings
	config   *mysql.Config
}

func (*mysqlDialect) name() string    { return "mysql" }
func (d *mysqlDialect) place() string { return d.config.DBName }

func (d *mysqlDialect) sessions(bool) int { return d.settings.Sessions }

// transaction leaves the isolation to the session: naming it here would cost a round trip each time.
func (*mysqlDialect) transaction(write bool) *sql.TxOptions {
	return &sql.TxOptions{ReadOnly: !write}
}

// mode is what the session takes for wrong.
func (*mysqlDialect) mode(ctx context.Context, tx sqlx.QueryerContext) (mode string) {
	_ = tx.QueryRowxContext(ctx, "SELECT @@SESSION.sql_mode").Scan(&mode)
	return mode
}

// preset is what the session is told when it begins.
func (d *mysqlDialect) preset() string { return d.config.Params["sql_mode"] }

var declaredNumber = regexp.MustCompile(`^(decimal|numeric|double|float|tinyint|smallint|mediumint|int|bigint)\b(?:\((\d+)(?:,(\d+))?\))?`)

func (*mysqlDialect) keeps(declared string) (decimals int, is keeping) {
	found := declaredNumber.FindStringSubmatch(strings.ToLower(declared))
	if found == nil {
		return 0, unknownKeeping
	}
	decimals, _ = strconv.Atoi(found[3])
	switch {
	case found[1] == "float":
		return decimals, singly
	case found[1] == "double" && found[3] == "":
		return 0, unknownKeeping
	}
	return decimals, exactly
}

func (*mysqlDialect) numbers(Column) bool { return false } // such a column has a default

func (*mysqlDialect) tries() int         { return 5 }
func (*mysqlDialect) locking() string    { return " FOR UPDATE" }
func (*mysqlDialect) counts() bool       { return false }
func (*mysqlDialect) undoesSchema() bool { return false }
func (*mysqlDialect) clock() string {
	return "SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%d %H:%i:%s.%f')"
}
func (*mysqlDialect) lists() bool { return false }

// singles are shown with six digits, whatever they hold.
func (*mysqlDialect) singles() string            { return "FLOAT" }
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
  target     VARCHAR(120) NOT NULL,
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
