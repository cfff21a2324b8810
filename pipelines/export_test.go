package pipelines

import "time"

// MayWait sets how long a change may wait before it is told again.
func MayWait(d time.Duration) (restore func()) { return set(&mayWait, d) }

// Quiet sets after how long without a word of it the trouble with reading from a broker is over.
func Quiet(d time.Duration) (restore func()) { return set(&quiet, d) }

func set(what *time.Duration, to time.Duration) (restore func()) {
	before := *what
	*what = to
	return func() { *what = before }
}
