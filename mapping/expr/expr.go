// Package expr evaluates the expressions of mapping tables and of `when`, exactly.
//
// The language is that of expr-lang/expr, whose parser reads it. Its virtual machine computes in float64 and int, so the
// evaluation is ours: there is no value here that could hold a float. Every expression is checked when the
// configuration is loaded: against the structs of mapping/document where documents are read, and against what each
// function takes. A Program is safe for concurrent use; a Run belongs to one goroutine.
package expr

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"tradewire/config"
)

// What one expression may be and do at most. A mapping is written by hand; nothing honest comes near.
const (
	maxSource = 4000    // characters of an expression
	maxNodes  = 400     // names, literals and operators in it
	maxSteps  = 100_000 // list elements looked at in one run
	maxText   = 1 << 18 // bytes of a text that an expression makes
	maxDigits = 100     // digits of a number that an expression makes
)

// Scope is what an expression may speak of: the fields of This, and by name the records around it.
type Scope struct {
	This   reflect.Type // the struct of a document or of a part of it; nil: a record, whose fields are seen only when it comes
	Around *Scope       // the scope of the enclosing record; nil at the top
	As     string       // the name under which This reaches Around; empty: not at all
	Codes  map[string]config.Codes
}

func (s *Scope) depth() int {
	if s.Around == nil {
		return 0
	}
	return s.Around.depth() + 1
}

// Program is an expression that has been checked.
type Program struct {
	Type     Type
	Nullable bool   // it says nil on purpose: `x ?? nil`, `a ? b : nil`
	Code     string // it is a look-up in that code list and nothing else
	Literal  any    // its value when it is written out; nil otherwise
	Branches []*Branch
	Most     int  // the characters that its text has at most; 0: that is not known
	Decimals int  // the decimals that its number can have; 0: none, or that is not known
	Prose    bool // it is a text that people write, in whichever script
	Indexed  bool // it counts the elements of the list at hand
	Asks     []Ask
	Keys     []Key
	words    string
	run      step
	slots    int
	reads    map[fieldOf]bool // the fields that it names
}

// Ask is a field of a record that the value cannot do without, unless the expression says what stands in its place.
type Ask struct {
	Depth   int // 0: of the outermost record
	Name    string
	Pos     config.Pos
	Missing bool // the record may be without it
	Null    bool // null may stand in it
}

// Key is a key, written out, under which a value is looked for in a field of a struct: "erp" of goods.refs["erp"].
type Key struct {
	Of    reflect.Type // the struct
	Field string
	Key   string
	Pos   config.Pos
}

// fieldOf is a field of a struct, or of a record when the struct is nil. An empty name is one that is computed.
type fieldOf struct {
	of   reflect.Type
	name string
}

// Reads says whether the value may depend on that field of a struct.
func (p *Program) Reads(of reflect.Type, field string) bool {
	return p.reads[fieldOf{of, field}] || p.reads[fieldOf{nil, field}] || p.reads[fieldOf{of, ""}] || p.reads[fieldOf{nil, ""}]
}

// Mentions says whether the value may depend on a field of that name, of whatever struct or record.
func (p *Program) Mentions(field string) bool {
	for f := range p.reads {
		if f.name == field || f.name == "" {
			return true
		}
	}
	return false
}

// Fields are the names of the fields that the value may depend on; ok is false when a name is computed.
func (p *Program) Fields() (names []string, ok bool) {
	ok = true
	for f := range p.reads {
		names, ok = append(names, f.name), ok && f.name != ""
	}
	slices.Sort(names)
	return slices.Compact(names), ok
}

// Compile checks source. All its faults are reported at once, each at its own place.
func Compile(source config.Text, scope *Scope) (program *Program, faults config.Faults) {
	c := &compiler{source: source, functions: language(), runes: []rune(source.Value), scope: scope, reads: map[fieldOf]bool{}}
	if len(c.runes) > maxSource {
		c.fault(0, "bad-expression", fmt.Sprintf("the expression has %d characters", len(c.runes)), fmt.Sprintf("write at most %d", maxSource))
		return nil, c.faults
	}
	tree, err := parse(source.Value)
	if err != nil {
		c.syntax(err)
		return nil, c.faults
	}
	root := c.compile(tree.Node)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	return &Program{Type: root.typ, Nullable: root.nullable, Code: root.code, Literal: root.literal, Most: root.longest(), Branches: c.branches,
		Decimals: root.decimals, Prose: root.prose, Indexed: c.indexed, Asks: c.asks, Keys: c.keys, words: root.words, run: root.run, slots: c.slots, reads: c.reads}, nil
}

// longest is how many characters a text has at most, where the expression says so itself.
func (p part) longest() int {
	if s, ok := p.literal.(string); ok {
		return utf8.RuneCountInString(s)
	}
	return p.most
}

// parse keeps a panic of the parser from taking the process down: configuration is input like any other.
func parse(source string) (tree *parser.Tree, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the expression cannot be read")
		}
	}()
	settings := conf.CreateNew()
	settings.MaxNodes = maxNodes
	return parser.ParseWithConfig(source, settings)
}

func (c *compiler) syntax(err error) {
	var at *file.Error
	if !errors.As(err, &at) {
		c.fault(0, "bad-expression", err.Error(), "write an expression, a text in quotes, or a number")
		return
	}
	what := at.Message
	if strings.Contains(what, "maximum allowed nodes") {
		c.fault(0, "bad-expression", fmt.Sprintf("the expression has more than %d parts", maxNodes), "split it into several fields")
		return
	}
	if what == "unexpected token EOF" {
		what = "the expression ends too early"
	}
	c.fault(at.From, "bad-expression", what, "check brackets, quotes and operators")
}

// Run holds what a Program works on: the record, and the elements around the one at hand. It may be used for many
// programs one after another.
type Run struct {
	frames []any
	places []int // of each frame but the first: which element of its list it is, from 0
	vars   []any
	steps  int
	reach  *Reach // nil: nobody asks what is reached
}

// NewRun begins with the outermost record or document.
func NewRun(this any) *Run { return &Run{frames: append(make([]any, 0, 4), this)} }

// Enter makes an element of a list the record at hand, Leave goes back to the one around it.
func (r *Run) Enter(element any, place int) {
	r.frames, r.places = append(r.frames, element), append(r.places, place)
}

func (r *Run) Leave() {
	r.frames, r.places = r.frames[:len(r.frames)-1], r.places[:len(r.places)-1]
}

// Value runs the program. Every error is a *Problem.
func (p *Program) Value(r *Run) (any, error) {
	r.steps = 0
	for len(r.vars) < p.slots {
		r.vars = append(r.vars, nil)
	}
	v, err := p.run(r)
	if err != nil {
		return nil, err
	}
	if v == nil && !p.Nullable {
		return nil, absent(p.words+" is null", instead(p.words))
	}
	return v, nil
}

func (r *Run) step() error {
	if r.steps++; r.steps > maxSteps {
		return &Problem{What: fmt.Sprintf("the expression looks at more than %d list elements", maxSteps), Fix: "use fewer functions on lists inside each other"}
	}
	return nil
}
