package trial

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// Draft is a test made of a real record or document, as the text of a file.
type Draft struct {
	Text    string
	Expects string   // error, want or not_concerned: what the mapping makes of it today
	Masked  []string // fields whose content was replaced
	Altered bool     // masked, it meets other errors than it did: what is wrong lies in what was masked
}

// DraftOf makes a test of a record that came in, or of a document that was to go out, with what is personal masked. It expects what
// the mapping does today, marked to be edited. origin says where it comes from; name is the test's.
func (m *Mapping) DraftOf(body []byte, origin, name string) (Draft, error) {
	r, err := connectors.ParseRecord(body, connectors.DefaultLimits)
	if err != nil {
		return Draft{}, fmt.Errorf("make a test of %s: %w", origin, err)
	}
	k := NewMasker(m)
	var in connectors.Record
	if m.table.Decodes() {
		in = k.Record(r)
	} else {
		in = tidy(k.Document(r), k.kind)
	}
	d := Draft{Masked: k.Places()}
	expects, err := m.today(in, &d)
	if err != nil {
		return Draft{}, fmt.Errorf("make a test of %s: %w", origin, err)
	}
	_, now := m.translate(in)
	_, then := m.translate(r)
	d.Altered = wrongFields(now) != wrongFields(then)
	var b strings.Builder
	fmt.Fprintf(&b, "# Made of %s.\n", origin)
	if len(d.Masked) == 0 {
		b.WriteString("# Nothing in it looked personal, so nothing is masked: read it before you share it.\n")
	} else {
		fmt.Fprintf(&b, "# Masked, letter by letter and digit by digit: %s.\n# Read it before you share it.\n", strings.Join(d.Masked, ", "))
	}
	if !m.table.Decodes() {
		b.WriteString("# Left out: what the mapping does not read.\n")
	}
	fmt.Fprintf(&b, "tests:\n  - name: %s\n    in:\n", scalar(name))
	entries(&b, in, "      ")
	b.WriteString(expects)
	d.Text = b.String()
	return d, nil
}

// translate is what the mapping makes of a record, or of a document that is written as one, as a test would say it.
func (m *Mapping) translate(in connectors.Record) (connectors.Record, error) {
	if m.table.Decodes() {
		docs, err := m.table.Decode(in)
		if err != nil {
			return nil, err
		}
		return recordOf(docs[0])
	}
	d, err := document.New(m.table.Kind())
	if err != nil {
		return nil, err
	}
	f := &filler{}
	if f.fill(valueOf(d), taken(in, config.Pos{File: "the document"}), ""); len(f.faults) > 0 {
		return nil, f.faults
	}
	return m.table.Encode(d)
}

// wrongFields are the fields that an error is about.
func wrongFields(err error) string {
	var fields mapping.Errors
	if !errors.As(err, &fields) {
		return fmt.Sprint(err)
	}
	paths := make([]string, len(fields))
	for i, f := range fields {
		paths[i] = f.Path
	}
	return strings.Join(paths, " ")
}

// today is what the mapping makes of what comes in, as the rest of the test.
func (m *Mapping) today(in connectors.Record, d *Draft) (string, error) {
	made, err := m.translate(in)
	var b strings.Builder
	var fields mapping.Errors
	switch {
	case errors.Is(err, mapping.ErrNotConcerned):
		d.Expects = "not_concerned"
		b.WriteString("    # TO BE EDITED: today the record is set aside by `when`. Is that right?\n    not_concerned: true\n")
	case errors.As(err, &fields):
		d.Expects = "error"
		b.WriteString("    # TO BE EDITED: this is the error as it is today. When the mapping is mended, write in its place what must come out:\n" +
			"    #   want:\n    #     field: value\n    error:\n")
		for _, f := range fields {
			fmt.Fprintf(&b, "      - %s\n", scalar(f.Path+": "+f.What))
		}
	case err != nil:
		return "", err
	default:
		d.Expects = "want"
		b.WriteString("    # TO BE EDITED: the mapping takes it today, and this is what it makes of it. What refused it came after the mapping.\n    want:\n")
		entries(&b, made, "      ")
	}
	return b.String(), nil
}

// recordOf is a document as a test writes it.
func recordOf(d document.Document) (connectors.Record, error) {
	body, err := document.Marshal(d)
	if err != nil {
		return nil, err
	}
	r, err := connectors.ParseRecord(body, connectors.Limits{Bytes: len(body), Depth: connectors.DefaultLimits.Depth})
	if err != nil {
		return nil, err
	}
	return tidy(r, reflect.TypeOf(d).Elem()), nil
}

