package sqldb_test

import (
	"context"
	"os"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// tb lends a property's T to helpers made for tests.
type tb struct{ *rapid.T }
