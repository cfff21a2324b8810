package expr

import (
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"

	"tradewire/mapping/document"
)

// Shape is what sort of value an expression gives. The shapes are bits, so that a function can say which it takes.
type Shape uint16

const (
	Nothing  Shape = 1 << iota // nil
	Text                       // string
	Numeric                    // Number, document.Decimal
	YesNo                      // bool
	Day                        // document.Date
	Instant                    // time.Time
	Amount                     // document.Money
	Measure                    // document.Quantity
	Listing                    // List
	Group                      // Record, a struct of a document
	Anything Shape = 0         // seen only when the record comes
)

func (s Shape) String() string {
	names := []struct {
		shape Shape
		name  string
	}{
		{Text, "a text"}, {Numeric, "a number"}, {YesNo, "a yes/no value"}, {Day, "a date"}, {Instant, "a time"},
		{Amount, "money"}, {Measure, "a quantity"}, {Listing, "a list"}, {Group, "a record"}, {Nothing, "null"},
	}
	var words []string
	for _, n := range names {
		if s&n.shape != 0 {
			words = append(words, n.name)
		}
	}
	if len(words) == 0 {
		return "any value"
	}
	return strings.Join(words, " or ")
}

// fits says whether a value of shape s may stand where want is asked for, as far as is known.
func (s Shape) fits(want Shape) bool { return s == Anything || want == Anything || s&want != 0 }

// Type is a Shape and, for parts of documents, the Go type behind it: of a Group its struct, of a Listing its element.
type Type struct {
	Shape Shape
	Of    reflect.Type
}

// Called is what people call a struct of a document: SalesOrder is a sales order.
func Called(t reflect.Type) string {
	var b strings.Builder
	for i, c := range t.Name() {
		if i > 0 && unicode.IsUpper(c) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// ShapeOf is the shape of a value at run time.
func ShapeOf(v any) Shape {
	switch v.(type) {
	case nil:
		return Nothing
	case string:
		return Text
	case Number, document.Decimal:
		return Numeric
	case bool:
		return YesNo
	case document.Date:
		return Day
	case time.Time:
		return Instant
	case document.Money:
		return Amount
	case document.Quantity:
		return Measure
	case List:
		return Listing
	}
	return Group
}

var (
	decimalType  = reflect.TypeFor[document.Decimal]()
	dateType     = reflect.TypeFor[document.Date]()
	moneyType    = reflect.TypeFor[document.Money]()
	quantityType = reflect.TypeFor[document.Quantity]()
	timeType     = reflect.TypeFor[time.Time]()
)

// TypeOf is the type that a value of the Go type t has in expressions.
func TypeOf(t reflect.Type) Type {
	switch t {
	case decimalType:
		return Type{Shape: Numeric}
	case dateType:
		return Type{Shape: Day}
	case moneyType:
		return Type{Shape: Amount}
	case quantityType:
		return Type{Shape: Measure}
	case timeType:
		return Type{Shape: Instant}
	}
	switch t.Kind() {
	case reflect.String:
		return Type{Shape: Text}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return Type{Shape: Numeric}
	case reflect.Bool:
		return Type{Shape: YesNo}
	case reflect.Pointer:
		return TypeOf(t.Elem())
	case reflect.Slice:
		return Type{Shape: Listing, Of: t.Elem()}
	case reflect.Struct:
		return Type{Shape: Group, Of: t}
	}
	return Type{Shape: Group} // a map of texts: refs
}

// Field is one field of a document's struct under the name it has in JSON.
type Field struct {
	Name  string
	Index int
	Go    reflect.Type
	Type  Type
	read  func(reflect.Value) any
}

// Fields are the fields of a struct in the order of the source, known by their JSON names.
type Fields struct {
	List   []Field
	byName map[string]int
}

// Find is the field of that name.
func (f *Fields) Find(name string) (*Field, bool) {
	i, ok := f.byName[name]
	if !ok {
		return nil, false
	}
	return &f.List[i], true
}

// Names are the names of all fields.
func (f *Fields) Names() []string {
	names := make([]string, len(f.List))
	for i := range f.List {
		names[i] = f.List[i].Name
	}
	return names
}

var known sync.Map // reflect.Type -> *Fields

// FieldsOf are the fields of the struct t.
func FieldsOf(t reflect.Type) *Fields {
	if f, ok := known.Load(t); ok {
		return f.(*Fields)
	}
	fields := &Fields{byName: map[string]int{}}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "" || name == "-" {
			continue
		}
		fields.byName[name] = len(fields.List)
		fields.List = append(fields.List, Field{Name: name, Index: i, Go: f.Type, Type: TypeOf(f.Type), read: reader(f.Type)})
	}
	known.Store(t, fields)
	return fields
}

// reader turns a part of a document into a value of expressions. Days and instants that are not set are null.
func reader(t reflect.Type) func(reflect.Value) any {
	switch t {
	case dateType:
		return func(v reflect.Value) any {
			if d := *v.Addr().Interface().(*document.Date); !d.IsZero() {
				return d
			}
			return nil
		}
	case timeType:
		return func(v reflect.Value) any {
			if at := *v.Addr().Interface().(*time.Time); !at.IsZero() {
				return at
			}
			return nil
		}
	case decimalType, moneyType, quantityType:
		return func(v reflect.Value) any { return v.Interface() }
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value) any { return v.String() }
	case reflect.Int, reflect.Int32, reflect.Int64:
		return func(v reflect.Value) any { return document.DecimalOf(v.Int()) }
	case reflect.Bool:
		return func(v reflect.Value) any { return v.Bool() }
	case reflect.Pointer:
		inner := reader(t.Elem())
		return func(v reflect.Value) any {
			if v.IsNil() {
				return nil
			}
			return inner(v.Elem())
		}
	case reflect.Slice:
		inner := reader(t.Elem())
		return func(v reflect.Value) any { return slice{v, inner} }
	case reflect.Map:
		return func(v reflect.Value) any { return texts(v.Interface().(map[string]string)) }
	}
	return func(v reflect.Value) any { return v.Addr().Interface() }
}

// slice is a list that lies in a document.
type slice struct {
	v    reflect.Value
	read func(reflect.Value) any
}

func (s slice) Len() int     { return s.v.Len() }
func (s slice) At(i int) any { return s.read(s.v.Index(i)) }

// texts are the numbers of a document in other systems.
type texts map[string]string

func (t texts) Get(name string) (any, bool) { v, ok := t[name]; return v, ok }

func (t texts) Names() []string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	return names
}
