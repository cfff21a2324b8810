package steptest_test

import (
	"os"
	"testing"

	"tradewire/connectors/connectortest/services"
)

func TestMain(m *testing.M) { os.Exit(services.Main(m)) }
