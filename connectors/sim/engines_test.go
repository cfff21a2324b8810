package sim

import (
	"os"
	"testing"

	"tradewire/connectors/connectortest/services"
)

func TestMain(m *testing.M) { os.Exit(services.OnBothEngines(m)) }

// emptyERP is where the ERP of a new world may lie, in the database that the tests run on now.
func emptyERP(t testing.TB) ERP {
	if services.Engine() == services.SQLite {
		return ERP{}
	}
	return placeOf(services.NewDatabase(t))
}

func placeOf(d *services.Database) ERP {
	return ERP{Place: "mysql:" + d.Plain, Password: func() (string, error) { return d.Secret, nil }}
}
