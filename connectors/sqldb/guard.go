package sqldb

import (
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	"tradewire/config"
	"tradewire/connectors"
)

// guard is how a target answers "was this written?", so that a COMMIT whose answer was lost is never written twice.
// (Invariant 2)
type guard string

const (
	// byEffect, grade A: an effect row in a table of ours on the same server, written in the same transaction. Another row of
	// it remembers the latest lease under which anything was written: from then on whoever lost an earlier one writes nothing.
	byEffect guard = "effect"
	// byReference, grade B: the ERP's own table holds our key in a column that the database keeps unique, and our revision
	// beside it. No table of ours is needed, and so nothing there knows of leases: whoever lost its lease finds what its
	// successor has written and leaves it alone, and writes once what its successor has not written.
	byReference guard = "reference"
	// byLock, grade C: our key and revision stand in columns that nothing keeps unique. The one session that writes to the
	// target holds a lock of the server; a successor ends that session first, and only then looks and writes. The session
	// shows its lease: as long as it lives, which is as long as its sink is open, whoever lost an earlier one writes nothing.
	// Afterwards it is as with byReference.
	byLock guard = "lock"
)

// Grade is the letter of DESIGN's invariant 2.
func (s *sink) Grade() string {
	switch s.guard {
	case byReference:
		return "B"
	case byLock:
		return "C"
	}
	return "A"
}

// keepsEffects says that the table of ours remembers what was written.
func (s *sink) keepsEffects() bool { return s.guard == byEffect }

// guardOf reads the guard and what it needs.
//
// Without an effect row the header itself must say which revision of ours it shows. An entry is superseded when the header
// shows a later revision, and unchanged when it shows the same one and every value that the entry names stands there; the
// same revision with other values is a corrected mapping and is written. Nothing can remember what was taken away, nor
// that a row someone deleted was there: such a row is made again, and Remove is refused.
func guardOf(c *checker, s *sink, w writing, section config.Section) {
	s.guard = guard(w.Guard.Value)
	if w.Revision.Value != "" {
		s.revision = c.name(w.Revision)
	}
	switch {
	case s.keepsEffects() && s.revision != "":
		c.fault(w.Revision.Pos, "needless-revision", "with guard: effect our revision stands in the effect row", "leave it out, or write guard: reference")
	case s.keepsEffects() && utf8.RuneCountInString(s.target) > longestTarget:
		c.fault(section.Pos(), "long-name", fmt.Sprintf("the name of the target has %d letters, and the effect table holds %d", utf8.RuneCountInString(s.target), longestTarget), "give it a shorter name")
	case s.keepsEffects():
		return
	case !section.At("effect").Absent():
		c.fault(w.Effect.Pos, "needless-effect", "only guard: effect has a table of ours", "leave effect out")
	case s.reference == "":
		c.fault(section.At("guard").Pos(), "missing-reference", fmt.Sprintf("guard: %s finds what it wrote by a column with our key", s.guard), "write reference: and the column that holds our document's key")
	case s.revision == "":
		c.fault(section.At("guard").Pos(), "missing-revision", fmt.Sprintf("guard: %s knows what is older by a column with our revision", s.guard), "write revision: and a column of whole numbers that nothing else fills")
	case s.revision == s.reference || s.revision == s.key:
		c.fault(w.Revision.Pos, "bad-revision", "the column holds something else already", "name a column of its own for our revision")
	}
}

