package trial

import (
	"errors"
	"fmt"
	"strings"

	"tradewire/config"
	"tradewire/mapping"
	"tradewire/mapping/document"
)

// Run translates what comes in, and says in what the outcome is not what the test expects.
func (t *Test) Run() []Difference {
	if !t.of.table.Decodes() {
		r, err := t.of.table.Encode(t.document)
		return t.judge(err, t.of, func() []Difference { return t.compareRecord(t.of, t.want, r) })
	}
	docs, err := t.of.table.Decode(t.in.record())
	if t.then == nil || err != nil {
		return t.judge(err, t.of, func() []Difference { return t.compareDocument(docs[0]) })
	}
	d := document.Copy(docs[0])
	if t.decided != nil {
		f := &filler{} // what is wrong with it was found when it was read
		f.fill(valueOf(d), *t.decided, "")
	}
	r, err := t.then.table.Encode(d)
	return t.judge(err, t.then, func() []Difference {
		return append(t.compareDocument(docs[0]), t.compareRecord(t.then, t.out, r)...)
	})
}

// judge asks whether a translation failed where it must, and compares where it must not.
func (t *Test) judge(err error, by *Mapping, compare func() []Difference) []Difference {
	aside := errors.Is(err, mapping.ErrNotConcerned)
	switch {
	case t.notConcerned && aside:
		return nil
	case t.notConcerned:
		return []Difference{{At: t.At, Field: "when", Want: "a record that is not concerned", Got: outcome(err, by), MadeBy: t.of.from.When.Pos}}
	case t.words != nil:
		return t.compareError(err, by)
	case aside:
		return []Difference{{At: t.At, Field: "when", Want: documentOf(t.of), Got: outcome(err, by), MadeBy: t.of.from.When.Pos}}
	case err != nil:
		return t.failed(err, by)
	}
	return compare()
}

// outcome is what came of a translation, in a few words.
func outcome(err error, by *Mapping) string {
	switch {
	case errors.Is(err, mapping.ErrNotConcerned):
		return "a record that is not concerned"
	case err != nil:
		return "the error " + strings.ReplaceAll(said(err), "\n", "; ")
	case by.table.Decodes():
		return documentOf(by)
	}
	return "a record"
}

// documentOf is what a mapping makes, for people: an invoice.
func documentOf(m *Mapping) string {
	kind := string(m.table.Kind())
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

// said is an error without its places, which move with every line of the mapping.
func said(err error) string {
	var fields mapping.Errors
	if !errors.As(err, &fields) {
		return err.Error()
	}
	lines := make([]string, len(fields))
	for i, f := range fields {
		lines[i] = saidOf(f)
	}
	return strings.Join(lines, "\n")
}

func saidOf(f mapping.FieldError) string { return fmt.Sprintf("%s: %s -> %s", f.Path, f.What, f.Fix) }

func (t *Test) compareError(err error, by *Mapping) (found []Difference) {
	for _, words := range t.words {
		if err == nil || errors.Is(err, mapping.ErrNotConcerned) || !strings.Contains(said(err), words.text) {
			found = append(found, Difference{At: words.at, Field: "error", Want: quoted(words.text), Got: outcome(err, by), MadeBy: firstPlace(err)})
		}
	}
	return found
}

func firstPlace(err error) config.Pos {
	var fields mapping.Errors
	if errors.As(err, &fields) && len(fields) > 0 {
		return fields[0].Pos
	}
	return config.Pos{}
}

// failed are the errors of a translation that must not fail, each beside what was expected in its place.
func (t *Test) failed(err error, by *Mapping) (found []Difference) {
	var fields mapping.Errors
	if !errors.As(err, &fields) {
		return []Difference{{At: t.At, Field: by.Name, Want: outcome(nil, by), Got: outcome(err, by)}}
	}
	expected := t.want
	if by == t.then {
		expected = t.out
	}
	for _, f := range fields {
		d := Difference{At: t.At, Field: f.Path, Want: "a value", Got: "the error " + f.What, Fix: f.Fix, MadeBy: f.Pos}
		if expected != nil {
			d.At = expected.at
			if v, ok := expected.find(f.Path); ok {
				d.At, d.Want = v.at, v.shown()
			}
		}
		found = append(found, d)
	}
	return found
}

// find is the value at a path: lines[2].quantity.
func (v value) find(path string) (value, bool) {
	for _, step := range strings.Split(path, ".") {
		name, index, isElement := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		next, ok := v.part(name)
		if !ok {
			return v, false
		}
		if v = next; !isElement {
			continue
		}
		i := 0
		if _, err := fmt.Sscan(index, &i); err != nil || i >= len(v.items) {
			return v, false
		}
		v = v.items[i]
	}
	return v, true
}

func (t *Test) compareDocument(got document.Document) []Difference {
	if t.want == nil {
		return nil
	}
	d := &differ{compared: t.of.Coverage.Compared}
	d.document(*t.want, valueOf(t.wanted), valueOf(got), "")
	return t.of.made(d.found)
}

func (t *Test) compareRecord(by *Mapping, want *value, got any) []Difference {
	if want == nil {
		return nil
	}
	d := &differ{compared: by.Coverage.Compared}
	d.record(*want, got, "", by.table)
	return by.made(d.found)
}

// made says where the mapping makes each value that differs.
func (m *Mapping) made(found []Difference) []Difference {
	for i := range found {
		found[i].MadeBy, _ = m.table.MadeBy(found[i].Field)
	}
	return found
}
