package services

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// hasJava says what is missing when the real broker cannot run.
func hasJava() error {
	if _, err := exec.LookPath("java"); err != nil {
		return errors.New("java is not in PATH: Kafka needs Java 17 (on Debian: apt-get install openjdk-17-jre-headless)")
	}
	return nil
}

// java runs a program of the broker: with a small heap, and compiled just enough for tests.
func java(jars, program string, args ...string) *exec.Cmd {
	// #nosec G204 -- a broker for tests, from words of our own
	return exec.Command("java", append([]string{"-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", filepath.Join(jars, "*"), program}, args...)...)
}

// format writes the settings and prepares the folder of a broker that is its own controller.
func (s *KafkaServer) format(jars string) error {
	if err := os.WriteFile(s.settings(), []byte(s.properties()), 0o600); err != nil {
		return err
	}
	args := []string{"format", "--cluster-id", "dHJhZGV3aXJlLXRlc3RzAA", "--config", s.settings()}
	if c := s.setup.secure; c != nil {
		for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-512"} {
			args = append(args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", mechanism, c.user, c.password))
		}
	}
	if said, err := java(jars, "kafka.tools.StorageTool", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("make a folder for Kafka: %w: %s", err, strings.TrimSpace(string(said)))
	}
	return nil
}

func (s *KafkaServer) settings() string { return filepath.Join(s.folder, "server.properties") }

func (s *KafkaServer) properties() string {
	listeners := fmt.Sprintf("PLAINTEXT://127.0.0.1:%d", s.ports[0])
	var security string
	session := 30_000 // milliseconds until a silent broker's cluster gives it up; one that was killed comes back only then
	if s.setup.killed {
		session = 2_000
	}
	if c := s.setup.secure; c != nil {
		listeners += fmt.Sprintf(",SASL_SSL://127.0.0.1:%d", s.ports[2])
		security = c.properties()
	}
	return fmt.Sprintf(`process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:%[2]d
controller.listener.names=CONTROLLER
listeners=%[1]s,CONTROLLER://127.0.0.1:%[2]d
advertised.listeners=%[1]s
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=PLAINTEXT
log.dirs=%[3]s
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=%[5]d
broker.heartbeat.interval.ms=200
log.retention.check.interval.ms=500
log.initial.task.delay.ms=500
%[4]s`, listeners, s.ports[1], filepath.Join(s.folder, "data"), security, session)
}

func (s *KafkaServer) startReal() error {
	jars, err := kafkaJars()
	if err != nil {
		return err
	}
	if s.run, err = startProcess(java(jars, "kafka.Kafka", s.settings())); err != nil {
		return err
	}
	return s.run.waitUntil(time.Minute, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		conn, err := kafka.DialContext(ctx, "tcp", s.addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
			return err
		}
		if brokers, err := conn.Brokers(); err != nil || len(brokers) == 0 {
			return errors.Join(errors.New("the broker has not joined its cluster"), err)
		}
		return nil
	})
}
