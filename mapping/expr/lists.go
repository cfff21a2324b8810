package expr

import (
	"fmt"

	"github.com/expr-lang/expr/ast"

	"tradewire/mapping/document"
)

// Functions on lists. What stands behind the list is computed for each element: `.field` and `#` mean the element.

// each is a list and what is computed of its elements.
type each struct {
	list part
	of   part // what is computed; run is nil when nothing is
	slot int
}

func (c *compiler) each(at int, name, usage string, nodes []ast.Node, optional bool) (each, bool) {
	if len(nodes) < 1 || len(nodes) > 2 || len(nodes) == 1 && !optional {
		c.fault(at, "wrong-arguments", fmt.Sprintf("%s is given %d values", name, len(nodes)), "write "+usage)
		return each{}, false
	}
	e := each{list: c.compile(nodes[0])}
	if !e.list.typ.Shape.fits(Listing) {
		c.fault(nodes[0].Location().From, "wrong-type", fmt.Sprintf("%s is %s, not a list", e.list.words, e.list.typ.Shape), "write "+usage)
		return each{}, false
	}
	element := Type{}
	if e.list.typ.Of != nil {
		element = TypeOf(e.list.typ.Of)
	}
	if len(nodes) == 1 {
		e.of.typ = element
		return e, true
	}
	body := nodes[1]
	if p, ok := body.(*ast.PredicateNode); ok {
		body = p.Node
	}
	l := c.slot("#", element)
	e.slot = l.slot
	c.inside = append(c.inside, l)
	e.of = c.compile(body)
	c.inside = c.inside[:len(c.inside)-1]
	return e, true
}

// walk hands every element and what is computed of it to visit, until visit says stop.
func (e each) walk(r *Run, visit func(element, value any) (stop bool, err error)) error {
	v, err := argument(r, e.list, Listing)
	if err != nil {
		return err
	}
	list := v.(List)
	for i := range list.Len() {
		if err := r.step(); err != nil {
			return err
		}
		element := list.At(i)
		value := element
		if e.of.run != nil {
			r.vars[e.slot] = element
			if value, err = e.of.run(r); err != nil {
				return err
			}
		}
		if stop, err := visit(element, value); stop || err != nil {
			return err
		}
	}
	return nil
}

// condition is walk for what says yes or no of each element.
func (e each) condition(r *Run, visit func(element any, holds bool) (stop bool)) error {
	return e.walk(r, func(element, value any) (bool, error) {
		holds, ok := value.(bool)
		if !ok {
			return false, needs(e.of.words, value, YesNo)
		}
		return visit(element, holds), nil
	})
}

func (c *compiler) condition(at int, name, usage string, nodes []ast.Node) (each, bool) {
	e, ok := c.each(at, name, usage, nodes, false)
	if ok && !e.of.typ.Shape.fits(YesNo) {
		c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, not a yes/no value", e.of.words, e.of.typ.Shape), "write "+usage)
		return e, false
	}
	return e, ok
}

func (e each) words(name string) string {
	if e.of.words == "" {
		return calling(name, []part{e.list})
	}
	return calling(name, []part{e.list, e.of})
}

func buildMap(c *compiler, at int, nodes []ast.Node) part {
	e, ok := c.each(at, "map", c.functions["map"].usage, nodes, false)
	if !ok {
		return part{}
	}
	return part{typ: Type{Shape: Listing}, words: e.words("map"), run: func(r *Run) (any, error) {
		var list values
		err := e.walk(r, func(_, value any) (bool, error) {
			list = append(list, value)
			return false, nil
		})
		return list, err
	}}
}

func buildFilter(c *compiler, at int, nodes []ast.Node) part {
	e, ok := c.condition(at, "filter", c.functions["filter"].usage, nodes)
	if !ok {
		return part{}
	}
	return part{typ: e.list.typ, words: e.words("filter"), run: func(r *Run) (any, error) {
		var list values
		err := e.condition(r, func(element any, holds bool) bool {
			if holds {
				list = append(list, element)
			}
			return false
		})
		return list, err
	}}
}

// buildFind is the first element of which the condition holds; null, so to be guarded with ??, when there is none.
func buildFind(c *compiler, at int, nodes []ast.Node) part {
	e, ok := c.condition(at, "find", c.functions["find"].usage, nodes)
	if !ok {
		return part{}
	}
	return part{typ: e.elementType(), words: e.words("find"), run: func(r *Run) (found any, err error) {
		err = e.condition(r, func(element any, holds bool) bool {
			if holds {
				found = element
			}
			return holds
		})
		return found, err
	}}
}

func (e each) elementType() Type {
	if e.list.typ.Of == nil {
		return Type{}
	}
	return TypeOf(e.list.typ.Of)
}

