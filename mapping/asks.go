package mapping

import (
	"slices"

	"tradewire/connectors"
)

// asked gathers which fields of a record are read, whatever for.
type asked struct{ fields []connectors.Field }

// note takes in what a formula reads. frames are the records that it can speak of, the outermost first.
func note(f *formula, frames []*asked) {
	if f == nil {
		return
	}
	for _, a := range f.Asks {
		if a.Depth < len(frames) {
			frames[a.Depth].fields = append(frames[a.Depth].fields, connectors.Field{Name: a.Name, Pos: a.Pos, Missing: a.Missing, Null: a.Null})
		}
	}
}

// ask goes through all formulas of a plan. What is read of the elements of a list stands inside the field that is the list.
func (p *shapePlan) ask(frames []*asked) {
	innermost := frames[len(frames)-1]
	for _, f := range p.fields {
		note(f.value, frames)
		for _, text := range f.texts {
			note(text.value, frames)
		}
		switch {
		case f.inside == nil:
		case f.each == nil:
			f.inside.ask(frames)
		default:
			elements := &asked{}
			f.inside.ask(append(slices.Clone(frames), elements))
			innermost.rows(f.each, frames, elements.fields)
		}
	}
}

// rows takes in a list and what is read of its elements. A list that is computed of several fields is none of them.
func (a *asked) rows(each *formula, frames []*asked, elements []connectors.Field) {
	before := len(a.fields)
	note(each, frames)
	if len(a.fields) == before+1 {
		a.fields[before].Rows, a.fields[before].Inside = true, elements
	}
}
