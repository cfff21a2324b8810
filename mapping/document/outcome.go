package document

import "time"

// Outcome is what a target answered when a document was written there: the ERP's order number is news like any other.
type Outcome struct {
	Target    string    `json:"target,omitzero"`
	Of        Ref       `json:"of"`
	Revision  int64     `json:"revision,omitzero"`  // ours, of the document that was written
	Reference string    `json:"reference,omitzero"` // the target's own number for it
	At        time.Time `json:"at,omitzero"`        // UTC
}

func (*Outcome) Kind() Kind    { return KindOutcome }
func (o *Outcome) Key() string { return o.Target + "/" + o.Of.String() }
