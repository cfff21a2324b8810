package expr

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/expr-lang/expr/ast"

	"tradewire/config"
	"tradewire/mapping/document"
)

// cents are the decimals of money.
const cents = 2

// prose are the texts of documents that people write in whichever script; names and addresses in Latin letters are not among them.
var prose = []string{"local_name", "local_address", "local_detail", "contact", "description", "marks", "remarks", "requirements"}

func (c *compiler) member(n *ast.MemberNode) part {
	at := n.Location().From
	base := c.compile(n.Node)
	if name, ok := n.Property.(*ast.StringNode); ok {
		words := base.words + "." + name.Value
		switch base.words {
		case "#":
			words = "." + name.Value
		case "record":
			words = fmt.Sprintf("record[%q]", name.Value)
		}
		if n.Optional {
			base = c.orNil(base)
		}
		if base.typ.Of == nil && base.from.name != "" {
			c.keys = append(c.keys, Key{Of: base.from.of, Field: base.from.name, Key: name.Value, Pos: c.place(c.written(name))})
		}
		found := c.field(base, name.Value, words, at)
		if n.Optional {
			return c.orNil(found)
		}
		return found
	}
	return c.index(base, c.compile(n.Property), at)
}

// written is where a name begins, inside its quotes when it has them.
func (c *compiler) written(name *ast.StringNode) int {
	at := name.Location().From
	if at < len(c.runes) && (c.runes[at] == '"' || c.runes[at] == '\'') {
		at++
	}
	return at
}

// chain is `a?.b`: null when a is.
func (c *compiler) chain(n *ast.ChainNode) part {
	c.excused++
	inner := c.orNil(c.compile(n.Node))
	c.excused--
	inner.nullable = true
	return inner
}

func (c *compiler) orNil(p part) part {
	run := p.run
	p.run = func(r *Run) (any, error) {
		v, err := run(r)
		if isAbsent(err) {
			return nil, nil
		}
		return v, err
	}
	return p
}

// field is a field of base, found now when base is part of a document, and when the record comes otherwise.
func (c *compiler) field(base part, name, words string, at int) part {
	c.reads[fieldOf{base.typ.Of, name}] = true
	switch base.typ.Shape {
	case Amount:
		return c.partOf(base, name, words, at, Numeric, "amount", Text, "currency")
	case Measure:
		return c.partOf(base, name, words, at, Numeric, "value", Text, "unit")
	case Group, Anything:
	default:
		return c.fault(at, "unknown-field", fmt.Sprintf("%s is %s and has no field %s", base.words, base.typ.Shape, name), "name a field of the record")
	}
	if base.typ.Of == nil {
		if base.frame > 0 {
			c.asks = append(c.asks, Ask{Depth: base.frame - 1, Name: name, Pos: c.place(at), Missing: c.excused > 0, Null: c.excused+c.nullable > 0})
		}
		return dynamic(base, name, words)
	}
	fields := FieldsOf(base.typ.Of)
	f, ok := fields.Find(name)
	if !ok {
		return c.fault(at, "unknown-field", fmt.Sprintf("%s has no field %s", base.called(), name), config.Choose(name, fields.Names()))
	}
	run, index, read, whole := base.run, f.Index, f.read, base.words
	decimals := 0
	if f.Go == decimalType {
		decimals = 1
	}
	return part{typ: f.Type, words: words, from: fieldOf{base.typ.Of, name}, decimals: decimals, prose: f.Type.Shape == Text && slices.Contains(prose, name), run: func(r *Run) (any, error) {
		v, err := run(r)
		if err != nil {
			return nil, err
		}
		if v == nil {
			return nil, absent(fmt.Sprintf("%s is missing, so there is no %s", whole, words), instead(words))
		}
		return read(reflect.ValueOf(v).Elem().Field(index)), nil
	}}
}

// called is how a message names the record that a field is looked for in.
func (p part) called() string {
	if p.words == "the record" || p.words == "#" {
		return "the " + Called(p.typ.Of)
	}
	return p.words
}

// partOf is one of the two fields of money and of a quantity.
func (c *compiler) partOf(base part, name, words string, at int, first Shape, firstName string, second Shape, secondName string) part {
	shape := first
	switch name {
	case firstName:
	case secondName:
		shape = second
	default:
		return c.fault(at, "unknown-field", fmt.Sprintf("%s is %s and has no field %s", base.words, base.typ.Shape, name), "write ."+firstName+" or ."+secondName)
	}
	found := dynamic(base, name, words)
	found.typ = Type{Shape: shape}
	if shape == Numeric {
		found.decimals = 1
	}
	if name == "amount" {
		found.decimals = cents
	}
	return found
}

