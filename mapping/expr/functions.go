package expr

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"tradewire/config"
	"tradewire/mapping/document"
)

// function is one function of the language.
type function struct {
	usage string
	least int     // arguments that must be given
	takes []Shape // what each argument must be; its length is the most that may be given
	gives Shape
	call  func(a, b, c any) (any, error)               // absent optional arguments are nil
	build func(c *compiler, at int, args []part) part  // for functions that check their arguments themselves
	raw   func(c *compiler, at int, n []ast.Node) part // for functions on lists, which compile theirs
}

const scalar = Text | Numeric | YesNo | Day | Instant

var language = sync.OnceValue(table)

// table is all functions of the language.
func table() map[string]*function {
	return map[string]*function{
		"text":     {usage: "text(x[, format[, zone]])", least: 1, takes: []Shape{scalar, Text, Text}, gives: Text, build: buildText},
		"decimal":  {usage: "decimal(x[, form])", least: 1, takes: []Shape{Text | Numeric, Text}, gives: Numeric, build: buildDecimal},
		"integer":  {usage: "integer(x)", least: 1, takes: []Shape{Text | Numeric}, gives: Numeric, call: callInteger},
		"date":     {usage: "date(x[, format])", least: 1, takes: []Shape{Text | Numeric | Day, Text}, gives: Day, build: buildDate},
		"instant":  {usage: "instant(x[, zone])", least: 1, takes: []Shape{Text | Numeric | Instant, Text}, gives: Instant, build: buildInstant},
		"day":      {usage: "day(instant, zone)", least: 2, takes: []Shape{Instant, Text}, gives: Day, build: buildDay},
		"money":    {usage: "money(amount, currency)", least: 2, takes: []Shape{Text | Numeric, Text}, gives: Amount, call: callMoney},
		"quantity": {usage: "quantity(value, unit)", least: 2, takes: []Shape{Text | Numeric, Text}, gives: Measure, call: callQuantity},
		"code":     {usage: `code("list", value)`, least: 2, takes: []Shape{Text, Text | Numeric}, gives: Text, build: buildCode},

		"add_days":   {usage: "add_days(date, days)", least: 2, takes: []Shape{Day, Numeric}, gives: Day, call: callAddDays},
		"add_months": {usage: "add_months(date, months)", least: 2, takes: []Shape{Day, Numeric}, gives: Day, call: callAddMonths},
		"month_end":  {usage: "month_end(date)", least: 1, takes: []Shape{Day}, gives: Day, call: callMonthEnd},

		"index":  {usage: "index()", takes: []Shape{}, gives: Numeric, build: buildIndex},
		"filled": {usage: "filled(a, b, ...)", raw: buildFilled},

		"piece":         {usage: "piece(x, n, of, characters)", least: 4, takes: []Shape{Text, Numeric, Numeric, Numeric}, gives: Text, build: buildPiece},
		"fits":          {usage: "fits(x, characters)", least: 2, takes: []Shape{Text, Numeric}, gives: Text, call: callFits},
		"charset":       {usage: `charset(x, "gbk"[, instead])`, least: 2, takes: []Shape{Text, Text, Text}, gives: Text, build: buildCharset},
		"pad":           {usage: "pad(x, characters[, with])", least: 2, takes: []Shape{Text, Numeric, Text}, gives: Text, call: callPad},
		"unescape_html": {usage: "unescape_html(x)", least: 1, takes: []Shape{Text}, gives: Text, call: onText(html.UnescapeString)},
		"escape_html":   {usage: "escape_html(x)", least: 1, takes: []Shape{Text}, gives: Text, call: onText(html.EscapeString)},

		"cut":     {usage: "cut(x, characters)", least: 2, takes: []Shape{Text, Numeric}, gives: Text, call: callCut},
		"trim":    {usage: "trim(x)", least: 1, takes: []Shape{Text}, gives: Text, call: onText(strings.TrimSpace)},
		"upper":   {usage: "upper(x)", least: 1, takes: []Shape{Text}, gives: Text, call: onText(strings.ToUpper)},
		"lower":   {usage: "lower(x)", least: 1, takes: []Shape{Text}, gives: Text, call: onText(strings.ToLower)},
		"replace": {usage: "replace(x, old, new)", least: 3, takes: []Shape{Text, Text, Text}, gives: Text, call: callReplace},
		"split":   {usage: "split(x, separator)", least: 2, takes: []Shape{Text, Text}, gives: Listing, call: callSplit},
		"join":    {usage: "join(list, separator)", least: 2, takes: []Shape{Listing, Text}, gives: Text, call: callJoin},
		"len":     {usage: "len(x)", least: 1, takes: []Shape{Text | Listing}, gives: Numeric, call: callLen},

		"round": {usage: "round(x, places)", least: 2, takes: []Shape{Numeric, Numeric}, gives: Numeric, raw: buildRound},
		"abs":   {usage: "abs(x)", least: 1, takes: []Shape{Numeric}, gives: Numeric, call: callAbs},

		"sum":    {usage: "sum(list[, .field])", raw: buildSum},
		"min":    {usage: "min(a, b, ...) or min(list)", raw: buildBest("min", -1)},
		"max":    {usage: "max(a, b, ...) or max(list)", raw: buildBest("max", 1)},
		"count":  {usage: "count(list[, condition])", raw: buildCount},
		"map":    {usage: "map(list, .field)", raw: buildMap},
		"filter": {usage: "filter(list, condition)", raw: buildFilter},
		"find":   {usage: "find(list, condition)", raw: buildFind},
		"any":    {usage: "any(list, condition)", raw: buildQuantifier("any", true, true)},
		"all":    {usage: "all(list, condition)", raw: buildQuantifier("all", false, false)},
		"none":   {usage: "none(list, condition)", raw: buildQuantifier("none", true, false)},
	}
}

