package config

import (
	"fmt"
	"sort"
	"strings"
)

// Pos is a place in a configuration file. Line and Col count from 1.
type Pos struct {
	File string // relative to the folder of tradewire.yaml
	Line int
	Col  int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Fault is one mistake in the configuration: where, what, and what to write instead.
type Fault struct {
	Pos  Pos
	Code string // short and stable: unknown-key, bad-duration
	What string
	Fix  string // what to write instead
}

func (f Fault) String() string {
	return fmt.Sprintf("%s %s %s -> %s", f.Pos, f.Code, f.What, f.Fix)
}

// Faults are all mistakes of one pass. An empty list is a good configuration.
type Faults []Fault

// Error prints one fault a line, in the order of the files.
func (f Faults) Error() string {
	sorted := append(Faults(nil), f...)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i].Pos, sorted[j].Pos
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	lines := make([]string, len(sorted))
	for i, fault := range sorted {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Err is nil when there is no fault.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
