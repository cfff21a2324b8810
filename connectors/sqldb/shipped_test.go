package sqldb_test

import (
	"testing"

	"tradewire/connectors/connectortest"
	"tradewire/connectors/sqldb"
)

func TestTheShippedConfigurationsAreUnderstood(t *testing.T) {
	connectortest.Shipped(t, "../..", "sqldb", sqldb.Driver)
}
