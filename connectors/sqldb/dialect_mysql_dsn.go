package sqldb

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"tradewire/config"
	"tradewire/connectors"
)

// encryption is the key `tls` of a connection: the server proves who it is by a certificate.
type encryption struct {
	CA         config.Text `yaml:"ca"`          // the file of the authority that signed it; by default those that this machine trusts
	ServerName config.Text `yaml:"server_name"` // the name in it; by default the host of the dsn
}

// strict is the mode of our sessions, whatever the server's default is: what does not fit is an error, never cut.
const strict = "'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"

// newMySQL reads the DSN and settles everything in it on which exactness and safety depend. An ERP that needs another
// sql_mode says so beside it.
func newMySQL(env connectors.Env, dsn string, s settings) (dialect, config.Faults) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, config.Faults{s.DSN.Pos.Fault("bad-dsn", err.Error(), "write mysql:USER@tcp(HOST:3306)/DATABASE")}
	}
	faults := append(append(unsafe(cfg, s), otherCharacters(s)...), modeOf(cfg, s)...)
	if err := speakUTF8(cfg); err != nil {
		faults = append(faults, s.DSN.Pos.Fault("bad-dsn", err.Error(), "write mysql:USER@tcp(HOST:3306)/DATABASE"))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	preset := func(name, setting string) {
		if _, set := cfg.Params[name]; !set {
			cfg.Params[name] = setting
		}
	}
	patience := strconv.Itoa(max(1, int(s.Timeout.Seconds())))
	preset("sql_mode", strict)
	preset("autocommit", "1")
	preset("wait_timeout", strconv.Itoa(max(int(idle.Seconds()), 2*int(s.Timeout.Seconds()))))
	preset("innodb_lock_wait_timeout", patience)
	preset("lock_wait_timeout", patience) // of whole tables: without it a session waits a day for an ALTER TABLE
	cfg.Loc = env.Zone                    // together with time_zone, which each session is given
	cfg.ParseTime = false                 // a time stays the text that it is
	cfg.ClientFoundRows = false           // an UPDATE counts what it changed
	cfg.InterpolateParams = true
	cfg.MultiStatements, cfg.AllowAllFiles, cfg.AllowCleartextPasswords, cfg.AllowOldPasswords = false, false, false, false
	cfg.MaxAllowedPacket = 0 // ask the server: an oversized row must not look like a broken connection
	cfg.Timeout = s.Timeout
	cfg.ReadTimeout, cfg.WriteTimeout = silence(cfg.ReadTimeout, s.Timeout), silence(cfg.WriteTimeout, s.Timeout)
	cfg.Logger = &mysql.NopLogger{} // what goes wrong is returned
	return &mysqlDialect{env: env, settings: s, config: cfg}, nil
}

// aMode is a list of modes, as the server writes it.
var aMode = regexp.MustCompile(`^[A-Z_]+(,[A-Z_]+)*$`)

// modeOf takes over the sql_mode that the configuration names. What a less strict mode cuts or replaces is noticed when it is
// read back, and refused. (Invariant 10)
func modeOf(cfg *mysql.Config, s settings) config.Faults {
	mode := strings.ReplaceAll(s.SQLMode.Value, " ", "")
	switch _, twice := cfg.Params["sql_mode"]; {
	case mode == "":
		return nil
	case twice:
		return config.Faults{s.SQLMode.Pos.Fault("bad-mode", "the dsn names a sql_mode, too", "take it out of the dsn")}
	case mode == "none":
		mode = ""
	case !aMode.MatchString(mode):
		return config.Faults{s.SQLMode.Pos.Fault("bad-mode", fmt.Sprintf("%q is no list of modes", s.SQLMode), "write none, or capital letters and commas: STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION")}
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["sql_mode"] = "'" + mode + "'"
	return nil
}

// silence is how long a server may work on a statement without a word, unless the DSN says it.
func silence(said, timeout time.Duration) time.Duration {
	if said > 0 {
		return said
	}
	return 12 * timeout
}

// unsafe are the faults of a DSN that would give something away, or let the clocks of two sides differ.
func unsafe(cfg *mysql.Config, s settings) (faults config.Faults) {
	fault := func(code, what, fix string) { faults = append(faults, s.DSN.Pos.Fault(code, what, fix)) }
	if cfg.Passwd != "" {
		fault("plain-secret", "the dsn holds a password", "write password: env:NAME or password: file:PATH")
	}
	if _, set := cfg.Params["time_zone"]; set || cfg.Loc != nil && cfg.Loc != time.UTC {
		fault("bad-dsn", "the dsn sets time_zone or loc", "write time_zone: NAME beside the dsn: it sets both")
	}
	verified := s.TLS != nil || cfg.TLSConfig == "true"
	if !verified && !s.Insecure && !stays(cfg) {
		fault("plain-connection", fmt.Sprintf("the connection to %s is not encrypted, or not to a server that proves who it is, and leaves this machine", cfg.Addr),
			"write tls: {ca: FILE} with the authority that signed the server's certificate, or insecure: true if the network is your own")
	}
	return faults
}

// stays says that a connection does not leave this machine.
func stays(cfg *mysql.Config) bool {
	if cfg.Net == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return false
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

func (d *mysqlDialect) connector(write bool) driver.Connector {
	return &opener{init: d.settings.Init, driver: mysql.MySQLDriver{}, open: func(ctx context.Context) (driver.Conn, error) {
		cfg, err := d.now()
		if err != nil {
			return nil, err
		}
		connector, err := mysql.NewConnector(cfg)
		if err != nil {
			return nil, err
		}
		session, err := connector.Connect(ctx)
		if err != nil {
			return nil, err
		}
		isolation := "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"
		if write {
			isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
		}
		if err := run(ctx, session, isolation); err != nil {
			_ = session.Close()
			return nil, err
		}
		return session, nil
	}}
}

// now is the configuration with what is read anew for every session: the password, the authority, the offset of the zone.
func (d *mysqlDialect) now() (*mysql.Config, error) {
	cfg := d.config.Clone()
	if d.settings.Password != nil {
		password, err := d.settings.Password.Reveal()
		if err != nil {
			return nil, &connectors.Error{Kind: connectors.Misconfigured, Hint: "see whether the password is where the configuration says", Err: err}
		}
		cfg.Passwd = password
	}
	// The offset of now: zone names need tables that many servers lack, and no session lives through a change of it.
	cfg.Params["time_zone"] = d.env.Now().In(d.env.Zone).Format("'-07:00'")
	if d.settings.TLS == nil {
		return cfg, nil
	}
	roots, err := d.authority()
	if err != nil {
		return nil, err
	}
	cfg.TLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: d.settings.TLS.ServerName.Value}
	return cfg, nil
}

// authority is whom the server's certificate must come from; nil: whom this machine trusts.
func (d *mysqlDialect) authority() (*x509.CertPool, error) {
	path := d.settings.TLS.CA.Value
	if path == "" {
		return nil, nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(d.env.Dir, path)
	}
	// #nosec G304 -- the path is the operator's own
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &connectors.Error{Kind: connectors.Misconfigured, Hint: fmt.Sprintf("see whether the file is there that tls.ca names at %s", d.settings.TLS.CA.Pos), Err: err}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, misconfigured("write the path of a certificate in PEM form", "%s holds no certificate", path)
	}
	return roots, nil
}
