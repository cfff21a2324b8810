package smtp

import (
	"net"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"

	"tradewire/config"
)

// The ways in which a line is kept secret.
const (
	startTLS = "starttls" // it begins in the clear and must be encrypted before anything is said
	fullTLS  = "tls"      // it is encrypted from its first byte
	noTLS    = "none"     // never: for a relay on the same machine
)

type settings struct {
	Host     config.Text   `yaml:"host" required:"true" example:"mail.example.com"`
	Port     int           `yaml:"port" min:"1" max:"65535"` // 0: the usual one of tls
	TLS      string        `yaml:"tls" default:"starttls" enum:"starttls,tls,none"`
	CAFile   string        `yaml:"ca_file"` // PEM; relative to the folder of tradewire.yaml
	User     config.Text   `yaml:"user"`
	Password config.Secret `yaml:"password"`
	From     config.Text   `yaml:"from" required:"true" example:"Tradewire <tradewire@example.com>"`
	ReplyTo  config.Text   `yaml:"reply_to"`
	Domain   config.Text   `yaml:"domain"`                                      // of message ids; empty: that of from
	Timeout  time.Duration `yaml:"timeout" default:"30s" min:"100ms" max:"10m"` // of one word with the server, its answer included
}

// check says what is wrong with settings that could be read.
func (s settings) check(section config.Section) config.Faults {
	faults := s.checkHost()
	faults = append(faults, s.checkLogin(section)...)
	for key, address := range map[string]config.Text{"from": s.From, "reply_to": s.ReplyTo} {
		if address.Value == "" {
			continue
		}
		if _, err := sender(address.Value); err != nil {
			faults = append(faults, address.Pos.Fault("bad-address", key+" is no e-mail address: "+err.Error(), "write "+key+": Name <name@example.com>"))
		}
	}
	if d := s.Domain; d.Value != "" && !domainName.MatchString(d.Value) {
		faults = append(faults, d.Pos.Fault("bad-domain", "domain is not the name of a domain", "write it in letters, digits, hyphens and dots: example.com"))
	}
	return faults
}

var domainName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

func (s settings) checkHost() config.Faults {
	host := s.Host
	switch {
	case host.Value == "" || net.ParseIP(host.Value) != nil || domainName.MatchString(host.Value):
		return nil
	case strings.Count(host.Value, ":") == 1:
		name, port, _ := strings.Cut(host.Value, ":")
		return config.Faults{host.Pos.Fault("bad-host", "host holds more than the server's name", "write host: "+name+" and port: "+port)}
	}
	return config.Faults{host.Pos.Fault("bad-host", "host is not the name of a server", "write it alone: mail.example.com")}
}

func (s settings) checkLogin(section config.Section) config.Faults {
	password := section.At("password")
	switch {
	case password.Absent() && s.User.Value == "":
		return nil
	case password.Absent():
		return config.Faults{s.User.Pos.Fault("missing-key", "user has no password", "write password: env:MAIL_PASSWORD, or take user out")}
	case s.User.Value == "":
		return config.Faults{password.Pos().Fault("missing-key", "password has no user", "write user: NAME, or take password out")}
	case s.TLS == noTLS && s.Host.Value != "" && !isLoopback(s.Host.Value):
		return config.Faults{password.Pos().Fault("plain-password", "the password would leave this machine unencrypted", "write tls: starttls or tls: tls")}
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sender is one address that every server can take.
func sender(text string) (*netmail.Address, error) {
	address, err := parseAddress(text)
	if err == nil && isBeyondASCII(address) {
		return nil, errBeyondASCII
	}
	return address, err
}
