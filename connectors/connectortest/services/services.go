// Package services finds the real servers that tests need: a database server, a broker. Each is looked for in the
// environment, then on this machine, where a private one is started in a temporary folder on a free port of 127.0.0.1 and
// stopped with the tests. What cannot be had is skipped, loudly, or fails where it is required.
package services

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Where services are looked for and what may not be skipped.
const (
	envRequire = "TRADEWIRE_REQUIRE_SERVICES" // a list such as "mysql,kafka,fuse"; "1" means mysql
	envSkipped = "TRADEWIRE_SKIPPED"          // a file that collects what was skipped, for the line at the end of `make test`
)

// The engines on which a package's tests run; see OnBothEngines.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// The other services that can be required.
const (
	Kafka = "kafka"
	Fuse  = "fuse" // file systems of our own (/dev/fuse), on which power is lost
)

var engine = SQLite

// Engine is the database that the tests run on now.
func Engine() string { return engine }

// Only ends a test that is about one engine alone, and says why. The other run of OnBothEngines runs it.
func Only(t testing.TB, on, why string) {
	t.Helper()
	if engine != on {
		t.Skipf("about %s alone: %s", on, why)
	}
}

// Main runs a package's tests once, and stops what was started for them. Call it from TestMain, and exit with its answer.
func Main(m *testing.M) int {
	if err := checkRequired(); err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		return 1
	}
	defer stopAll()
	return m.Run()
}

// OnBothEngines runs a package's tests on SQLite and then, the same bodies, on MySQL. Call it from TestMain, and exit with
// its answer.
func OnBothEngines(m *testing.M) int {
	if err := checkRequired(); err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		return 1
	}
	defer stopAll()
	engine = SQLite
	code := m.Run()
	if fuzzing() {
		return code
	}
	engine = MySQL
	defer func() { engine = SQLite }()
	if _, err := sharedMySQL(); err != nil {
		skipped(MySQL, "all tests of a package a second time", err)
		if required(MySQL) {
			fmt.Fprintln(os.Stderr, "FAIL: MySQL is required:", err)
			return 1
		}
		return code
	}
	fmt.Println("=== the same tests on MySQL")
	return max(code, m.Run())
}

func fuzzing() bool {
	return slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.fuzz=") })
}

// checkRequired finds words that are no service: a slip of the pen would let tests be skipped that must not be.
func checkRequired() error {
	for _, service := range listed() {
		if !slices.Contains([]string{MySQL, Kafka, Fuse}, service) {
			return fmt.Errorf("%s: there is no service %q: write %s, %s or %s, with commas between them", envRequire, service, MySQL, Kafka, Fuse)
		}
	}
	return nil
}

// listed is what may not be skipped.
func listed() (services []string) {
	if os.Getenv(envRequire) == "1" {
		return []string{MySQL}
	}
	for service := range strings.SplitSeq(os.Getenv(envRequire), ",") {
		if service = strings.TrimSpace(service); service != "" {
			services = append(services, service)
		}
	}
	return services
}

// required says whether a service may not be skipped.
func required(service string) bool { return slices.Contains(listed(), service) }

// Missing skips a test for want of a service, or fails it where the service is required.
func Missing(t testing.TB, service string, err error) {
	t.Helper()
	if required(service) {
		t.Fatalf("%s is required (%s): %v", service, envRequire, err)
	}
	skipped(service, "a test", err)
	t.Skipf("SKIPPED for want of %s: %v", service, err)
}

var saidSkipped sync.Map // by what is said

// skipped says once what was not run and why, and notes each time where `make test` reads and counts it.
func skipped(service, what string, err error) {
	line := fmt.Sprintf("%s, for want of %s: %v\n", what, service, err)
	if _, said := saidSkipped.LoadOrStore(line, true); !said {
		fmt.Fprint(os.Stderr, "SKIPPED: ", line)
	}
	path := os.Getenv(envSkipped)
	if path == "" {
		return
	}
	// #nosec G302 G304 -- what tests skip is read by others
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer file.Close()
	if _, err := file.WriteString(line); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

var (
	atEndMu sync.Mutex
	atEnd   []func()
)

// stopLater has something stopped when the tests have ended.
func stopLater(stop func()) {
	atEndMu.Lock()
	defer atEndMu.Unlock()
	atEnd = append(atEnd, stop)
}

func stopAll() {
	atEndMu.Lock()
	defer atEndMu.Unlock()
	for _, stop := range slices.Backward(atEnd) {
		stop()
	}
	atEnd = nil
}

// freePort is a port of 127.0.0.1 that nobody listens on now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
