// Package steptest is a desk for testing steps: a memory in a map, with a fixed clock. It runs chains as the pipeline
// does, and holds every step to the contract: nothing is read that Needs did not name, and nothing remembered is changed.
package steptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Memory is what was decided so far, in a map.
type Memory struct {
	Clock   time.Time
	Company *time.Location
	Read    time.Time // when every source was last read
	Changed time.Time // when the change at hand was made; zero: on the clock
	heads   map[document.Ref]document.Document
	numbers map[string]int
	named   map[document.Ref]bool // by Needs; nil: everything may be read
}

// New is a memory on a fixed day in Hong Kong with documents in it.
func New(docs ...document.Document) *Memory {
	m := &Memory{
		Clock:   time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC),
		Company: time.FixedZone("HKT", 8*60*60),
		heads:   make(map[document.Ref]document.Document),
		numbers: make(map[string]int),
	}
	m.Put(docs...)
	return m
}

// Put remembers documents.
func (m *Memory) Put(docs ...document.Document) {
	for _, d := range docs {
		m.heads[document.RefOf(d)] = d
	}
}

// Documents are those of a kind, by key.
func (m *Memory) Documents(kind document.Kind) (all []document.Document) {
	for ref, d := range m.heads {
		if ref.Kind == kind {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b document.Document) int { return strings.Compare(a.Key(), b.Key()) })
	return all
}

// Head panics when a step asks for what it did not name.
func (m *Memory) Head(ref document.Ref) document.Document {
	if m.named != nil && ref.Key != "" && !m.named[ref] {
		panic(fmt.Sprintf("a step asks for %s, which Needs did not name", ref))
	}
	return m.heads[ref]
}

// Now is the clock.
func (m *Memory) Now() time.Time { return m.Clock }

// Today is the clock's day in the company's zone.
func (m *Memory) Today() document.Date { return document.DateOf(m.Clock.In(m.Company)) }

// Zone is the company's.
func (m *Memory) Zone() *time.Location { return m.Company }

// ChangedAt is when the change at hand was made.
func (m *Memory) ChangedAt() time.Time {
	if m.Changed.IsZero() {
		return m.Clock
	}
	return m.Changed
}

// AsOf is when the sources of a kind were last read.
func (m *Memory) AsOf(document.Kind) time.Time { return m.Read }

var running = regexp.MustCompile(`\{0+\}`)

// Number counts within the mask as it reads this year.
func (m *Memory) Number(mask string) string {
	mask = strings.ReplaceAll(mask, "{YYYY}", fmt.Sprintf("%04d", m.Today().Year))
	m.numbers[mask]++
	return running.ReplaceAllStringFunc(mask, func(zeros string) string {
		return fmt.Sprintf("%0*d", len(zeros)-2, m.numbers[mask])
	})
}

// Taken is how many numbers were taken.
func (m *Memory) Taken() (n int) {
	for _, taken := range m.numbers {
		n += taken
	}
	return n
}

// Run hands a document through a chain, as a pipeline does, and remembers the answers. A refused document leaves no trace,
// one that is set aside what it names.
func (m *Memory) Run(d document.Document, chain ...pipelines.Step) ([]document.Document, error) {
	m.name(d, chain)
	defer func() { m.named = nil }()
	numbers := maps.Clone(m.numbers)
	before := m.image()
	answers := []document.Document{d}
	for _, step := range chain {
		var next []document.Document
		for _, doc := range answers {
			image := marshal(doc)
			decided, err := step.Decide(m, doc)
			if !bytes.Equal(image, marshal(doc)) {
				panic(fmt.Sprintf("a step changed the %s that it was given", document.RefOf(doc)))
			}
			if err != nil {
				m.numbers = numbers
				if aside, ok := errors.AsType[*pipelines.SetAside](err); ok {
					m.Put(aside.Documents...)
				}
				if noted, ok := errors.AsType[*pipelines.Noted](err); ok {
					m.Put(noted.Documents...)
				}
				return nil, err
			}
			next = append(next, decided...)
		}
		answers = next
	}
	for ref, image := range before {
		if !bytes.Equal(image, marshal(m.heads[ref])) {
			panic(fmt.Sprintf("a step changed the %s that is remembered", ref))
		}
	}
	seen := make(map[document.Ref]bool)
	for _, a := range answers {
		if seen[document.RefOf(a)] {
			panic(fmt.Sprintf("two answers for %s in one chain", document.RefOf(a)))
		}
		seen[document.RefOf(a)] = true
		m.Put(a)
	}
	return answers, nil
}

// name asks all steps what they need for d, again and again until nothing new is named.
func (m *Memory) name(d document.Document, chain []pipelines.Step) {
	named := map[document.Ref]bool{document.RefOf(d): true}
	for grown := true; grown; {
		grown = false
		for _, step := range chain {
			for _, ref := range step.Needs(m, d) {
				grown = grown || !named[ref]
				named[ref] = true
			}
		}
	}
	m.named = named
}

// image is every document that a step may read, as it is.
func (m *Memory) image() map[document.Ref][]byte {
	images := make(map[document.Ref][]byte, len(m.named))
	for ref := range m.named {
		if d := m.heads[ref]; d != nil {
			images[ref] = marshal(d)
		}
	}
	return images
}

func marshal(d document.Document) []byte {
	data, err := document.Marshal(d)
	if err != nil {
		panic(err)
	}
	return data
}

// File reads test data of the steps: testdata/steps at the repository root.
func File(t testing.TB, name string, into any) {
	t.Helper()
	// #nosec G304 -- test data
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "steps", name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// World is a memory with the customers, items and accounts of world.json.
func World(t testing.TB) *Memory {
	t.Helper()
	var kinds map[document.Kind][]json.RawMessage
	File(t, "world.json", &kinds)
	m := New()
	for kind, docs := range kinds {
		for _, data := range docs {
			d, err := document.Unmarshal(kind, data)
			if err != nil {
				t.Fatalf("world.json: %v", err)
			}
			m.Put(d)
		}
	}
	return m
}
