package connectortest

import (
	"path/filepath"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

// Shipped says that a driver understands what the shipped configurations say to it: every connection that names it,
// and every source and target of those. root is the way to the folder that holds config.
func Shipped(t *testing.T, root, name string, driver connectors.Driver) {
	understood := 0
	for _, installation := range []string{"demo", "starter"} {
		c, err := config.Load(filepath.Join(root, "config", installation, "tradewire.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]connectors.Connection{}
		understand := func(what config.Text, faults config.Faults) {
			understood++
			if len(faults) > 0 {
				t.Errorf("%s: %s: %v", installation, what, faults)
			}
		}
		for _, connection := range c.Connections {
			if connection.Driver.Value == name {
				one, faults := driver(connectors.Env{Name: connection.Name.Value, Dir: c.Dir, Now: time.Now}, connection.Settings)
				understand(connection.Name, faults)
				made[connection.Name.Value] = one
			}
		}
		for _, pipeline := range c.Pipelines {
			for _, s := range pipeline.Sources {
				if one, ok := made[s.Connection.Value].(connectors.Readable); ok {
					_, faults := one.Source(s.Name.Value, s.Read)
					understand(s.Name, faults)
				}
				if one, ok := made[s.Connection.Value].(connectors.Callable); ok {
					_, faults := one.Receiver(s.Name.Value, s.Listen)
					understand(s.Name, faults)
				}
			}
			for _, target := range pipeline.Targets {
				if one, ok := made[target.Connection.Value].(connectors.Writable); ok {
					_, faults := one.Sink(target.Name.Value, target.Write)
					understand(target.Name, faults)
				}
			}
		}
	}
	if understood < 2 {
		t.Fatalf("the shipped configurations hardly use %s: only %d parts were tried", name, understood)
	}
}
