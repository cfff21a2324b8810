package chat

import (
	"errors"
	"net"
	"net/url"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

type settings struct {
	Service  config.Text   `yaml:"service" required:"true" enum:"wecom,dingtalk,feishu,webhook" example:"wecom"`
	URL      config.Secret `yaml:"url" required:"true" example:"env:FINANCE_ROBOT"` // of the robot, with its key
	Secret   config.Secret `yaml:"secret"`                                          // of the signature: dingtalk, feishu, webhook
	Timeout  time.Duration `yaml:"timeout" default:"15s" min:"100ms" max:"10m"`     // of one message, its answer included
	Insecure bool          `yaml:"insecure"`                                        // plain HTTP to another machine is meant
}

// check says what is wrong with settings that could be read.
func (s settings) check(section config.Section) config.Faults {
	secret := section.At("secret")
	if s.Service.Value == "wecom" && !secret.Absent() {
		return config.Faults{secret.Pos().Fault("unknown-key", "robots of WeCom have no secret: their key is in the url", "take it out")}
	}
	return nil
}

// address is where messages go. It is revealed for each, so that a robot can be replaced while we run; what is wrong with
// it is said without it.
func (s settings) address() (*url.URL, error) {
	text, err := s.URL.Reveal()
	if err != nil {
		return nil, misconfigured("", err)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.Fragment != "" || u.User != nil:
		return nil, misconfigured("copy it from the robot's page once more: https://...", errors.New("what url refers to is not the address of a robot"))
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && !s.Insecure:
		return nil, misconfigured("let it begin with https://, or write insecure: true if the network is your own", errors.New("the url is not encrypted and leaves this machine"))
	}
	return u, nil
}

// key is the secret of the signature; empty where none is configured.
func (s settings) key() (string, error) {
	if s.Secret.Absent() {
		return "", nil
	}
	text, err := s.Secret.Reveal()
	if err != nil {
		return "", misconfigured("", err)
	}
	return text, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func misconfigured(hint string, err error) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Hint: hint, Err: err}
}
