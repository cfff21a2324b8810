package sqldb

import (
	"testing"

	"tradewire/config"
	"tradewire/connectors/connectortest"
)

func TestEveryKeyStandsInTheReference(t *testing.T) {
	const page = "../README.md"
	connectortest.Documented(t, page, "## A connection to a database", settings{})
	connectortest.Documented(t, page, "## Reading: `read:`", reading{})
	connectortest.Documented(t, page, "## Writing: `write:`", writing{})
	connectortest.Documented(t, page, "### Numbers", numbering{})
	connectortest.Documented(t, page, "### Look-ups", lookingUp{})
	connectortest.Documented(t, page, "## Sources, targets and mappings", config.Source{}, config.Target{}, config.Mapping{})
}
