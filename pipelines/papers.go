package pipelines

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// Papers is the policy of papers: which there are, which ways of sale get them, and how they are numbered. Several steps
// issue papers, each its own.
type Papers struct {
	Papers map[document.PaperType]PaperRule `yaml:"papers"`
}

// PaperRule is one type of paper.
type PaperRule struct {
	Series   string             `yaml:"series"`   // PL-{YYYY}-{00000}
	Channels []document.Channel `yaml:"channels"` // the ways of sale that get it
}

// Check names all faults of the policy.
func (p Papers) Check() error {
	var faults []error
	add := func(what, fix string, at ...string) {
		faults = append(faults, &Mistake{At: append([]string{"papers"}, at...), What: what, Fix: fix})
	}
	series := make(map[string]document.PaperType)
	types := make([]document.PaperType, 0, len(p.Papers))
	for t := range p.Papers {
		types = append(types, t)
	}
	slices.Sort(types)
	for _, t := range types {
		rule := p.Papers[t]
		if !slices.Contains(document.PaperTypes(), t) {
			add(fmt.Sprintf("there is no paper %q", t), fmt.Sprintf("write one of %v", document.PaperTypes()), string(t))
		}
		if !strings.Contains(rule.Series, "{0") {
			add(fmt.Sprintf("%s: series %q has no running number", t, rule.Series), "write {00000} where it stands", string(t), "series")
		}
		if other, taken := series[rule.Series]; taken {
			add(fmt.Sprintf("%s: series %q is that of %s already", t, rule.Series, other), "give each type of paper a series of its own", string(t), "series")
		}
		series[rule.Series] = t
		for _, c := range rule.Channels {
			if !slices.Contains(document.Channels(), c) {
				add(fmt.Sprintf("%s: there is no channel %q", t, c), fmt.Sprintf("write one of %v", document.Channels()), string(t), "channels")
			}
		}
	}
	return errors.Join(faults...)
}

// Due says whether a way of sale gets a paper.
func (p Papers) Due(t document.PaperType, c document.Channel) bool {
	return slices.Contains(p.Papers[t].Channels, c)
}

// Issue begins a paper: under the next number of its series, or, when it was issued before, under the number that it has
// and a revision up. Call it last, nothing may fail after it. (Invariant 9.)
func (p Papers) Issue(m Memory, t document.PaperType, number string) *document.Paper {
	paper := &document.Paper{Type: t, Number: number, Revision: 1, IssuedOn: m.Today(), Issued: m.Now()}
	if number == "" {
		paper.Number = m.Number(p.Papers[t].Series)
		return paper
	}
	paper.Revision = 2
	if last := Head[*document.Paper](m, document.KindPaper, paper.Key()); last != nil {
		paper.Revision = last.Revision + 1
	}
	return paper
}

// PaperRef names a paper of a type under its number.
func PaperRef(t document.PaperType, number string) document.Ref {
	return document.RefOf(&document.Paper{Type: t, Number: number})
}