// guarded refuses tables in which the guard cannot tell one document's row from another's.
//
// With guard: effect no table of theirs is refused here that was taken before: the effect row tells the rows apart, and the
// reference is looked up only for rows of an earlier installation.
func (s *sink) guarded(found shape) error {
	if s.keepsEffects() {
		return s.remembered(found.of(s.effects))
	}
	table := found.of(s.table)
	if len(table.columns) == 0 {
		return nil // it is not there, or not ours to see: the first statement says so
	}
	if !table.tells(s.key, s.only) {
		return misconfigured(fmt.Sprintf("name the column that tells the rows of %s apart, or use guard: effect", s.table),
			"%s.%s is not unique: no primary or unique key is of this column alone", s.table, s.key)
	}
	if key := table.shared(s.reference); key != nil && !table.tells(s.reference, s.only) {
		return misconfigured("use guard: effect, or have a unique key made over the reference alone",
			"%s.%s is unique only together with others, %v: a row found by it may be another's", s.table, s.reference, key)
	}
	if s.guard == byReference && !table.tells(s.reference, s.only) {
		return misconfigured(fmt.Sprintf("have it made unique (ALTER TABLE %s ADD UNIQUE (%s)), or use guard: effect or guard: lock", s.table, s.reference),
			"%s.%s is not unique, and guard: reference rests on it", s.table, s.reference)
	}
	return nil
}

// longestTarget is how many letters the name of a target may have to be remembered in an effect table of ours.
const longestTarget = 120

var lettersOf = regexp.MustCompile(`^(?:var)?char\((\d+)\)`)

// remembered refuses an effect table that is too narrow for the target's name: a server that is not strict would cut it, and take
// two targets for one.
func (s *sink) remembered(effects *tableShape) error {
	column := effects.column("target")
	if column == nil {
		return nil // it is made by the first write, or the first statement says what is wrong
	}
	declared := lettersOf.FindStringSubmatch(column.Type)
	if declared == nil {
		return nil
	}
	holds, err := strconv.Atoi(declared[1])
	if letters := utf8.RuneCountInString(s.target); err == nil && letters > holds {
		return misconfigured(fmt.Sprintf("have it widened: ALTER TABLE %s MODIFY target VARCHAR(%d) NOT NULL", quoteTable(s.effects), longestTarget),
			"%s.target holds %d letters, and the name of this target has %d", s.effects, holds, letters)
	}
	return nil
}

// known reads what was written before, answers the tasks that need no writing, and returns the rest.
func (w *work) known(tasks []*task) ([]*task, error) {
	if !w.keepsEffects() {
		known, err := w.lookUp(tasks)
		if err != nil {
			return nil, err
		}
		found, err := w.find(known)
		if err != nil {
			return nil, err
		}
		return w.outdated(found)
	}
	if err := w.recall(tasks); err != nil {
		return nil, err
	}
	due, err := w.due(tasks)
	if err != nil {
		return nil, err
	}
	if due, err = w.lookUp(due); err != nil {
		return nil, err
	}
	return w.find(due)
}

// outdated returns the tasks whose header is missing, shows an older revision, or shows the same and differs.
func (w *work) outdated(tasks []*task) (due []*task, err error) {
	var same []*task
	for _, t := range tasks {
		shown, err := t.shows(w.revision)
		switch {
		case err != nil:
			return nil, misconfigured("name a column of whole numbers that nothing else fills", "%s.%s of %s %w", w.table, w.revision, t.id.key, err)
		case t.stands && shown > t.entry.Revision:
			t.result.State, t.result.Reference = connectors.Superseded, keyText(t.header[w.key])
		case t.stands && shown == t.entry.Revision:
			t.written = w.changes(t)
			same = append(same, t)
		default:
			due = append(due, t)
		}
	}
	differs, err := w.differs(same)
	if err != nil {
		return nil, err
	}
	for _, t := range same {
		if differs[t] != nil {
			due = append(due, t)
			continue
		}
		t.result.State, t.result.Reference = connectors.Unchanged, keyText(t.header[w.key])
	}
	return due, nil
}

// shows is the revision of ours that the header shows, 0 when it shows none.
func (t *task) shows(column string) (int64, error) {
	v := t.header[column]
	if !t.stands || v == nil || v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(keyText(v), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("holds %q, which is no revision", keyText(v))
	}
	return n, nil
}
