// Package connectortest is the contract of package connectors as a test suite. Every connector runs it against a system
// that the connector's own test sets up: a database file, a server on 127.0.0.1, a folder.
package connectortest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"tradewire/connectors"
)

// Fault is a way in which the other system can be broken.
type Fault struct {
	Name string
	Kind connectors.Kind                  // what the connector must say
	Make func(t testing.TB) (mend func()) // breaks the other system until mend is called
}

// prompt is how soon a call must return once its context has ended.
const prompt = 3 * time.Second

// within is a context for one call of a connector: no call of the suite may hang.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// blame checks that err is a fault at the border: of the kind, and naming the system.
func blame(t testing.TB, err error, kind connectors.Kind) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, where one of kind %s is due", kind)
	}
	fault, ok := errors.AsType[*connectors.Error](err)
	if !ok {
		t.Fatalf("the error is a %T, not a *connectors.Error: %v", err, err)
	}
	if fault.Kind != kind {
		t.Errorf("the error is of kind %s, not %s: %v", fault.Kind, kind, err)
	}
	if fault.System == "" || fault.Op == "" {
		t.Errorf("the error names its system %q and what was being done %q: both must be said: %v", fault.System, fault.Op, err)
	}
}

// endsWithItsContext checks that call returns an error soon after its context has ended, before and during the call.
func endsWithItsContext(t testing.TB, call func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	done := make(chan error, 1)
	go func() { done <- call(ctx) }()
	select {
	case err := <-done:
		if err == nil {
			t.Error("a call whose context has ended answered without an error")
		}
	case <-time.After(prompt):
		t.Fatal("a call whose context has ended does not return")
	}
}

// hangsUp checks that call, on its way when its context ends, returns soon after.
func hangsUp(t testing.TB, stall func(testing.TB) (func(), <-chan struct{}), call func(context.Context) error) {
	t.Helper()
	release, reached := stall(t)
	defer release()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- call(ctx) }()
	select {
	case <-reached:
	case <-time.After(prompt):
		t.Fatal("the call never reached the other system")
	}
	cancel()
	select {
	case err := <-done:
		if err == nil {
			t.Error("a call whose context ended under way answered without an error")
		}
	case <-time.After(prompt):
		t.Fatal("a call whose context ended under way does not return")
	}
}

// closesTwice checks that Close may be called again.
func closesTwice(t testing.TB, close func() error) {
	t.Helper()
	for _, which := range []string{"first", "second"} {
		if err := close(); err != nil {
			t.Errorf("the %s Close answered: %v", which, err)
		}
	}
}

func keys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("K%03d", i+1)
	}
	return keys
}
