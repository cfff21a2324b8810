package store

import (
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
)

func numbered(err error, numbers ...uint16) bool {
	raw, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && slices.Contains(numbers, raw.Number)
}

// takesNoWrites are the answers of a server that is read-only.
var takesNoWrites = []uint16{1036, 1290, 1792, 1836}

// passesMySQL: a deadlock, a lock that was waited for too long, a row that changed since the snapshot, a statement that somebody
// ended, a lost connection, a server that may be failing over.
func passesMySQL(err error) bool {
	return numbered(err, 1020, 1205, 1213, 1317) || numbered(err, takesNoWrites...) || lostSession(err)
}

// unansweredMySQL: no answer came, or that the statement was ended, which a COMMIT that has happened may answer too.
func unansweredMySQL(err error) bool {
	_, answered := errors.AsType[*mysql.MySQLError](err)
	return !answered || numbered(err, 1317)
}

func lostSession(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || numbered(err, 1927, 2006, 2013, 4031)
}

func explainMySQL(err error) error {
	if fault := explainAnswer(err); fault != nil {
		return fault
	}
	_, network := errors.AsType[net.Error](err)
	if _, certificate := errors.AsType[*tls.CertificateVerificationError](err); certificate {
		return &fault{"the certificate of the store's server is not the expected one (correct store.tls)", err, true}
	}
	if errors.Is(err, mysql.ErrNoTLS) {
		return &fault{"the store's server does not encrypt (set up its certificate, or write insecure: true instead of store.tls if the network is your own)", err, true}
	}
	if network || lostSession(err) {
		return &fault{"the store's database server cannot be reached (see whether it runs; correct store.dsn)", err, true}
	}
	return err
}

// tooLongMySQL says that one row is more than the server takes at once.
func tooLongMySQL(err error) bool {
	raw, answered := errors.AsType[*mysql.MySQLError](err)
	return errors.Is(err, mysql.ErrPktTooLarge) || numbered(err, 1153) ||
		answered && raw.Number == 1105 && strings.Contains(raw.Message, "max_allowed_packet")
}

// explainAnswer puts what the server answered into words.
func explainAnswer(err error) error {
	if tooLongMySQL(err) {
		return &fault{"a document is longer than the store's server takes (raise max_allowed_packet)", err, false}
	}
	raw, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		return nil
	}
	for _, known := range []struct {
		numbers  []uint16
		away     bool
		sentence string
	}{
		{[]uint16{1044, 1045, 1142, 1227, 1370, 1698}, true, "the store's server refuses this user (correct the user, store.password or their rights)"},
		{[]uint16{1049}, false, "the store's database does not exist (create it: CREATE DATABASE ... CHARACTER SET utf8mb4)"},
		{takesNoWrites, true, "the store's server takes no writes now (it may be failing over; let store.dsn name the one that does)"},
		{[]uint16{1040, 1203, 1226}, true, "the store's server takes no more sessions (raise max_connections, or stop what holds them)"},
		{[]uint16{1053, 1927, 2006, 2013, 1158, 1159, 1160, 1161, 4031}, true, "the store's database server ended the session (it may be stopping)"},
		{[]uint16{1317, 1969, 3024}, true, "the store's database server ended a statement (see who says KILL QUERY, and max_statement_time or max_execution_time)"},
		{[]uint16{1021, 1114, 3675}, true, "the disk of the store's server is full (nothing was lost; make room)"},
		{[]uint16{1205, 1213, 1020}, true, "others held the same rows of the store for too long (see what else works on it)"},
		{[]uint16{1406}, false, "a text is longer than its column in the store (shorten the key or the name)"},
	} {
		if slices.Contains(known.numbers, raw.Number) {
			return &fault{known.sentence, err, known.away}
		}
	}
	return nil
}
