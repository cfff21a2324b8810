package expr

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"

	"tradewire/config"
	"tradewire/mapping/document"
)

// step computes one part of an expression.
type step func(*Run) (any, error)

// part is a checked part of an expression.
type part struct {
	run      step
	typ      Type
	words    string  // as it is written, for messages
	literal  any     // its value when it is written out
	fixed    bool    // it is written out
	nullable bool    // it says nil on purpose
	code     string  // it is a look-up in that code list
	most     int     // it is a text of at most so many characters; 0: that is not known
	decimals int     // it is a number that can have so many decimals; 0: none, or that is not known
	prose    bool    // it is a text that people write
	frame    int     // it is the record at that depth, counted from 1; 0: it is none
	from     fieldOf // it is that field of a struct
}

type compiler struct {
	source    config.Text
	functions map[string]*function
	runes     []rune
	scope     *Scope
	faults    config.Faults
	parts     int // compiled so far
	reads     map[fieldOf]bool
	slots     int
	names     []local // what `let` has named, innermost last
	inside    []local // the elements that `#` and `.field` mean, innermost last
	choices   map[ast.Node][2]*Branch
	branches  []*Branch // in the order of the source
	asks      []Ask
	keys      []Key
	excused   int  // inside so many parts that do without what is missing
	nullable  int  // inside so many parts that do without what is null
	indexed   bool // index() is asked for
}

// local is a value that is kept in a slot of the Run.
type local struct {
	name string
	slot int
	typ  Type
}

// fault notes a mistake at a character of the source.
func (c *compiler) fault(offset int, code, what, fix string) part {
	c.faults = append(c.faults, config.Fault{Pos: c.place(offset), Code: code, What: what, Fix: fix})
	return part{run: func(*Run) (any, error) { return nil, &Problem{What: what, Fix: fix} }}
}

// place is where a character of the source stands in the file.
func (c *compiler) place(offset int) config.Pos {
	pos := c.source.Pos
	if !strings.Contains(c.source.Value, "\n") {
		pos.Col += offset
	}
	return pos
}