func (c *compiler) call(at int, name string, nodes []ast.Node) part {
	f, ok := c.functions[name]
	if !ok {
		return c.fault(at, "unknown-function", fmt.Sprintf("there is no function %s", name), config.Choose(name, slices.Sorted(maps.Keys(c.functions))))
	}
	if f.raw != nil {
		return f.raw(c, at, nodes)
	}
	if len(nodes) < f.least || len(nodes) > len(f.takes) {
		return c.fault(at, "wrong-arguments", fmt.Sprintf("%s is given %d values", name, len(nodes)), "write "+f.usage)
	}
	args := make([]part, len(nodes))
	for i, n := range nodes {
		args[i] = c.compile(n)
		if got := args[i].typ.Shape; !got.fits(f.takes[i]) {
			return c.fault(n.Location().From, "wrong-type", fmt.Sprintf("%s is %s, but %s takes %s there", args[i].words, got, name, f.takes[i]), "write "+f.usage)
		}
	}
	if f.build != nil {
		p := f.build(c, at, args)
		p.typ, p.words, p.most, p.prose = Type{Shape: f.gives}, calling(name, args), mostOf(name, args), keepsProse(name, args)
		return p
	}
	return part{typ: Type{Shape: f.gives}, words: calling(name, args), most: mostOf(name, args), prose: keepsProse(name, args), run: apply(f, args)}
}

// mostOf is how many characters a function leaves at most.
func mostOf(name string, args []part) int {
	if name != "cut" && name != "fits" && name != "piece" {
		return 0
	}
	d, _ := args[len(args)-1].literal.(document.Decimal)
	n, _ := d.Int64()
	return int(n)
}

// keepsProse says whether a function gives a text that people wrote. What has gone through charset() fits.
func keepsProse(name string, args []part) bool {
	return slices.Contains([]string{"cut", "fits", "piece", "trim", "upper", "lower", "replace", "pad", "unescape_html", "escape_html"}, name) && args[0].prose
}

// calling is a call as messages print it.
func calling(name string, args []part) string {
	words := make([]string, len(args))
	for i := range args {
		words[i] = args[i].words
	}
	return name + "(" + strings.Join(words, ", ") + ")"
}

