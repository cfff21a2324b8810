package webhook_test

import (
	"testing"

	"tradewire/connectors/connectortest"
	"tradewire/connectors/webhook"
)

func TestTheShippedConfigurationsAreUnderstood(t *testing.T) {
	connectortest.Shipped(t, "../..", "webhook", webhook.Driver)
}
