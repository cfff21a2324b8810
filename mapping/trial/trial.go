// Package trial tests mappings with examples that people write beside them: a record and the document that it must become, a
// document and the record that it must become, or both in a chain. It reaches nothing: who reads the files hands them in.
package trial

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping"
	"tradewire/mapping/document"
)

// Mapping is one mapping under test.
type Mapping struct {
	Name     string
	Tests    []*Test           // in the order of its files
	Coverage *mapping.Coverage // of all tests that were run, chains that end here among them

	table *mapping.Table
	from  config.Mapping
}

// Test is one example.
type Test struct {
	Name string
	At   config.Pos // of its name

	of, then     *Mapping
	in           value
	document     document.Document // encode: in, read
	want, out    *value            // nil: not compared
	wanted       document.Document // decode: want, read
	decided      *value
	words        []value // of the error
	notConcerned bool
}

// Read reads a file that a test names, by its path from the folder of the mappings.
type Read func(file string) ([]byte, error)

// New reads the tests of all mappings, and reports everything that is wrong with them. Mappings that have no table are left out:
// what is wrong with them has been reported.
func New(cfg *config.Config, tables map[string]*mapping.Table, files []config.TestFile, readFile Read) ([]*Mapping, config.Faults) {
	r := &reader{mappings: map[string]*Mapping{}, read: readFile}
	var all []*Mapping
	for _, m := range cfg.Mappings {
		if table := tables[m.Name]; table == nil {
			r.broken = append(r.broken, m.Name)
		} else {
			one := &Mapping{Name: m.Name, from: m}
			one.table, one.Coverage = table.Watched(m)
			r.mappings[m.Name] = one
			all = append(all, one)
		}
	}
	for _, f := range files {
		if of := r.mappings[f.Mapping]; of != nil {
			r.file(of, f)
		}
	}
	return all, r.faults.Sorted()
}

// reader makes tests of what was written.
type reader struct {
	mappings map[string]*Mapping
	broken   []string // mappings that have no table
	read     Read
	faults   config.Faults
}

func (r *reader) fault(at config.Pos, code, what, fix string) {
	r.faults = append(r.faults, at.Fault(code, what, fix))
}

func (r *reader) file(of *Mapping, f config.TestFile) {
	begin := len(of.Tests)
	for _, written := range f.Tests {
		if written.Name.Value == "" {
			continue // missing, which has been reported
		}
		if twice := slices.IndexFunc(of.Tests, func(t *Test) bool { return t.Name == written.Name.Value }); twice >= 0 {
			r.fault(written.Name.Pos, "duplicate-name", fmt.Sprintf("there is a test %q already, at %s", written.Name, of.Tests[twice].At), "give one of the two another name")
			continue
		}
		t := &Test{Name: written.Name.Value, At: written.Name.Pos, of: of}
		r.comesIn(t, written, of.Tests[begin:])
		r.goesOn(t, written)
		r.mustBe(t, written)
		r.fits(t)
		of.Tests = append(of.Tests, t)
	}
}

// comesIn reads what a test begins with.
func (r *reader) comesIn(t *Test, w config.Test, earlier []*Test) {
	if w.File.Value != "" {
		if !w.In.Absent() || w.Like.Value != "" {
			r.fault(w.File.Pos, "in-or-file", "the test has a file: and in: or like: as well", "write one of them")
			return
		}
		t.in = r.fromFile(w.File)
		return
	}
	if w.Like.Value == "" {
		if len(w.Without) > 0 {
			r.fault(w.Without[0].Pos, "without-like", "without: takes fields out of what like: names, and there is no like:", "write like: and the name of an earlier test, or take without: out")
		}
		if w.In.Absent() {
			r.fault(w.Name.Pos, "missing-key", "the test has nothing that comes in", "write in: and below it, indented, the fields; or file: and the name of a file")
			return
		}
		t.in = r.group(w.In, "in")
		return
	}
	at := slices.IndexFunc(earlier, func(e *Test) bool { return e.Name == w.Like.Value })
	if at < 0 {
		names := make([]string, len(earlier))
		for i, e := range earlier {
			names[i] = e.Name
		}
		r.fault(w.Like.Pos, "unknown-test", fmt.Sprintf("there is no test %q before this one", w.Like), config.Choose(w.Like.Value, names))
		return
	}
	t.in = earlier[at].in
	for _, name := range w.Without {
		var ok bool
		if t.in, ok = t.in.without(name.Value); !ok {
			r.fault(name.Pos, "unknown-field", fmt.Sprintf("the test %q has no field %s that could be left out", w.Like, name), config.Choose(name.Value, namesOf(t.in.names)))
		}
	}
	if !w.In.Absent() {
		t.in = r.group(w.In, "in").over(t.in)
	}
}

