package smtp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	server "github.com/emersion/go-smtp"
)

// mailbox is a real mail server that keeps what it takes.
type mailbox struct {
	address     string
	certificate string // the file of its certificate
	implicit    bool   // it is encrypted from the first byte

	mu     sync.Mutex
	mails  []taken
	lines  int                               // connections so far
	resets int                               // RSETs so far
	judge  func(word, argument string) error // nil: everything is taken
	after  func(c *server.Conn)              // runs when a mail has been taken, before the answer
	users  map[string]string                 // nil: nobody has to log in
	ways   []string                          // in which one logs in
}

// taken is one mail as the server got it.
type taken struct {
	from string
	to   []string
	utf8 bool
	tls  bool
	data []byte
}

type manner func(*server.Server, *mailbox)

func withoutTLS(s *server.Server, _ *mailbox)   { s.TLSConfig = nil; s.AllowInsecureAuth = true }
func withTLS(_ *server.Server, m *mailbox)      { m.implicit = true }
func withSMTPUTF8(s *server.Server, _ *mailbox) { s.EnableSMTPUTF8 = true }
func atMost(bytes int64) manner {
	return func(s *server.Server, _ *mailbox) { s.MaxMessageBytes = bytes }
}
func withUsers(ways ...string) manner {
	return func(_ *server.Server, m *mailbox) {
		m.users, m.ways = map[string]string{"planning": "the right one"}, ways
	}
}

// post starts a mail server on 127.0.0.1 with a certificate of its own.
func post(t testing.TB, manners ...manner) *mailbox {
	t.Helper()
	m := &mailbox{certificate: filepath.Join(t.TempDir(), "ca.pem")}
	s := server.NewServer(m)
	s.Domain, s.ReadTimeout, s.ErrorLog = "mail.example.com", 20*time.Second, log.New(io.Discard, "", 0)
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certify(t, m.certificate, "127.0.0.1")}}
	for _, manner := range manners {
		manner(s, m)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.address = l.Addr().String()
	if m.implicit {
		l = tls.NewListener(l, s.TLSConfig)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return m
}

// certify makes a certificate for a name that has signed itself, and writes it to file.
func certify(t testing.TB, file, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Mail CA"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (m *mailbox) NewSession(c *server.Conn) (server.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines++
	return &session{box: m, conn: c}, nil
}

func (m *mailbox) set(judge func(word, argument string) error, after func(*server.Conn)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.judge, m.after = judge, after
}

func (m *mailbox) says(word, argument string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.judge == nil {
		return nil
	}
	return m.judge(word, argument)
}

// opens is how many lines were opened so far.
func (m *mailbox) opens() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lines
}

func (m *mailbox) all() []taken {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

// only is the one mail that the server has.
func (m *mailbox) only(t testing.TB) taken {
	t.Helper()
	all := m.all()
	if len(all) != 1 {
		t.Fatalf("the server has %d mails, not one", len(all))
	}
	return all[0]
}

// held says which revisions of which documents the server has; a second copy with the same Message-ID is the same mail.
func (m *mailbox) held(t testing.TB) map[string][]int64 {
	held, known := map[string][]int64{}, map[string]bool{}
	for _, mail := range m.all() {
		l := opened(t, mail.data)
		if id := l.head.Get("Message-Id"); !known[id] {
			known[id] = true
			_, key, _ := strings.Cut(l.head.Get("X-Tradewire-Document"), " ")
			revision, err := strconv.ParseInt(l.head.Get("X-Tradewire-Revision"), 10, 64)
			if err != nil {
				t.Error(err)
			}
			held[key] = append(held[key], revision)
		}
	}
	return held
}

type session struct {
	box   *mailbox
	conn  *server.Conn
	user  string
	under taken // way
}

func (s *session) AuthMechanisms() []string { return s.box.ways }

func (s *session) Auth(way string) (sasl.Server, error) {
	check := func(user, password string) error {
		if want, ok := s.box.users[user]; !ok || want != password {
			return server.ErrAuthFailed
		}
		s.user = user
		return nil
	}
	if way == sasl.Login {
		return &login{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// login is the server's side of AUTH LOGIN.
type login struct {
	check func(user, password string) error
	asked int
	user  string
}

func (l *login) Next(response []byte) ([]byte, bool, error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

func (s *session) Mail(from string, opts *server.MailOptions) error {
	if s.box.users != nil && s.user == "" {
		return &server.SMTPError{Code: 530, EnhancedCode: server.EnhancedCode{5, 7, 0}, Message: "log in first"}
	}
	_, encrypted := s.conn.TLSConnectionState()
	s.under = taken{from: from, utf8: opts != nil && opts.UTF8, tls: encrypted}
	return s.box.says("MAIL", from)
}

func (s *session) Rcpt(to string, _ *server.RcptOptions) error {
	if err := s.box.says("RCPT", to); err != nil {
		return err
	}
	s.under.to = append(s.under.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err == nil {
		err = s.box.says("DATA", string(data))
	}
	if err != nil {
		return err
	}
	s.under.data = data
	s.box.mu.Lock()
	s.box.mails = append(s.box.mails, s.under)
	after := s.box.after
	s.box.mu.Unlock()
	if after != nil {
		after(s.conn)
	}
	return nil
}

func (s *session) Reset() {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.resets++
}

func (s *session) Logout() error { return nil }

// no is what the server says to a word.
func no(code int, message string) error {
	return &server.SMTPError{Code: code, EnhancedCode: server.NoEnhancedCode, Message: message}
}

// always says the same to one word.
func always(word string, err error) func(string, string) error {
	return func(said, _ string) error {
		if said == word {
			return err
		}
		return nil
	}
}
