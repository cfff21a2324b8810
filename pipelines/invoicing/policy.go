package invoicing

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// Policy says which shipments we invoice, and how invoices are numbered. Other papers of the policy are not its business.
type Policy struct {
	Papers map[document.PaperType]PaperRule `yaml:"papers"`
}

// PaperRule is one type of paper.
type PaperRule struct {
	Series   string             `yaml:"series"`   // CI-{YYYY}-{00000}
	Channels []document.Channel `yaml:"channels"` // the ways of sale that get it
}

func (p Policy) check() error {
	rule, ok := p.Papers[document.CommercialInvoice]
	if ok && !strings.Contains(rule.Series, "{0") {
		return fmt.Errorf("papers policy: %s: series %q has no running number -> write {00000} where it stands", document.CommercialInvoice, rule.Series)
	}
	return nil
}

func (p Policy) due(c document.Channel) bool {
	return slices.Contains(p.Papers[document.CommercialInvoice].Channels, c)
}
