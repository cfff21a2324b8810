package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
)

// blame calls everything that reaches a broker and checks what each says: in time, of the kind, with the hint.
func blame(t *testing.T, config Config, kind connectors.Kind, hint string) {
	t.Helper()
	config.Timeout = min(config.Timeout, 6*time.Second)
	var (
		calls sync.WaitGroup
		mu    sync.Mutex
	)
	said := map[string]error{}
	for name, call := range map[string]func() error{
		"make a topic": func() error { return EnsureTopic(t.Context(), config, "changes", 1, 1) },
		"examine": func() error {
			_, err := Examine(t.Context(), config, "changes")
			return err
		},
		"publish": func() error {
			p, err := NewPublisher(config)
			if err != nil {
				return err
			}
			defer p.Close()
			return p.Publish("changes", message.NewMessage("a", nil))
		},
		"subscribe": func() error {
			s, err := NewSubscriber(config, Reading{Group: "decision"})
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.Subscribe(t.Context(), "changes")
			return err
		},
	} {
		calls.Go(func() {
			began := time.Now()
			err := call()
			if took := time.Since(began); took > config.Timeout+2*time.Second {
				err = fmt.Errorf("it took %s: %w", took, err)
			}
			mu.Lock()
			said[name] = err
			mu.Unlock()
		})
	}
	calls.Wait()
	for name, err := range said {
		t.Run(name, func(t *testing.T) {
			require.NotContains(t, err.Error(), "it took")
			refused(t, err, kind, hint)
		})
	}
}

func refused(t *testing.T, err error, kind connectors.Kind, hint string) {
	t.Helper()
	known, ok := errors.AsType[*connectors.Error](err)
	require.True(t, ok, "%T: %v", err, err)
	require.Equal(t, kind, known.Kind, "%v", err)
	require.Contains(t, known.Hint, hint, "%v", err)
	require.Equal(t, system, known.System)
	require.NotEmpty(t, known.Op)
}

func TestABrokerThatIsNotThereIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	host, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	blame(t, configOf(addr), connectors.Unavailable, "nc -vz "+host+" "+port)
}

func TestABrokerThatNeverAnswersIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	l := silentServer(t)
	for name, change := range map[string]func(*Config){
		"in the clear": func(*Config) {},
		"with TLS":     func(c *Config) { c.TLS = &tls.Config{MinVersion: tls.VersionTLS12} },
		"with a login": func(c *Config) {
			c.Login = &Login{Mechanism: ScramSHA256, User: "tradewire", Password: func() (string, error) { return "x", nil }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := configOf(l)
			config.Timeout = time.Second
			change(&config)
			blame(t, config, connectors.Unavailable, "no answer within 1s")
		})
	}
}

// listen is a server that is no broker.
func listen(t *testing.T, serve func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return l.Addr().String()
}

func TestOneBrokerOfSeveralIsEnough(t *testing.T) {
	t.Parallel()
	for what, serve := range map[string]func(net.Conn){
		"the others hang up":     func(net.Conn) {},
		"the others stand still": func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) },
	} {
		t.Run(what, func(t *testing.T) {
			config, topic := newTopic(t, 1)
			config.Timeout = 3 * time.Second
			config.Brokers = []string{listen(t, serve), config.Brokers[0], listen(t, serve)}
			publish(t, config, topic, "a")
			messages, _ := subscribe(t, config, topic, Reading{})
			require.Equal(t, []string{"a"}, ids(take(t, messages, 1)))
		})
	}
}

func TestASecuredBrokerIsEnteredInThreeWaysAndEveryMistakeIsNamed(t *testing.T) {
	t.Parallel()
	s := services.NewSecureKafka(t)
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(s.CA))
	password := func() (string, error) { return s.Password, nil }
	right := func() Config {
		c := configOf(s.Addr)
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted}
		c.Login = &Login{Mechanism: ScramSHA512, User: s.User, Password: password}
		return c
	}
	for _, mechanism := range []string{Plain, ScramSHA256, ScramSHA512} {
		t.Run(mechanism, func(t *testing.T) {
			config := right()
			config.Login.Mechanism = mechanism
			topic := newTopicAt(t, config, 2)
			publish(t, config, topic, "a", "b")
			messages, subscriber := subscribe(t, config, topic, Reading{})
			ackAll(take(t, messages, 2))
			require.NoError(t, subscriber.Close())
		})
	}
	for mistake, is := range map[string]struct {
		make func(*Config)
		kind connectors.Kind
		hint string
	}{
		"wrong password":              {func(c *Config) { c.Login.Password = func() (string, error) { return "guess", nil } }, connectors.Misconfigured, "--entity-name tradewire"},
		"wrong password, plain":       {func(c *Config) { c.Login.Mechanism = Plain; c.Login.User = "nobody" }, connectors.Misconfigured, "--entity-name nobody"},
		"password cannot be read":     {func(c *Config) { c.Login.Password = func() (string, error) { return "", errors.New("no such file") } }, connectors.Misconfigured, "see whether the password"},
		"unknown authority":           {func(c *Config) { c.TLS.RootCAs = x509.NewCertPool() }, connectors.Misconfigured, "write tls: {ca: FILE}"},
		"certificate of another name": {func(c *Config) { c.TLS.ServerName = "kafka.example" }, connectors.Misconfigured, "write tls: {server_name: NAME}"},
		"no TLS":                      {func(c *Config) { c.TLS = nil }, connectors.Misconfigured, "speaks TLS on this port"},
		"no TLS and no login":         {func(c *Config) { c.TLS, c.Login = nil, nil }, connectors.Misconfigured, "speaks TLS on this port"},
		"no login":                    {func(c *Config) { c.Login = nil }, connectors.Misconfigured, "write user, password and mechanism"},
		"TLS where there is none":     {func(c *Config) { c.Brokers = []string{s.Plain} }, connectors.Misconfigured, "does not speak TLS"},
		"a proof that proves nothing": {func(c *Config) { c.TLS.InsecureSkipVerify = true }, connectors.Misconfigured, "write tls: {ca: FILE}"},
		"unknown mechanism":           {func(c *Config) { c.Login.Mechanism = "kerberos" }, connectors.Misconfigured, "scram-sha-512"},
	} {
		t.Run(mistake, func(t *testing.T) {
			config := right()
			is.make(&config)
			blame(t, config, is.kind, is.hint)
		})
	}
	t.Run("login where none is wanted", func(t *testing.T) {
		services.NeedRealKafka(t, s.Real, "kfake lets everybody log in")
		config := right()
		config.Brokers, config.TLS = []string{s.Plain}, nil
		blame(t, config, connectors.Misconfigured, "leave user and password out")
	})
}

