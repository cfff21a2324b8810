package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"tradewire/connectors"
)

// Examine looks at where the store lies, or will lie, before it is relied on, and changes nothing: whether what is committed
// there stays, whether this version may work on it, and whether there is room. It answers with an error only when it cannot
// look at all.
func Examine(ctx context.Context, o Options) ([]connectors.Finding, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.patience == 0 {
		o.patience = 10 * time.Second
	}
	o.ReadOnly = true
	x := &examination{store: &Store{now: o.Now, dialect: sqliteDialect}, options: o}
	look := x.file
	if o.MySQL != "" {
		x.store.dialect, look = mysqlDialect, x.server
	}
	err := look(ctx)
	if err = errors.Join(err, x.store.disconnect()); err != nil {
		return nil, unexamined(x.store.explain(err))
	}
	return x.list, nil
}

// examination collects what is found.
type examination struct {
	store   *Store
	options Options
	list    []connectors.Finding
}

func (x *examination) add(level connectors.Level, what, change string) {
	x.list = append(x.list, connectors.Finding{Level: level, About: "store", What: what, Change: change})
}

// is adds an OK when it is so, and otherwise what is wrong.
func (x *examination) is(so bool, well string, level connectors.Level, wrong, change string) {
	if so {
		x.add(connectors.OK, well, "")
		return
	}
	x.add(level, wrong, change)
}

// bad adds a fault, with its advice as what to change.
func (x *examination) bad(err error) {
	what, change := hinted(err)
	x.add(connectors.Bad, what, change)
}

// version says whether this program may work on the tables that stand there.
func (x *examination) version(err error) {
	switch {
	case err == nil:
		x.add(connectors.OK, "its tables are those of this version", "")
	case errors.Is(err, errNone):
		x.add(connectors.OK, "there is no store yet: the first run makes it", "")
	case errors.Is(err, errOlder):
		what, change := hinted(err)
		x.add(connectors.Warn, what, change)
	default:
		x.bad(err)
	}
}

// unexamined is why nothing could be looked at.
func unexamined(err error) error {
	what, change := hinted(err)
	kind := connectors.Misconfigured
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	if Away(err) && !untrusted && !errors.Is(err, mysql.ErrNoTLS) && !numbered(err, 1044, 1045, 1142, 1227, 1370, 1698) {
		kind = connectors.Unavailable
	}
	return &connectors.Error{Kind: kind, System: "store", Op: "examine", Hint: change, Err: errors.New(what)}
}

// hinted takes the advice, which our sentences carry in brackets, out of an error.
func hinted(err error) (what, change string) {
	if err == nil {
		return "", ""
	}
	sentence, cause := err.Error(), ""
	if known, ok := errors.AsType[*fault](err); ok {
		sentence, cause = known.sentence, ": "+known.err.Error()
	}
	begin, end := strings.Index(sentence, " ("), strings.LastIndex(sentence, ")")
	if begin < 0 || end < begin {
		return sentence + cause, "mend what is said"
	}
	return sentence[:begin] + sentence[end+1:] + cause, sentence[begin+2 : end]
}

// inMiB is a size for people.
func inMiB(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }
