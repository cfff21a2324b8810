package rest_test

import (
	"testing"

	"tradewire/connectors/connectortest"
	"tradewire/connectors/rest"
)

func TestTheShippedConfigurationsAreUnderstood(t *testing.T) {
	connectortest.Shipped(t, "../..", "rest", rest.Driver)
}