// apply runs the arguments and then the function. No function takes null.
func apply(f *function, args []part) step {
	return func(r *Run) (any, error) {
		var v [3]any
		for i := range args {
			got, err := argument(r, args[i], f.takes[i])
			if err != nil {
				return nil, err
			}
			v[i] = got
		}
		return f.call(v[0], v[1], v[2])
	}
}

// argument runs one argument and sees that it is of the shape that the function takes.
func argument(r *Run, arg part, want Shape) (any, error) {
	v, err := arg.run(r)
	if err != nil {
		return nil, err
	}
	if v == nil || ShapeOf(v)&want == 0 {
		return nil, needs(arg.words, v, want)
	}
	return v, nil
}

func callInteger(x, _, _ any) (any, error) {
	n, err := Integer(x)
	return document.DecimalOf(n), err
}

func callMoney(amount, currency, _ any) (any, error) {
	d, err := Decimal(amount)
	if err != nil {
		return nil, err
	}
	c := document.Currency(currency.(string))
	if !c.Valid() {
		return nil, &Problem{What: clip(string(c)) + " is not a currency", Fix: `three capital letters are needed; translate others with code("currency", ...)`}
	}
	return document.Money{Amount: d, Currency: c}, nil
}

func callQuantity(value, unit, _ any) (any, error) {
	d, err := Decimal(value)
	if err != nil {
		return nil, err
	}
	u := unit.(string)
	if strings.TrimSpace(u) == "" {
		return nil, &Problem{What: "the unit is empty", Fix: `give the unit, or translate it with code("unit", ...)`}
	}
	return document.Quantity{Value: d, Unit: u}, nil
}

// callCut keeps the first n characters: the one place where a text is ever shortened, and it is asked for.
func callCut(x, n, _ any) (any, error) {
	most, err := Integer(n)
	if err != nil || most < 0 {
		return nil, &Problem{What: fmt.Sprintf("a text cannot be cut to %s characters", Show(n)), Fix: "write cut(x, 30)"}
	}
	s := x.(string)
	if int64(len(s)) <= most || int64(utf8.RuneCountInString(s)) <= most {
		return s, nil
	}
	return string([]rune(s)[:most]), nil
}

func onText(f func(string) string) func(x, _, _ any) (any, error) {
	return func(x, _, _ any) (any, error) { return f(x.(string)), nil }
}

func callReplace(x, old, new any) (any, error) {
	s, o, n := x.(string), old.(string), new.(string)
	if o == "" {
		return s, nil
	}
	if len(s)+strings.Count(s, o)*len(n) > maxText {
		return nil, tooLong()
	}
	return strings.ReplaceAll(s, o, n), nil
}

func callSplit(x, separator, _ any) (any, error) {
	pieces := strings.Split(x.(string), separator.(string))
	list := make(values, len(pieces))
	for i, piece := range pieces {
		list[i] = piece
	}
	return list, nil
}

