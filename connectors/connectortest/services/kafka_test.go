package services

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/stretchr/testify/require"
)

func TestTheSharedBrokerIsOneAndMakesNoTopicsByItself(t *testing.T) {
	one, other := NewKafka(t), NewKafka(t)
	require.Equal(t, one.Addr(), other.Addr())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(one.Addr()), Transport: transport}
	known, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{"of-nobody"}})
	require.NoError(t, err)
	require.Len(t, known.Brokers, 1)
	require.ErrorIs(t, known.Topics[0].Error, kafka.UnknownTopicOrPartition)
}

func TestABrokerThatWasKilledComesBackWithItsTopics(t *testing.T) {
	s := NewKafkaServer(t)
	conn, err := kafka.Dial("tcp", s.Addr())
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	require.NoError(t, conn.CreateTopics(kafka.TopicConfig{Topic: "changes", NumPartitions: 3, ReplicationFactor: 1}))
	require.NoError(t, conn.Close())
	s.Kill()
	_, err = kafka.Dial("tcp", s.Addr())
	require.Error(t, err)
	require.NoError(t, s.Start())
	conn, err = kafka.Dial("tcp", s.Addr())
	require.NoError(t, err)
	defer conn.Close()
	partitions, err := conn.ReadPartitions("changes")
	require.NoError(t, err)
	require.Len(t, partitions, 3)
}

func TestASecuredBrokerProvesItselfAndAsksForAPassword(t *testing.T) {
	s := NewSecureKafka(t)
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(s.CA))
	enter := func(password string) error {
		dialer := &kafka.Dialer{Timeout: 20 * time.Second, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted},
			SASLMechanism: plain.Mechanism{Username: s.User, Password: password}}
		conn, err := dialer.DialContext(t.Context(), "tcp", s.Addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = conn.Brokers()
		return err
	}
	require.NoError(t, enter(s.Password))
	require.ErrorIs(t, enter("wrong"), kafka.SASLAuthenticationFailed)
}