func buildCount(c *compiler, at int, nodes []ast.Node) part {
	if len(nodes) == 1 {
		e, ok := c.each(at, "count", c.functions["count"].usage, nodes, true)
		if !ok {
			return part{}
		}
		return part{typ: Type{Shape: Numeric}, words: e.words("count"), run: func(r *Run) (any, error) {
			v, err := argument(r, e.list, Listing)
			if err != nil {
				return nil, err
			}
			return document.DecimalOf(int64(v.(List).Len())), nil
		}}
	}
	e, ok := c.condition(at, "count", c.functions["count"].usage, nodes)
	if !ok {
		return part{}
	}
	return part{typ: Type{Shape: Numeric}, words: e.words("count"), run: func(r *Run) (any, error) {
		n := int64(0)
		err := e.condition(r, func(_ any, holds bool) bool {
			if holds {
				n++
			}
			return false
		})
		return document.DecimalOf(n), err
	}}
}

// buildQuantifier stops at the first element that says decides; if none does, the answer is the opposite of found.
func buildQuantifier(name string, decides, found bool) func(*compiler, int, []ast.Node) part {
	return func(c *compiler, at int, nodes []ast.Node) part {
		e, ok := c.condition(at, name, c.functions[name].usage, nodes)
		if !ok {
			return part{}
		}
		return part{typ: Type{Shape: YesNo}, words: e.words(name), run: func(r *Run) (any, error) {
			answer := !found
			err := e.condition(r, func(_ any, holds bool) bool {
				if holds == decides {
					answer = found
				}
				return holds == decides
			})
			return answer, err
		}}
	}
}

// buildSum adds numbers, money of one currency or quantities of one unit. Nothing comes to 0.
func buildSum(c *compiler, at int, nodes []ast.Node) part {
	const able = Numeric | Amount | Measure
	e, ok := c.each(at, "sum", c.functions["sum"].usage, nodes, true)
	if !ok {
		return part{}
	}
	if !e.of.typ.Shape.fits(able) {
		return c.fault(at, "wrong-type", fmt.Sprintf("sum cannot add %s", e.of.typ.Shape), "write sum(list, .field) with a number")
	}
	typ := Type{Shape: e.of.typ.Shape & able}
	return part{typ: typ, words: e.words("sum"), run: func(r *Run) (any, error) {
		var total any = document.Decimal{}
		begun := false
		err := e.walk(r, func(_, value any) (bool, error) {
			if value == nil || ShapeOf(value)&able == 0 {
				return false, needs("an element of "+e.list.words, value, able)
			}
			if !begun {
				begun = true
				if _, isNumber, _ := number(value); !isNumber {
					total = value
					return false, nil
				}
			}
			next, err := calculate("+", total, value)
			total = next
			return false, err
		})
		return total, err
	}}
}

// buildBest is the smallest or largest of several values, or of a list.
func buildBest(name string, sign int) func(*compiler, int, []ast.Node) part {
	return func(c *compiler, at int, nodes []ast.Node) part {
		if len(nodes) == 0 {
			return c.fault(at, "wrong-arguments", name+" is given no value", "write "+c.functions[name].usage)
		}
		args := make([]part, len(nodes))
		for i, n := range nodes {
			args[i] = c.compile(n)
			if want := ordered | Listing; !args[i].typ.Shape.fits(want) {
				return c.fault(n.Location().From, "wrong-type", fmt.Sprintf("%s is %s", args[i].words, args[i].typ.Shape), "write "+c.functions[name].usage)
			}
		}
		words := calling(name, args)
		typ := args[0].typ
		for _, arg := range args[1:] {
			typ = either(typ, arg.typ)
		}
		if typ.Shape&Listing != 0 {
			typ = Type{}
		}
		return part{typ: typ, words: words, run: func(r *Run) (any, error) {
			var best any
			consider := func(v any) error {
				if best == nil || v == nil {
					best = v
					if v == nil {
						return needs("a value of "+words, nil, ordered)
					}
					return nil
				}
				order, err := compare(v, best)
				if err == nil && order*sign > 0 {
					best = v
				}
				return err
			}
			for _, arg := range args {
				v, err := arg.run(r)
				if err != nil {
					return nil, err
				}
				list, isList := v.(List)
				if !isList {
					if err := consider(v); err != nil {
						return nil, err
					}
					continue
				}
				for i := range list.Len() {
					if err := first(r.step(), consider(list.At(i))); err != nil {
						return nil, err
					}
				}
			}
			if best == nil {
				return nil, absent(words+" has no values", instead(words))
			}
			if d, ok, err := number(best); ok {
				return d, err
			}
			return best, nil
		}}
	}
}
