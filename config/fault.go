package config

import (
	"fmt"
	"sort"
	"strings"
)

// Pos is a place in a configuration file. Line and Col count from 1; a Line of 0 means the file as a whole, or an
// environment variable.
type Pos struct {
	File string // relative to the folder of tradewire.yaml
	Line int
	Col  int
}

func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Fault is a mistake at this place.
func (p Pos) Fault(code, what, fix string) Fault {
	return Fault{Pos: p, Code: code, What: what, Fix: fix}
}

func (p Pos) before(q Pos) bool {
	if p.File != q.File {
		return p.File < q.File
	}
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Col < q.Col
}

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

// Sorted is the same faults in the order of the files.
func (f Faults) Sorted() Faults {
	sorted := append(Faults(nil), f...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Pos.before(sorted[j].Pos) })
	return sorted
}

// And is f with the faults that a further pass found, without those that f has already: the same place and code.
func (f Faults) And(more Faults) Faults {
	type mistake struct {
		pos  Pos
		code string
	}
	had := map[mistake]bool{}
	for _, fault := range f {
		had[mistake{fault.Pos, fault.Code}] = true
	}
	all := append(Faults(nil), f...)
	for _, fault := range more {
		if !had[mistake{fault.Pos, fault.Code}] {
			all = append(all, fault)
		}
	}
	return all
}

// Error prints one fault a line, in the order of the files.
func (f Faults) Error() string {
	lines := make([]string, 0, len(f))
	for _, fault := range f.Sorted() {
		lines = append(lines, fault.String())
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