func callJoin(x, separator, _ any) (any, error) {
	var b strings.Builder
	list, sep := x.(List), separator.(string)
	for i := range list.Len() {
		s, ok := list.At(i).(string)
		if !ok {
			return nil, needs("an element of the list", list.At(i), Text)
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(s)
		if b.Len() > maxText {
			return nil, tooLong()
		}
	}
	return b.String(), nil
}

func callLen(x, _, _ any) (any, error) {
	if s, ok := x.(string); ok {
		return document.DecimalOf(int64(utf8.RuneCountInString(s))), nil
	}
	return document.DecimalOf(int64(x.(List).Len())), nil
}

func callAbs(x, _, _ any) (any, error) {
	d, _, err := number(x)
	return d.Abs(), err
}

// buildCode is a look-up in a code list of the mapping. The list's name is written out, so that it can be checked.
func buildCode(c *compiler, at int, args []part) part {
	name, ok := args[0].literal.(string)
	if !ok {
		return c.fault(at, "wrong-arguments", "the name of the code list is computed", `write it in quotes: code("unit", ...)`)
	}
	list, ok := c.scope.Codes[name]
	if !ok {
		fix := fmt.Sprintf("write it in this file: codes: {%s: {values: {theirs: ours}}}", name)
		if near, ok := config.Nearest(name, slices.Sorted(maps.Keys(c.scope.Codes))); ok {
			fix = fmt.Sprintf("did you mean %q?", near)
		}
		return c.fault(at, "unknown-code-list", fmt.Sprintf("there is no code list %s", name), fix)
	}
	value, unknown := args[1], list.Unknown.Value
	return part{code: name, nullable: unknown == "null", run: func(r *Run) (any, error) {
		v, err := argument(r, value, Text|Numeric)
		if err != nil {
			return nil, err
		}
		s, ok := v.(string)
		if !ok {
			d, _, err := number(v)
			if err != nil {
				return nil, err
			}
			s = d.String()
		}
		if found, ok := list.Values[s]; ok {
			r.looked(Code{List: name, Entry: s})
			return found, nil
		}
		if list.Otherwise != nil {
			r.looked(Code{List: name, Other: true})
			return *list.Otherwise, nil
		}
		switch unknown {
		case "null":
			return nil, nil
		case "same":
			return s, nil
		}
		return nil, &Problem{What: fmt.Sprintf("the code list %s does not have %s", name, clip(s)), Fix: fmt.Sprintf("add it to codes.%s.values, or say what it is with codes.%s.otherwise", name, name)}
	}}
}

// buildRound rounds half away from zero. A division inside is rounded once, from its exact value.
func buildRound(c *compiler, at int, nodes []ast.Node) part {
	if len(nodes) != 2 {
		return c.fault(at, "wrong-arguments", fmt.Sprintf("round is given %d values", len(nodes)), "write round(x, places)")
	}
	places := c.compile(nodes[1])
	d, _ := places.literal.(document.Decimal)
	n, whole := d.Int64()
	if !places.fixed || places.typ.Shape != Numeric || !whole || n < 0 || n > 20 {
		return c.fault(at, "wrong-arguments", "the number of places is not written out", "write round(x, 2), with 0 to 20 places")
	}
	if division, ok := nodes[0].(*ast.BinaryNode); ok && division.Operator == "/" {
		a, b := c.compile(division.Left), c.compile(division.Right)
		if !a.typ.Shape.fits(Numeric) || !b.typ.Shape.fits(Numeric) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, %s is %s: numbers are needed", a.words, a.typ.Shape, b.words, b.typ.Shape), "write decimal(...)")
		}
		words := fmt.Sprintf("round(%s / %s, %d)", a.words, b.words, n)
		// #nosec G115 -- n was checked to be a small number of places
		return part{typ: Type{Shape: Numeric}, words: words, decimals: int(n), run: pair(words, a, b, func(a, b any) (any, error) { return roundedQuotient(a, b, int32(n)) })}
	}
	x := c.compile(nodes[0])
	if !x.typ.Shape.fits(Numeric) {
		return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, but round takes a number", x.words, x.typ.Shape), "write round(x, places)")
	}
	return part{typ: Type{Shape: Numeric}, words: fmt.Sprintf("round(%s, %d)", x.words, n), decimals: int(n), run: func(r *Run) (any, error) {
		v, err := argument(r, x, Numeric)
		if err != nil {
			return nil, err
		}
		d, _, err := number(v)
		// #nosec G115 -- n was checked to be a small number of places
		return d.Round(int32(n)), err
	}}
}

func roundedQuotient(a, b any, places int32) (any, error) {
	if a == nil || b == nil {
		return nil, errNull
	}
	x, ok1, err1 := number(a)
	y, ok2, err2 := number(b)
	if !ok1 || !ok2 {
		return nil, mixed("joined by /", a, b)
	}
	if err := first(err1, err2); err != nil {
		return nil, err
	}
	if y.IsZero() {
		return calculate("/", a, b)
	}
	return x.Div(y, places), nil
}
