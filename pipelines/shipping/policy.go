package shipping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// Policy says which papers a shipment gets, and how they are numbered.
type Policy struct {
	Papers map[document.PaperType]PaperRule `yaml:"papers"`
}

// PaperRule is one type of paper.
type PaperRule struct {
	Series   string             `yaml:"series"`   // PL-{YYYY}-{00000}
	Channels []document.Channel `yaml:"channels"` // the ways of sale that get it
}

// ours are the papers that shipping issues; an invoice needs prices and is the next step's.
var ours = []document.PaperType{document.PackingList, document.DeliveryNote}

var (
	knownPapers   = []document.PaperType{document.PackingList, document.CommercialInvoice, document.DeliveryNote}
	knownChannels = []document.Channel{document.DirectExport, document.TransferFactory, document.Domestic}
)

func (p Policy) check() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("papers policy: "+format, args...))
	}
	series := make(map[string]document.PaperType)
	types := make([]document.PaperType, 0, len(p.Papers))
	for t := range p.Papers {
		types = append(types, t)
	}
	slices.Sort(types)
	for _, t := range types {
		rule := p.Papers[t]
		if !slices.Contains(knownPapers, t) {
			fault("there is no paper %q -> write one of %v", t, knownPapers)
		}
		if !strings.Contains(rule.Series, "{0") {
			fault("%s: series %q has no running number -> write {00000} where it stands", t, rule.Series)
		}
		if other, taken := series[rule.Series]; taken {
			fault("%s: series %q is that of %s already -> a series numbers one type of paper", t, rule.Series, other)
		}
		series[rule.Series] = t
		for _, c := range rule.Channels {
			if !slices.Contains(knownChannels, c) {
				fault("%s: there is no channel %q -> write one of %v", t, c, knownChannels)
			}
		}
	}
	return errors.Join(faults...)
}

// due are the papers of ours that a way of sale gets, in the order in which they are issued.
func (p Policy) due(c document.Channel) (types []document.PaperType) {
	for _, t := range ours {
		if rule, ok := p.Papers[t]; ok && slices.Contains(rule.Channels, c) {
			types = append(types, t)
		}
	}
	return types
}
