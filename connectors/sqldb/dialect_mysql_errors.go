package sqldb

import (
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"

	"tradewire/connectors"
)

// lost is true when no answer of the server came back.
func (*mysqlDialect) lost(err error) bool {
	_, answered := as[*mysql.MySQLError](err)
	return !answered
}

func (*mysqlDialect) taken(err error) bool { return mysqlNumber(err) == 1062 }

func (*mysqlDialect) missing(err error) bool { return mysqlNumber(err) == 1146 }

// misfit are the errors of a value that does not fit its column, or of a column that wants a value and has none.
func (*mysqlDialect) misfit(err error) bool {
	switch mysqlNumber(err) {
	case 1048, 1054, 1146, 1264, 1265, 1292, 1364, 1366, 1406:
		return true
	}
	return false
}

func mysqlNumber(err error) uint16 {
	if e, ok := as[*mysql.MySQLError](err); ok {
		return e.Number
	}
	return 0
}

func (d *mysqlDialect) judge(err error) verdict {
	e, answered := as[*mysql.MySQLError](err)
	if !answered {
		return d.unanswered(err)
	}
	if e.Number == 1105 && strings.Contains(e.Message, "max_allowed_packet") {
		return oversized
	}
	switch e.Number {
	case 1020, 1205, 1213, 1412:
		return verdict{kind: connectors.Unavailable, hint: "another program holds these rows locked, or the table: " + d.config.Addr, passes: true}
	case 1036, 1290, 1792, 1836:
		return verdict{kind: connectors.Unavailable, hint: "the server is read-only now: it may be failing over to another, " + d.config.Addr, passes: true, elsewhere: true}
	case 1040, 1203, 1226:
		return verdict{kind: connectors.Unavailable, hint: "the server takes no more sessions: " + d.config.Addr}
	case 1053, 1317, 1927, 2006, 2013, 1158, 1159, 1160, 1161, 4031:
		return verdict{kind: connectors.Unavailable, hint: "the server ended the session, or is shutting down: " + d.config.Addr, passes: true, elsewhere: true}
	case 1021, 1114, 1030, 1034, 1194, 1195, 1129, 1969, 3024:
		return verdict{kind: connectors.Unavailable, hint: "have the server seen to: " + d.config.Addr}
	case 1045, 1698, 1130, 1251, 1820, 1862:
		return verdict{kind: connectors.Misconfigured, hint: fmt.Sprintf("look at the user in the dsn and at the password: %s at %s", d.config.User, d.config.Addr)}
	case 1044, 1142, 1143, 1227, 1370, 1095:
		return verdict{kind: connectors.Misconfigured, hint: "give the user of this connection the rights it needs"}
	case 1046, 1049, 1052, 1054, 1055, 1060, 1064, 1072, 1146, 1267, 1305, 1348, 1356, 1364, 1393, 1394, 1442, 1449, 1471, 1630, 1906, 1932, 3105:
		return verdict{kind: connectors.Misconfigured, hint: mysqlMisnamed(e.Message)}
	case 1062:
		return verdict{kind: connectors.Refused, hint: "a record with this key stands there already"}
	case 1118, 1153, 1301:
		return oversized
	case 1048, 1110, 1216, 1217, 1264, 1265, 1292, 1366, 1406, 1411, 1451, 1452, 1525, 1644, 3140, 3819, 4025:
		return verdict{kind: connectors.Refused, hint: "the database's own rules forbid this record: mend it or the mapping"}
	}
	return verdict{kind: connectors.Unknown, hint: fmt.Sprintf("look up error %d of MySQL", e.Number)}
}

var oversized = verdict{kind: connectors.Refused, hint: "the record is longer than the server takes: shorten it, or raise max_allowed_packet"}

// unanswered judges an error that is not the server's own.
func (d *mysqlDialect) unanswered(err error) verdict {
	if errors.Is(err, mysql.ErrPktTooLarge) {
		return oversized
	}
	if errors.Is(err, mysql.ErrNoTLS) {
		return verdict{kind: connectors.Misconfigured, hint: "the server does not encrypt: set up its certificate, or leave tls out and write insecure: true if the network is your own"}
	}
	if _, ok := as[x509.HostnameError](err); ok {
		return verdict{kind: connectors.Misconfigured, hint: "the certificate is of another name: write tls: {server_name: NAME} with the name in it"}
	}
	if _, ok := as[*tls.CertificateVerificationError](err); ok {
		return verdict{kind: connectors.Misconfigured, hint: "the server's certificate is not signed by the authority under tls.ca: " + d.config.Addr}
	}
	if errors.Is(err, mysql.ErrNativePassword) || errors.Is(err, mysql.ErrOldPassword) || errors.Is(err, mysql.ErrCleartextPassword) || errors.Is(err, mysql.ErrUnknownPlugin) {
		return verdict{kind: connectors.Misconfigured, hint: "give the user of this connection a password of another method"}
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
		return verdict{kind: connectors.Unavailable, passes: true, elsewhere: true,
			hint: fmt.Sprintf("the connection broke, or no answer came within %s: see whether the server runs: %s", d.config.ReadTimeout, d.config.Addr)}
	}
	return verdict{kind: connectors.Unavailable, hint: "see whether the server runs and can be reached: " + d.config.Addr}
}

var inQuotes = regexp.MustCompile(`'([^']*)'`)

// mysqlMisnamed makes a hint of the server's own sentence.
func mysqlMisnamed(said string) string {
	name := ""
	if found := inQuotes.FindStringSubmatch(said); found != nil {
		name = found[1]
	}
	switch {
	case strings.HasPrefix(said, "Table ") && strings.Contains(said, "doesn't exist"):
		return fmt.Sprintf("the database has no table %s: mend the configuration or the database", bare(name))
	case strings.HasPrefix(said, "Unknown column"):
		return fmt.Sprintf("there is no column %s: mend the configuration or the database, or name it in the SELECT", name)
	case strings.Contains(said, "doesn't have a default value"):
		return fmt.Sprintf("the column %s must be filled: let the mapping fill it, or give it a default", name)
	}
	return "mend the configuration or the database: " + said
}
