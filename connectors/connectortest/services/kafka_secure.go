package services

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// SecureBroker is a private broker that wants TLS and a password on one port, and neither on another.
type SecureBroker struct {
	Real           bool
	Addr           string // TLS, and PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
	Plain          string // in the clear, without a password
	CA             []byte // PEM; its certificate is of 127.0.0.1 and localhost
	User, Password string
}

// NewSecureKafka starts a secured broker; it is stopped at the end of the test.
func NewSecureKafka(t testing.TB) *SecureBroker {
	t.Helper()
	c, err := newCredentials()
	if err != nil {
		t.Fatal(err)
	}
	s := newKafkaServer(t, kafkaSetup{secure: c})
	if !s.Real {
		secured, err := startFakeSecured(s.ports[2], c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(secured.Close)
	}
	return &SecureBroker{Real: s.Real, Addr: fmt.Sprintf("127.0.0.1:%d", s.ports[2]), Plain: s.addr, CA: c.ca, User: c.user, Password: c.password}
}

// credentials are what a secured broker proves itself with, and who may come in.
type credentials struct {
	user, password string
	certificate    tls.Certificate
	chain, key, ca []byte // PEM
}

func newCredentials() (*credentials, error) {
	c := &credentials{user: "tradewire", password: "open-sesame"}
	authority, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := certificate("tests' authority", 1)
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	signed, err := x509.CreateCertificate(rand.Reader, ca, ca, authority.Public(), authority)
	if err != nil {
		return nil, err
	}
	server := certificate("tests' broker", 2)
	server.DNSNames, server.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	leaf, err := x509.CreateCertificate(rand.Reader, server, ca, own.Public(), authority)
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		return nil, err
	}
	c.ca, c.chain, c.key = armour("CERTIFICATE", signed), armour("CERTIFICATE", leaf), armour("PRIVATE KEY", key)
	c.certificate, err = tls.X509KeyPair(c.chain, c.key)
	return c, err
}

func certificate(name string, serial int64) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
}

func armour(what string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: what, Bytes: der})
}

// properties are the lines of server.properties that make the secured port.
func (c *credentials) properties() string {
	lines := []string{
		"sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
		"ssl.keystore.type=PEM",
		"ssl.keystore.certificate.chain=" + oneLine(c.chain),
		"ssl.keystore.key=" + oneLine(c.key),
		fmt.Sprintf(`listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_%s="%s";`, c.user, c.password),
	}
	for _, mechanism := range []string{"scram-sha-256", "scram-sha-512"} {
		lines = append(lines, "listener.name.sasl_ssl."+mechanism+".sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;")
	}
	return strings.Join(lines, "\n") + "\n"
}

// oneLine is a PEM block as a properties file takes it.
func oneLine(block []byte) string {
	return strings.ReplaceAll(string(bytes.TrimSpace(block)), "\n", "\\n\\\n ")
}
