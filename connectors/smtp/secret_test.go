package smtp_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"tradewire/connectors"
)

func TestALineIsEncryptedAndTheServerIsWhoItSays(t *testing.T) {
	box := post(t)
	sent(t, sink(t, box.address, "ca_file: "+box.certificate), short("SO-1"))
	if !box.only(t).tls {
		t.Error("the mail went out in the clear")
	}
	whole := post(t, withTLS)
	sent(t, sink(t, whole.address, "tls: tls\nca_file: "+whole.certificate), short("SO-1"))
	if len(whole.all()) != 1 {
		t.Error("nothing arrived")
	}

	elsewhere := filepath.Join(t.TempDir(), "other.pem")
	certificate := certify(t, elsewhere, "mail.example.org")
	other := encryptedScript(t, &tls.Config{Certificates: []tls.Certificate{certificate}})
	old := encryptedScript(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	bare := post(t, withoutTLS)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ address, settings, words string }{
		"an authority that is not known":      {box.address, "", "write ca_file"},
		"another authority":                   {box.address, "ca_file: " + whole.certificate, "write ca_file"},
		"an authority's file that is missing": {box.address, "ca_file: missing.pem", "read ca_file"},
		"an authority's file without one":     {box.address, "ca_file: " + empty, "holds no certificate"},
		"another authority from the first":    {whole.address, "tls: tls", "write ca_file"},
		"another name":                        {other, "tls: tls\nca_file: " + elsewhere, "name that stands in the server's certificate"},
		"encryption of yesterday":             {old, "tls: tls\nca_file: " + elsewhere, "protocol version"},
		"no STARTTLS":                         {bare.address, "", "does not offer STARTTLS"},
		"a greeting where a key is due":       {bare.address, "tls: tls", "write tls: starttls for port 587"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sink(t, c.address, c.settings)
			for _, r := range write(t, s, short("SO-2"), short("SO-3")) {
				blamed(t, r.Err, connectors.Misconfigured, c.words)
			}
			blamed(t, s.(connectors.Prober).Probe(t.Context()), connectors.Misconfigured, c.words)
		})
	}
	if len(box.all())+len(whole.all())+len(bare.all()) != 2 {
		t.Error("a mail went out to a server that is not trusted")
	}
}

func TestAServerThatWantsToKnowUsIsTold(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	keep := func(word string) {
		if err := os.WriteFile(password, []byte(word+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, way := range []string{"PLAIN", "LOGIN"} {
		keep("the right one")
		box := post(t, withUsers(way))
		login := fmt.Sprintf("ca_file: %s\nuser: planning\npassword: file:%s", box.certificate, password)
		s := sink(t, box.address, login)
		sent(t, s, short("SO-1"), short("SO-2"))
		keep("the wrong one")
		for _, r := range write(t, s, short("SO-3"), short("SO-4")) {
			blamed(t, r.Err, connectors.Misconfigured, "535", "check user and password")
		}
		keep("the right one") // it is read anew
		if err := s.(connectors.Prober).Probe(t.Context()); err != nil {
			t.Error(err)
		}
		sent(t, s, short("SO-3"))
		blamed(t, write(t, sink(t, box.address, "ca_file: "+box.certificate), short("SO-5"))[0].Err, connectors.Misconfigured, "530", "write user and password")
		if len(box.all()) != 3 {
			t.Errorf("%d mails arrived", len(box.all()))
		}
	}
}

func TestAPasswordThatCannotBeGivenStopsTheTarget(t *testing.T) {
	box := post(t, withoutTLS, withUsers("PLAIN"))
	sent(t, sink(t, box.address, "tls: none\nuser: planning\npassword: file:"+kept(t, "the right one")), short("SO-1")) // it does not leave the machine
	s := sink(t, box.address, "tls: none\nuser: planning\npassword: file:missing")
	blamed(t, write(t, s, short("SO-1"))[0].Err, connectors.Misconfigured, "reveal secret")
	for _, ways := range [][]string{nil, {"CRAM-MD5"}} {
		box := post(t, withoutTLS, withUsers(ways...))
		blamed(t, write(t, sink(t, box.address, "tls: none\nuser: planning\npassword: file:"+kept(t, "x")), short("SO-1"))[0].Err, connectors.Misconfigured, "no log-in by PLAIN or LOGIN")
	}
}

func kept(t testing.TB, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAServerThatIsNotThereIsWaitedFor(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	s := plain(t, l.Addr().String())
	results := write(t, s, short("SO-1"), entry("SO-2", 1, nil), short("SO-3"))
	blamed(t, results[0].Err, connectors.Unavailable, "refused", "check host and port")
	blamed(t, results[1].Err, connectors.Refused, "no recipient")
	blamed(t, results[2].Err, connectors.Unavailable, "not sent: mail: send notice SO-")
	blamed(t, s.(connectors.Prober).Probe(t.Context()), connectors.Unavailable, "check host and port")
}
