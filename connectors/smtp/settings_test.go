package smtp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/connectors/smtp"
)

func TestSettingsThatCannotBeAreReportedAtOnce(t *testing.T) {
	for text, want := range map[string][]string{
		"{}":                     {"missing-key host", "missing-key from"},
		"host: mail.example.com": {"missing-key from"},
		"host: smtp.example.com:587\nfrom: a@example.com":                                         {"tradewire.yaml:1:7 bad-host", "host: smtp.example.com and port: 587"},
		"host: smtp://smtp.example.com\nfrom: a@example.com":                                      {"bad-host"},
		"host: mail example\nfrom: planning":                                                      {"bad-host", "2:7 bad-address", "Name <name@example.com>"},
		"host: h\nfrom: 李四@example.com\nreply_to: a, b@c.cn":                                      {"2:7 bad-address", "beyond ASCII", "3:11 bad-address"},
		"host: h\nfrom: \"a\\r\\nBcc: b@c.cn <a@b.cn>\"":                                          {"bad-address"},
		"host: h\nfrom: a@b.cn\ndomain: a b":                                                      {"3:9 bad-domain"},
		"host: h\nfrom: a@b.cn\nport: 0\ntls: maybe":                                              {"out-of-range", "bad-value"},
		"host: h\nfrom: a@b.cn\ntimeout: 30\ntimout: 30s":                                         {"bad-duration", "unknown-key"},
		"host: h\nfrom: a@b.cn\ntimeout: 1h":                                                      {"out-of-range"},
		"host: h\nfrom: a@b.cn\nuser: planning":                                                   {"3:7 missing-key user has no password"},
		"host: h\nfrom: a@b.cn\npassword: env:X":                                                  {"3:11 missing-key password has no user"},
		"host: h\nfrom: a@b.cn\nuser: u\npassword: secret":                                        {"4:11 plain-secret"},
		"host: h\nfrom: a@b.cn\nuser: u\npassword: env:X\ntls: none":                              {"4:11 plain-password", "tls: starttls"},
		"host: 192.0.2.7\nport: 99999\nfrom: planning\nuser: u\npassword: env:X\ntls: none\nx: 1": {"plain-password", "out-of-range", "bad-address", "unknown-key"},
	} {
		_, faults := smtp.Driver(connectors.Env{Name: "mail", Now: time.Now}, section(t, text))
		if len(faults) == 0 {
			t.Errorf("%q is taken", text)
		}
		for _, w := range want {
			if !strings.Contains(faults.Error(), w) {
				t.Errorf("%q is not said to be %q:\n%v", text, w, faults)
			}
		}
		if strings.Contains(faults.Error(), "secret\n") {
			t.Errorf("a secret is shown: %v", faults)
		}
	}
}

func TestSettingsThatAreEnough(t *testing.T) {
	for _, text := range []string{
		"host: mail.example.com\nfrom: tradewire@example.com",
		"host: mail.example.com\nport: 2525\nfrom: 船运部 <shipping@example.com>\nreply_to: \"Lee, Ann <a@example.com>\"\nuser: u\npassword: env:MAIL_PASSWORD\ntimeout: 1m\ndomain: mail.example.com\nca_file: ca.pem",
		"host: relay.example.com\nfrom: a@b.cn\ntls: none",
		"host: localhost\nfrom: a@b.cn\ntls: none\nuser: u\npassword: env:X",
		"host: 127.0.0.1\nfrom: a@b.cn\ntls: none\nuser: u\npassword: env:X",
		"host: \"::1\"\nfrom: a@b.cn\ntls: none\nuser: u\npassword: env:X",
		"host: h\nfrom: a@b.cn\ntls: tls",
	} {
		made, faults := smtp.Driver(connectors.Env{Name: "mail", Now: time.Now}, section(t, strings.Replace(text, `"Lee, Ann <a@example.com>"`, `"\"Lee, Ann\" <a@example.com>"`, 1)))
		if len(faults) > 0 {
			t.Errorf("%q: %v", text, faults)
			continue
		}
		w := made.(connectors.Writable)
		if _, faults := w.Sink("notices", section(t, "{}")); len(faults) > 0 {
			t.Error(faults)
		}
		if _, faults := w.Sink("notices", section(t, "path: x")); !strings.Contains(fmt.Sprint(faults), "unknown-key") {
			t.Errorf("a setting that is unknown is taken: %v", faults)
		}
	}
}