func TestATopicThatIsMissingIsMadeAndNotGuessed(t *testing.T) {
	config, _ := newTopic(t, 1)
	err := newPublisher(t, config).Publish("of-nobody", message.NewMessage("a", nil))
	refused(t, err, connectors.Misconfigured, "kafka-topics.sh --bootstrap-server "+config.Brokers[0]+" --create --topic of-nobody")
	subscriber, err := NewSubscriber(config, Reading{Group: "decision"})
	require.NoError(t, err)
	_, err = subscriber.Subscribe(t.Context(), "of-nobody")
	refused(t, err, connectors.Misconfigured, "--create --topic of-nobody")
	seen, err := Examine(t.Context(), config, "of-nobody")
	require.NoError(t, err)
	require.True(t, seen.Topics[0].Missing)
}

func TestATopicWithTooFewPartitionsIsRefusedAndOneWithMoreIsGood(t *testing.T) {
	config, topic := newTopic(t, 3)
	require.NoError(t, EnsureTopic(t.Context(), config, topic, 2, 1))
	err := EnsureTopic(t.Context(), config, topic, 12, 1)
	refused(t, err, connectors.Misconfigured, "kafka-topics.sh --bootstrap-server "+config.Brokers[0]+" --alter --topic "+topic+" --partitions 12")
	require.ErrorContains(t, err, "it has 3 partitions, 12 are needed")
}

func TestMoreReplicasThanThereAreBrokersAreRefused(t *testing.T) {
	config, _ := newTopic(t, 1)
	services.NeedRealKafka(t, services.NewKafka(t).Real, "kfake takes any number of replicas")
	err := EnsureTopic(t.Context(), config, "thrice", 1, 3)
	refused(t, err, connectors.Misconfigured, "as there are brokers")
}

func TestASessionThatTheBrokerDoesNotAllowIsNamedWithBothOfItsBounds(t *testing.T) {
	config, topic := newTopic(t, 1)
	for what, session := range map[string]time.Duration{"too short": 100 * time.Millisecond, "too long": 2 * time.Hour} {
		t.Run(what, func(t *testing.T) {
			heard := make(chan error, 10)
			_, s := subscribe(t, config, topic, Reading{Session: session, Claim: newProgress().claim, Report: func(err error) { heard <- err }})
			err := <-heard
			refused(t, err, connectors.Misconfigured, "group.min.session.timeout.ms")
			refused(t, err, connectors.Misconfigured, "group.max.session.timeout.ms")
			require.NoError(t, s.Close())
		})
	}
}

func TestManyWhoMakeATopicAtOnceAllSucceed(t *testing.T) {
	config, topic := newTopic(t, 1)
	answers := make(chan error)
	for range 5 {
		go func() { answers <- EnsureTopic(t.Context(), config, topic+"-b", 2, 1) }()
	}
	for range 5 {
		require.NoError(t, <-answers)
	}
}

func TestWhatCannotWorkIsRefusedBeforeAnythingIsReached(t *testing.T) {
	good := configOf("127.0.0.1:1")
	for what, config := range map[string]Config{
		"no broker is named":            {},
		`"kafka-1" is not the address`:  {Brokers: []string{"kafka-1"}},
		`":9092" is not the address of`: {Brokers: []string{":9092"}},
	} {
		_, err := NewPublisher(config)
		refused(t, err, connectors.Misconfigured, "9092")
		require.ErrorContains(t, err, what)
	}
	for what, reading := range map[string]Reading{
		"the consumer group has no name": {},
		"is given up by its group":       {Group: "decision", Drain: 8 * time.Second},
		"ends while a partition":         {Group: "decision", Session: 8 * time.Second},
	} {
		_, err := NewSubscriber(good, reading)
		refused(t, err, connectors.Misconfigured, "")
		require.ErrorContains(t, err, what)
	}
}