func (r *reader) fromFile(file config.Text) value {
	data, err := r.read(file.Value)
	if err != nil {
		r.fault(file.Pos, "unreadable-file", err.Error(), "name a file by its path from the folder of this test")
		return value{}
	}
	if extension := path.Ext(file.Value); extension == ".yaml" || extension == ".yml" {
		s, err := config.Parse("mappings/"+file.Value, data)
		if faults, ok := err.(config.Faults); ok {
			r.faults = append(r.faults, faults...)
			return value{}
		}
		return r.group(s, "the file")
	}
	record, err := connectors.ParseRecord(data, connectors.DefaultLimits)
	if err != nil {
		r.fault(file.Pos, "bad-file", fmt.Sprintf("%s: %v", file, err), "let it hold one record in JSON, or name it .yaml")
		return value{}
	}
	return taken(record, file.Pos)
}

// group reads a section that must be fields.
func (r *reader) group(s config.Section, name string) value {
	v := read(s, &r.faults)
	if v.sort != group {
		r.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and a group of fields is due", name, v.sort), "write indented lines of field: value")
	}
	return v
}

// goesOn reads the way of a chain.
func (r *reader) goesOn(t *Test, w config.Test) {
	if w.Then.Value == "" {
		for name, s := range map[string]config.Section{"out": w.Out, "decided": w.Decided} {
			if !s.Absent() {
				r.fault(s.Pos(), "missing-key", name+": belongs to a chain of two mappings, and there is no then:", "write then: and the name of a mapping that encodes")
			}
		}
		return
	}
	if !t.of.table.Decodes() {
		r.fault(w.Then.Pos, "bad-chain", fmt.Sprintf("the mapping %q encodes, so nothing comes after it", t.of.Name), "put the test into the file of the mapping that decodes")
		return
	}
	if slices.Contains(r.broken, w.Then.Value) {
		return // what is wrong with it has been reported
	}
	var may []string
	for name, m := range r.mappings {
		if !m.table.Decodes() && m.table.Kind() == t.of.table.Kind() {
			may = append(may, name)
		}
	}
	slices.Sort(may)
	if !slices.Contains(may, w.Then.Value) {
		r.fault(w.Then.Pos, "unknown-mapping", fmt.Sprintf("there is no mapping %q that encodes a %s", w.Then, t.of.table.Kind()), config.Choose(w.Then.Value, may))
		return
	}
	t.then = r.mappings[w.Then.Value]
	if !w.Decided.Absent() {
		decided := r.group(w.Decided, "decided")
		t.decided = &decided
	}
	if w.Out.Absent() && w.Error.Absent() {
		r.fault(w.Then.Pos, "missing-key", "the chain says nothing of the record that it ends in", "write out: and the columns that it must have")
	}
	if !w.Out.Absent() {
		out := r.group(w.Out, "out")
		t.out = &out
	}
}

// mustBe reads what a test expects.
func (r *reader) mustBe(t *Test, w config.Test) {
	var said []string
	if !w.Want.Absent() || t.out != nil {
		said = append(said, "want")
	}
	if !w.Want.Absent() {
		want := r.group(w.Want, "want")
		t.want = &want
	}
	if !w.Error.Absent() {
		said = append(said, "error")
		v := read(w.Error, &r.faults)
		if t.words = v.items; v.sort != list {
			t.words = []value{v}
		}
		for _, words := range t.words {
			if words.sort != text && words.sort != number && words.sort != yesNo || words.text == "" {
				r.fault(words.at, "wrong-type", "error is "+words.sort.String()+", and words of an error are due", "write words that must occur: error: does not have")
			}
		}
	}
	if t.notConcerned = w.NotConcerned; t.notConcerned {
		said = append(said, "not_concerned")
		if !t.of.table.Decodes() {
			r.fault(w.Name.Pos, "bad-test", fmt.Sprintf("the mapping %q encodes, and sets nothing aside", t.of.Name), "take not_concerned: out")
		}
	}
	switch {
	case len(said) == 0 && w.Then.Value == "":
		r.fault(w.Name.Pos, "missing-key", "the test does not say what must come out", "write want: and the fields, or error: and words of it, or not_concerned: true")
	case len(said) > 1:
		r.fault(w.Name.Pos, "bad-test", "the test says "+strings.Join(said, " and "), "make a test of each")
	}
}

// fits reads what is known to be a document as one, so that what does not fit is found before anything is run.
func (r *reader) fits(t *Test) {
	f := &filler{}
	fresh := func(v *value) document.Document {
		d, err := document.New(t.of.table.Kind())
		if err != nil {
			panic(err) // the table has that kind
		}
		if v != nil && v.sort == group { // else it has been reported
			f.fill(valueOf(d), *v, "")
		}
		return d
	}
	if t.of.table.Decodes() {
		t.wanted = fresh(t.want)
	} else {
		t.document = fresh(&t.in)
	}
	fresh(t.decided)
	r.faults = append(r.faults, f.faults...)
}
