package folder_test

import (
	"testing"

	"tradewire/connectors/connectortest"
	"tradewire/connectors/folder"
)

func TestTheShippedConfigurationsAreUnderstood(t *testing.T) {
	connectortest.Shipped(t, "../..", "folder", folder.Driver)
}