func (c *compiler) compile(n ast.Node) part {
	at := n.Location().From
	// The parser uses b twice in `a < b < c` and a in `a ?: b`; nested, that doubles at every level.
	if c.parts++; c.parts > 2*maxNodes {
		if c.parts == 2*maxNodes+1 {
			c.fault(0, "bad-expression", "the expression is too deep", "split it into several fields")
		}
		return part{}
	}
	switch n := n.(type) {
	case *ast.NilNode:
		return part{run: func(*Run) (any, error) { return nil, nil }, typ: Type{Shape: Nothing}, words: "nil", fixed: true, nullable: true}
	case *ast.BoolNode:
		return c.literal(n.Value, fmt.Sprint(n.Value))
	case *ast.StringNode:
		return c.literal(n.Value, clip(n.Value))
	case *ast.IntegerNode, *ast.FloatNode:
		return c.number(n)
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.PointerNode:
		if len(c.inside) == 0 || n.Name != "" {
			return c.fault(at, "bad-expression", "#"+n.Name+" is not known", "# is the element at hand, .name its field")
		}
		return c.local(c.inside[len(c.inside)-1], "#")
	case *ast.MemberNode:
		return c.member(n)
	case *ast.ChainNode:
		return c.chain(n)
	case *ast.SliceNode:
		return c.cutout(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.VariableDeclaratorNode:
		return c.let(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.BuiltinNode:
		return c.call(at, n.Name, n.Arguments)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(at, callee.Value, n.Arguments)
		}
		return c.fault(at, "bad-expression", "values have no functions of their own", "write f(x), not x.f()")
	}
	return c.fault(at, "bad-expression", "this is not part of the language of mappings", "use fields, literals, operators and functions")
}

func (c *compiler) literal(v any, words string) part {
	return part{run: func(*Run) (any, error) { return v, nil }, typ: Type{Shape: ShapeOf(v)}, words: words, literal: v, fixed: true}
}

// number takes a literal from the source text, digit by digit: the parser has already made a float64 of it.
func (c *compiler) number(n ast.Node) part {
	at := n.Location()
	written := strings.ReplaceAll(string(c.runes[at.From:at.To]), "_", "")
	d, err := document.ParseDecimal(written)
	if err != nil {
		return c.fault(at.From, "bad-number", err.Error(), "write the number plainly: 1200, 0.5")
	}
	p := c.literal(d, written)
	if _, fraction, ok := strings.Cut(d.String(), "."); ok {
		p.decimals = len(fraction)
	}
	return p
}

// identifier is a name that `let` gave, a record around, or a field of the record at hand.
func (c *compiler) identifier(n *ast.IdentifierNode) part {
	for i := len(c.names) - 1; i >= 0; i-- {
		if c.names[i].name == n.Value {
			return c.local(c.names[i], n.Value)
		}
	}
	for s := c.scope.Around; s != nil; s = s.Around {
		if s.As == n.Value {
			return c.frame(s, n.Value)
		}
	}
	if n.Value == "record" {
		if c.scope.This == nil {
			return c.frame(c.scope, n.Value)
		}
		if _, is := FieldsOf(c.scope.This).Find("record"); !is {
			return c.frame(c.scope, n.Value)
		}
	}
	this := c.frame(c.scope, "the record")
	return c.field(this, n.Value, n.Value, n.Location().From)
}

func (c *compiler) frame(s *Scope, words string) part {
	depth, typ := s.depth(), Type{Shape: Group, Of: s.This}
	return part{run: func(r *Run) (any, error) { return r.frames[depth], nil }, typ: typ, words: words, frame: depth + 1}
}

func (c *compiler) local(l local, words string) part {
	slot := l.slot
	return part{run: func(r *Run) (any, error) { return r.vars[slot], nil }, typ: l.typ, words: words}
}

// slot reserves a place for a value during one run.
func (c *compiler) slot(name string, typ Type) local {
	l := local{name: name, slot: c.slots, typ: typ}
	c.slots++
	return l
}

func (c *compiler) conditional(n *ast.ConditionalNode) part {
	cond := c.compile(n.Cond)
	c.nullable++ // the condition may have looked
	yes, no := c.compile(n.Exp1), c.compile(n.Exp2)
	c.nullable--
	if !cond.typ.Shape.fits(YesNo) {
		return c.fault(n.Cond.Location().From, "wrong-type", fmt.Sprintf("%s is %s, not a yes/no value", cond.words, cond.typ.Shape), "compare it: "+cond.words+" == ...")
	}
	taken, left := c.branch(n, n.Cond.Location().From, cond.words+" ? "+yes.words, cond.words+" ? ... : "+no.words)
	most := max(yes.longest(), no.longest())
	if yes.longest() == 0 || no.longest() == 0 {
		most = 0
	}
	return part{most: most, decimals: max(yes.decimals, no.decimals), prose: yes.prose || no.prose, typ: either(yes.typ, no.typ), nullable: yes.nullable || no.nullable, words: cond.words + " ? " + yes.words + " : " + no.words,
		run: func(r *Run) (any, error) {
			v, err := truth(r, cond)
			if err != nil {
				return nil, err
			}
			if v {
				r.took(taken)
				return yes.run(r)
			}
			r.took(left)
			return no.run(r)
		}}
}

// either is the type of a value that comes from one of two places.
func either(a, b Type) Type {
	switch {
	case a == b, b.Shape == Nothing:
		return a
	case a.Shape == Nothing:
		return b
	case a.Shape == Anything || b.Shape == Anything:
		return Type{}
	}
	return Type{Shape: a.Shape | b.Shape}
}

// truth runs a part that must say yes or no.
func truth(r *Run, p part) (bool, error) {
	v, err := p.run(r)
	if err != nil {
		return false, err
	}
	if b, ok := v.(bool); ok {
		return b, nil
	}
	if v == nil {
		return false, absent(p.words+" is null, not a yes/no value", "write "+p.words+" ?? false")
	}
	return false, &Problem{What: fmt.Sprintf("%s is %s, not a yes/no value", p.words, ShapeOf(v)), Fix: fmt.Sprintf("compare it: %s == %s", p.words, Show(v))}
}

func (c *compiler) let(n *ast.VariableDeclaratorNode) part {
	value := c.compile(n.Value)
	l := c.slot(n.Name, value.typ)
	c.names = append(c.names, l)
	body := c.compile(n.Expr)
	c.names = c.names[:len(c.names)-1]
	run := body.run
	body.run = func(r *Run) (any, error) {
		v, err := value.run(r)
		if err != nil {
			return nil, err
		}
		r.vars[l.slot] = v
		return run(r)
	}
	body.fixed = false
	return body
}

func (c *compiler) array(n *ast.ArrayNode) part {
	parts, all := make([]part, len(n.Nodes)), true
	list := make(values, len(n.Nodes))
	words := make([]string, len(n.Nodes))
	c.nullable++ // a list may hold null
	defer func() { c.nullable-- }()
	for i, element := range n.Nodes {
		parts[i] = c.compile(element)
		all = all && parts[i].fixed
		list[i], words[i] = parts[i].literal, parts[i].words
	}
	p := part{typ: Type{Shape: Listing}, words: "[" + strings.Join(words, ", ") + "]"}
	if all { // written out: made once
		p.fixed, p.literal = true, list
		p.run = func(*Run) (any, error) { return list, nil }
		return p
	}
	p.run = func(r *Run) (any, error) {
		list := make(values, len(parts))
		for i := range parts {
			v, err := parts[i].run(r)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	}
	return p
}