// tidy is a part of a document as people write it: numbers without quotes, money and quantities in one value, and nothing of the
// groups in which nothing stands, such as money that nobody has reckoned yet.
func tidy(r connectors.Record, t reflect.Type) connectors.Record {
	known := expr.FieldsOf(t)
	tidied := connectors.Record{}
	for name, v := range r {
		if field, ok := known.Find(name); ok {
			v = tidyValue(v, field.Go)
		}
		if inner, ok := v.(connectors.Record); !ok || len(inner) > 0 {
			tidied[name] = v
		}
	}
	return tidied
}

func tidyValue(v any, t reflect.Type) any {
	if t.Kind() == reflect.Pointer {
		return tidyValue(v, t.Elem())
	}
	switch v := v.(type) {
	case string:
		if t == reflect.TypeFor[document.Decimal]() {
			return connectors.Number(v)
		}
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = tidyValue(v[i], t.Elem())
		}
		return items
	case connectors.Record:
		switch {
		case t == reflect.TypeFor[document.Money]() && v["currency"] != nil:
			return fmt.Sprintf("%s %s", v["currency"], orZero(v["amount"]))
		case t == reflect.TypeFor[document.Quantity]() && v["unit"] != nil:
			return fmt.Sprintf("%s %s", orZero(v["value"]), v["unit"])
		case t.Kind() == reflect.Struct:
			return tidy(v, t)
		}
	}
	return v
}

// orZero is a number that is left out where it is 0.
func orZero(v any) any {
	if v == nil {
		return "0"
	}
	return v
}

// entries writes the fields of a record, indented, in the order of their names: lists and groups last.
func entries(b *strings.Builder, r connectors.Record, indent string) {
	names := slices.Sorted(maps.Keys(r))
	slices.SortStableFunc(names, func(x, y string) int { return depth(r[x]) - depth(r[y]) })
	for _, name := range names {
		b.WriteString(indent + key(name) + ":")
		nested(b, r[name], indent)
	}
	if len(r) == 0 {
		b.WriteString(indent + "{}\n")
	}
}

func depth(v any) int {
	switch v.(type) {
	case connectors.Record, []any:
		return 1
	}
	return 0
}

// nested writes what stands behind a name.
func nested(b *strings.Builder, v any, indent string) {
	switch v := v.(type) {
	case connectors.Record:
		if len(v) == 0 {
			b.WriteString(" {}\n")
			return
		}
		b.WriteString("\n")
		entries(b, v, indent+"  ")
	case []any:
		if len(v) == 0 {
			b.WriteString(" []\n")
			return
		}
		b.WriteString("\n")
		for _, item := range v {
			b.WriteString(indent + "  -")
			if r, ok := item.(connectors.Record); ok && len(r) > 0 {
				var inner strings.Builder
				entries(&inner, r, indent+"    ")
				b.WriteString(" " + strings.TrimLeft(inner.String(), " "))
				continue
			}
			nested(b, item, indent+"  ")
		}
	default:
		b.WriteString(" " + single(v) + "\n")
	}
}

func single(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return scalar(v)
	}
	return fmt.Sprint(v)
}

var (
	plainText = regexp.MustCompile(`^(\p{L}([\p{L}0-9_./-]| [\p{L}0-9])*|\d{4}-\d{2}-\d{2}|\d+(\.\d+)? [A-Z][A-Z0-9]*)$`)
	yamlWords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)

// key writes the name of a field; `no`, which elsewhere means false, is one of the most frequent.
func key(name string) string {
	if plainText.MatchString(name) && !slices.Contains(yamlWords[:3], strings.ToLower(name)) {
		return name
	}
	return scalar(name)
}

// scalar writes a text so that it is read as that text: plain where nobody could take it for something else, else in quotes.
func scalar(s string) string {
	if plainText.MatchString(s) && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteRune('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(c):
			b.WriteRune(c)
		case c < 0x10000:
			fmt.Fprintf(&b, `\u%04X`, c)
		default:
			b.WriteString(`\U` + fmt.Sprintf("%08s", strings.ToUpper(strconv.FormatInt(int64(c), 16))))
		}
	}
	b.WriteByte('"')
	return b.String()
}