func dynamic(base part, name, words string) part {
	run, whole := base.run, base.words
	return part{words: words, run: func(r *Run) (any, error) {
		v, err := run(r)
		if err != nil {
			return nil, err
		}
		return get(v, whole, name, words)
	}}
}

// get is the field called name of v.
func get(v any, whole, name, words string) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, absent(fmt.Sprintf("%s is null, so there is no %s", whole, words), instead(words))
	case Record:
		if found, ok := v.Get(name); ok {
			return found, nil
		}
		problem := absent(whole+" has no field "+name, "write "+words+" ?? ... if it may be absent")
		problem.better = func() string {
			if near, ok := config.Nearest(name, v.Names()); ok {
				return fmt.Sprintf("did you mean %q? A field that may be absent is guarded: %s ?? ...", near, words)
			}
			return ""
		}
		return nil, problem
	case document.Money:
		switch name {
		case "amount":
			return v.Amount, nil
		case "currency":
			return string(v.Currency), nil
		}
	case document.Quantity:
		switch name {
		case "value":
			return v.Value, nil
		case "unit":
			return v.Unit, nil
		}
	default:
		if at := reflect.ValueOf(v); at.Kind() == reflect.Pointer && at.Elem().Kind() == reflect.Struct {
			if f, ok := FieldsOf(at.Elem().Type()).Find(name); ok {
				return f.read(at.Elem().Field(f.Index)), nil
			}
		}
	}
	return nil, &Problem{What: fmt.Sprintf("%s is %s and has no field %s", whole, ShapeOf(v), name), Fix: "name a field that it has"}
}

// index is list[0], or record[name] with a name that is computed.
func (c *compiler) index(base, key part, at int) part {
	words := base.words + "[" + key.words + "]"
	if base.typ.Shape != Listing {
		c.reads[fieldOf{base.typ.Of, ""}] = true
	}
	if !base.typ.Shape.fits(Listing | Group) {
		return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, not a list", base.words, base.typ.Shape), "use cut() for parts of a text")
	}
	typ := Type{}
	if base.typ.Shape == Listing && base.typ.Of != nil {
		typ = TypeOf(base.typ.Of)
	}
	return part{words: words, typ: typ, run: func(r *Run) (any, error) {
		v, err := base.run(r)
		if err != nil {
			return nil, err
		}
		k, err := key.run(r)
		if err != nil {
			return nil, err
		}
		list, ok := v.(List)
		if !ok {
			name, ok := k.(string)
			if !ok {
				return nil, &Problem{What: fmt.Sprintf("%s is %s, not a list", base.words, ShapeOf(v)), Fix: "write the name of a field in quotes"}
			}
			return get(v, base.words, name, words)
		}
		i, err := Integer(k)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			i += int64(list.Len())
		}
		if i < 0 || i >= int64(list.Len()) {
			return nil, absent(fmt.Sprintf("%s has %d elements, so there is no %s", base.words, list.Len(), words), instead(words))
		}
		return list.At(int(i)), nil
	}}
}

// cutout is x[2:5], of the characters of a text or the elements of a list. What lies outside is left out.
func (c *compiler) cutout(n *ast.SliceNode) part {
	base := c.compile(n.Node)
	if !base.typ.Shape.fits(Text | Listing) {
		return c.fault(n.Location().From, "wrong-type", fmt.Sprintf("%s is %s", base.words, base.typ.Shape), "only a text or a list has parts")
	}
	bound := func(n ast.Node) step {
		if n == nil {
			return nil
		}
		return c.compile(n).run
	}
	from, to := bound(n.From), bound(n.To)
	return part{words: base.words + "[:]", typ: base.typ, prose: base.prose, run: func(r *Run) (any, error) {
		v, err := base.run(r)
		if err != nil {
			return nil, err
		}
		var length int
		var runes []rune
		list, isList := v.(List)
		switch v := v.(type) {
		case List:
			length = v.Len()
		case string:
			runes = []rune(v)
			length = len(runes)
		default:
			return nil, needs(base.words, v, Text|Listing)
		}
		i, err := edge(r, from, 0, length)
		if err != nil {
			return nil, err
		}
		j, err := edge(r, to, length, length)
		if err != nil {
			return nil, err
		}
		j = max(i, j)
		if !isList {
			return string(runes[i:j]), nil
		}
		picked := make(values, 0, j-i)
		for ; i < j; i++ {
			picked = append(picked, list.At(i))
		}
		return picked, nil
	}}
}

// edge is one bound of x[from:to]; a negative one counts from the end.
func edge(r *Run, bound step, otherwise, length int) (int, error) {
	if bound == nil {
		return otherwise, nil
	}
	v, err := bound(r)
	if err != nil {
		return 0, err
	}
	n, err := Integer(v)
	if err != nil {
		return 0, err
	}
	if n < 0 {
		n += int64(length)
	}
	return int(min(max(n, 0), int64(length))), nil
}
