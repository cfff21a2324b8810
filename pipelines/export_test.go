package pipelines

import "time"

// Standstill sets how long nothing may move before what waits is told again.
func Standstill(d time.Duration) (restore func()) {
	before := standstill
	standstill = d
	return func() { standstill = before }
}
