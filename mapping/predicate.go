package mapping

import (
	"fmt"
	"reflect"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// Predicate is a target's `when`: a condition on a document.
type Predicate struct {
	kind    document.Kind
	of      reflect.Type // the document's struct
	program *expr.Program
}

// NewPredicate compiles a condition on documents of the kind.
func NewPredicate(kind document.Kind, when config.Text) (*Predicate, config.Faults) {
	this, fault := structOf(config.Text{Value: string(kind), Pos: when.Pos})
	if fault != nil {
		return nil, config.Faults{*fault}
	}
	b := &builder{}
	f := b.truth(when, &expr.Scope{This: this})
	if len(b.faults) > 0 {
		return nil, b.faults
	}
	return &Predicate{kind: kind, of: this, program: f.Program}, nil
}

// Reads says whether the condition may depend on that field of the document.
func (p *Predicate) Reads(field string) bool { return p.program.Reads(p.of, field) }

// Holds says whether the document satisfies the condition.
func (p *Predicate) Holds(d document.Document) (bool, error) {
	if d.Kind() != p.kind {
		return false, fmt.Errorf("judge a %s by a condition on a %s", d.Kind(), p.kind)
	}
	v, err := p.program.Value(expr.NewRun(d))
	if err != nil {
		return false, err
	}
	holds, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("the condition is %s, not a yes/no value", expr.Show(v))
	}
	return holds, nil
}
