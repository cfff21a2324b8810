package main

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"tradewire/connectors/connectortest/services"
)

// What the start would refuse is a mistake of the file, and lint names its line and what to write there.
func TestWhatTheStartRefusesOfABrokerIsNamedByLintWithItsPlace(t *testing.T) {
	const shared = "  dsn: mysql:tradewire@tcp(127.0.0.1:3306)/tradewire #"
	for mistake, is := range map[string]struct {
		kafka string
		lines int
		words []string
	}{
		"a broker without a port":       {`{brokers: [kafka-1], insecure: true}`, 1, []string{`:21 bad-address`, `"kafka-1" is not the address of a broker`, "write kafka-1:9092"}},
		"this machine without a port":   {`{brokers: [localhost]}`, 1, []string{`:21 bad-address`, `"localhost" is not`, "write localhost:9092"}},
		"one of two without a port":     {`{brokers: ["localhost:9092", kafka-2], insecure: true}`, 1, []string{`:39 bad-address`, `"kafka-2" is not`}},
		"a port without a broker":       {`{brokers: [":9092"]}`, 1, []string{`bad-address`, `":9092" is not`, "write HOST:9092"}},
		"a port that is no number":      {`{brokers: ["localhost:kafka"]}`, 1, []string{`bad-address`, "write localhost:9092"}},
		"a port that is too high":       {`{brokers: ["localhost:90920"]}`, 1, []string{`bad-address`, "write localhost:9092"}},
		"a broker without a name":       {`{brokers: [""]}`, 1, []string{`bad-address`, "write HOST:9092"}},
		"a URL where an address stands": {`{brokers: ["kafka://localhost:9092"]}`, 1, []string{`bad-address`, "write localhost:9092"}},
		"no broker at all":              {`{brokers: []}`, 1, []string{"missing-key", "brokers is missing", "write brokers: [kafka-1:9092"}},
		"a user without a password":     {`{brokers: ["localhost:9092"], user: tradewire}`, 1, []string{`:46 missing-key`, "tradewire", "write password: env:NAME or password: file:PATH"}},
		"a password without a user":     {`{brokers: ["localhost:9092"], password: "env:KAFKA"}`, 1, []string{`:50 missing-key`, "write user: NAME"}},
		"all of it at once": {`{brokers: ["localhost", "127.0.0.1"], user: tradewire}`, 3,
			[]string{`"localhost" is not`, `"127.0.0.1" is not`, "write password:"}},
	} {
		t.Run(mistake, func(t *testing.T) {
			w := newWorkshop(t)
			w.edit("tradewire.yaml", "  path: store.db ", shared)
			w.edit("tradewire.yaml", "connections:\n", fmt.Sprintf("bus:\n  kafka: %s\n\nconnections:\n", is.kafka))
			w.refused(2, is.lines, append(is.words, "tradewire.yaml:"), "lint")
			w.refused(2, is.lines, is.words, "run", "--until-idle")
		})
	}
}

func TestABusThatIsWrittenRightHasNoFault(t *testing.T) {
	for _, kafka := range []string{
		`{brokers: ["localhost:9092", "127.0.0.1:9093", "[::1]:9094"], user: tradewire, password: "env:KAFKA"}`,
		`{brokers: [kafka-1.example:9092], insecure: true}`,
	} {
		w := newWorkshop(t)
		w.edit("tradewire.yaml", "  path: store.db ", "  dsn: mysql:tradewire@tcp(127.0.0.1:3306)/tradewire #")
		w.edit("tradewire.yaml", "connections:\n", fmt.Sprintf("bus:\n  kafka: %s\n\nconnections:\n", kafka))
		w.mustRun("lint")
	}
}

// Whoever stops an instance waits ten seconds before they kill it, whatever the broker does: a publication is under way, and the
// group is not told goodbye.
func TestAnInstanceStopsInTenSecondsThoughTheBrokerHasFallenSilent(t *testing.T) {
	t.Parallel()
	broker := services.NewKafkaServer(t)
	services.NeedRealKafka(t, broker.Real, "kfake cannot be paused without us")
	f := newFleet(t, services.NewDatabase, broker.Addr(), 100)
	program := f.start()
	f.arrive(0, 3)
	f.waitForERP(20)
	if err := broker.Pause(); err != nil {
		t.Fatal(err)
	}
	f.arrive(3, 5)
	time.Sleep(2 * time.Second) // they are taken in, and published in vain
	began := time.Now()
	f.signal(program, syscall.SIGTERM)
	err := program.Wait()
	took := time.Since(began)
	t.Log("it took", took)
	if err != nil || took > 10*time.Second {
		t.Errorf("it took %s: %v\n%s", took, err, f.said[0])
	}
}
