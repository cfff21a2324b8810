package services

import (
	"crypto/tls"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// startFake starts a broker in this process that keeps what it has in its folder.
func (s *KafkaServer) startFake() (err error) {
	s.fake, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(s.ports[0]), kfake.DataDir(filepath.Join(s.folder, "data")),
		kfake.GroupMinSessionTimeout(time.Second))
	return err
}

// startFakeSecured starts the broker's secured port: in process it is a cluster of its own.
func startFakeSecured(port int, c *credentials) (*kfake.Cluster, error) {
	options := []kfake.Opt{kfake.NumBrokers(1), kfake.Ports(port), kfake.EnableSASL(),
		kfake.TLS(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{c.certificate}})}
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		options = append(options, kfake.Superuser(mechanism, c.user, c.password))
	}
	return kfake.NewCluster(options...)
}
