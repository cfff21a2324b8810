package services

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// envKafka is the address of a broker such as 127.0.0.1:9092, on which topics may be made; "fake" forces the one in process.
const envKafka = "TRADEWIRE_TEST_KAFKA"

// Broker is a Kafka broker in which nothing of others is touched: every test makes topics of its own.
type Broker struct {
	Real bool // else kfake, which speaks Kafka's protocol in process and is not Kafka
	addr string
}

// Addr is where it listens, as host:port.
func (b *Broker) Addr() string { return b.addr }

// NeedRealKafka skips a test for which kfake cannot take the real broker's place, or fails it where that one is required.
func NeedRealKafka(t testing.TB, isReal bool, why string) {
	t.Helper()
	if !isReal {
		Missing(t, Kafka, errors.New(why))
	}
}

var sharedBroker struct {
	sync.Once
	broker *Broker
	err    error
	notice error // why the broker is not the real one
}

// NewKafka is the broker that the tests of this process share. It does not make topics by itself.
func NewKafka(t testing.TB) *Broker {
	t.Helper()
	sharedBroker.Do(func() { sharedBroker.broker, sharedBroker.notice, sharedBroker.err = findBroker() })
	mustBe(t, sharedBroker.notice, sharedBroker.err)
	return sharedBroker.broker
}

// findBroker looks in the environment, on this machine, and at last in this process.
func findBroker() (broker *Broker, notice, err error) {
	if addr := os.Getenv(envKafka); addr != "" && addr != "fake" {
		return &Broker{Real: true, addr: addr}, nil, nil
	}
	s, notice, err := startKafka(kafkaSetup{})
	if err != nil {
		return nil, nil, err
	}
	stopLater(s.remove)
	return &s.Broker, notice, nil
}

// KafkaServer is a private broker for tests that kill it.
type KafkaServer struct {
	Broker
	folder string
	setup  kafkaSetup
	run    *process       // of the real one
	fake   *kfake.Cluster // else
	ports  [3]int         // in the clear, of the controller, secured
}

// kafkaSetup is what a broker has beside a port in the clear.
type kafkaSetup struct {
	secure *credentials // not nil: a second port with TLS and passwords
	killed bool         // it will be killed, and should come back soon; a busy machine is then more easily taken for a dead one
}

// NewKafkaServer starts a private broker that keeps what it has while it is down; it is stopped at the end of the test.
func NewKafkaServer(t testing.TB) *KafkaServer {
	t.Helper()
	return newKafkaServer(t, kafkaSetup{killed: true})
}

func newKafkaServer(t testing.TB, setup kafkaSetup) *KafkaServer {
	t.Helper()
	s, notice, err := startKafka(setup)
	mustBe(t, notice, err)
	t.Cleanup(s.remove)
	return s
}

// mustBe ends a test that has no broker, or not the real one where that is required.
func mustBe(t testing.TB, notice, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if notice != nil && required(Kafka) {
		t.Fatalf("kafka is required (%s): %v", envRequire, notice)
	}
}

// startKafka starts the real broker, or says why it is not the real one.
func startKafka(setup kafkaSetup) (s *KafkaServer, notice, err error) {
	folder, err := os.MkdirTemp("", "tradewire-kafka-")
	if err != nil {
		return nil, nil, err
	}
	s = &KafkaServer{folder: folder, setup: setup}
	defer func() {
		if err != nil {
			s.remove()
		}
	}()
	for i := range s.ports {
		if s.ports[i], err = freePort(); err != nil {
			return s, nil, err
		}
	}
	s.addr = fmt.Sprintf("127.0.0.1:%d", s.ports[0])
	jars, notice := kafkaJars()
	if notice == nil {
		s.Real = true
		err = s.format(jars)
	} else {
		noRealBroker(notice)
	}
	if err == nil {
		err = s.Start()
	}
	return s, notice, err
}

var saidNoRealBroker sync.Once

func noRealBroker(notice error) {
	saidNoRealBroker.Do(func() {
		skipped(Kafka, "a package against a real broker (kfake in process took its place)", notice)
	})
}

// Start starts the broker again on its old port and waits until it answers.
func (s *KafkaServer) Start() error {
	if s.Real {
		return s.startReal()
	}
	return s.startFake()
}

// Kill ends the broker as a power cut would, without a word to its clients.
func (s *KafkaServer) Kill() {
	if s.run != nil {
		s.run.kill()
	}
	if s.fake != nil {
		s.fake.Close()
	}
}

// Stop ends the broker as its operator would.
func (s *KafkaServer) Stop() {
	if s.run != nil {
		s.run.stop(20 * time.Second)
	}
	if s.fake != nil {
		s.fake.Close()
	}
}

// Pause stops the real broker's time: it takes connections and answers nobody. Continue lets it go on.
func (s *KafkaServer) Pause() error { return s.run.pause() }

// Continue lets a paused broker go on.
func (s *KafkaServer) Continue() error { return s.run.signal(syscall.SIGCONT) }

func (s *KafkaServer) remove() {
	s.Kill()
	_ = os.RemoveAll(s.folder)
}

// noKafka says what is missing for want of the broker's libraries.
func noKafka() error {
	if os.Getenv(envKafka) != "" {
		return fmt.Errorf("the broker that %s names is shared, a test that needs one of its own has none: Kafka is not in .services (make services fetches it)", envKafka)
	}
	return fmt.Errorf("neither %s is set nor Kafka in .services (make services fetches it)", envKafka)
}

// kafkaJars is where the broker's libraries lie: .services/kafka at the root of the repository.
func kafkaJars() (string, error) {
	if os.Getenv(envKafka) == "fake" {
		return "", errors.New(envKafka + " is fake")
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("there is no go.mod above the tests")
		}
		folder = filepath.Dir(folder)
	}
	jars := filepath.Join(folder, ".services", "kafka")
	if found, _ := filepath.Glob(filepath.Join(jars, "kafka_*.jar")); len(found) == 0 {
		return "", noKafka()
	}
	return jars, hasJava()
}
