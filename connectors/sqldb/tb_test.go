package sqldb_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// tb lets a helper made for tests fail the property it works for.
type tb struct {
	testing.TB
	r *rapid.T
}

func (t tb) Errorf(format string, args ...any) { t.r.Errorf(format, args...) }
func (t tb) Fatalf(format string, args ...any) { t.r.Fatalf(format, args...) }
func (t tb) Fatal(args ...any)                 { t.r.Fatal(args...) }
func (t tb) Error(args ...any)                 { t.r.Error(args...) }
func (t tb) FailNow()                          { t.r.FailNow() }

func equal(a, b string) bool {
	x, err := decimal.NewFromString(a)
	if err != nil {
		return false
	}
	y, err := decimal.NewFromString(b)
	return err == nil && x.Equal(y)
}
