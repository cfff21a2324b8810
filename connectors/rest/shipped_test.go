package rest_test

import (
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/rest"
)

func TestTheInstallationsThatAreShippedAreUnderstood(t *testing.T) {
	for _, file := range []string{"../../config/demo/tradewire.yaml", "../../config/starter/tradewire.yaml"} {
		c, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]connectors.Connection{}
		for _, connection := range c.Connections {
			if connection.Driver.Value != "rest" {
				continue
			}
			one, faults := rest.Driver(connectors.Env{Name: connection.Name.Value, Dir: c.Dir, Now: time.Now}, connection.Settings)
			if len(faults) > 0 {
				t.Errorf("%s: %v", connection.Name, faults)
				continue
			}
			made[connection.Name.Value] = one
		}
		for _, pipeline := range c.Pipelines {
			for _, s := range pipeline.Sources {
				if one, ok := made[s.Connection.Value].(connectors.Readable); ok {
					if _, faults := one.Source(s.Name.Value, s.Read); len(faults) > 0 {
						t.Errorf("%s: %v", s.Name, faults)
					}
				}
			}
			for _, s := range pipeline.Targets {
				if one, ok := made[s.Connection.Value].(connectors.Writable); ok {
					if _, faults := one.Sink(s.Name.Value, s.Write); len(faults) > 0 {
						t.Errorf("%s: %v", s.Name, faults)
					}
				}
			}
		}
	}
}
