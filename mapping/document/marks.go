package document

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// markFields are the facts that a shipping mark may name in braces: "PO {po}\nC/NO. {carton}".
var markFields = []string{"customer", "po", "order", "item", "description", "destination", "port", "carton", "cartons", "quantity", "net_kg",
	"gross_kg", "size_cm", "cbm", "origin"}

// MarkFields are the facts that a template of shipping marks may name.
func MarkFields() []string { return slices.Clone(markFields) }

var inBraces = regexp.MustCompile(`\{[^{}\n]*\}`)

// FillMarks puts facts into a template of shipping marks. A fact that is not known at this place leaves nothing; a name
// that is no fact at all is an error, for a wrong mark on a carton is found out in another country.
func FillMarks(template string, facts map[string]string) (string, error) {
	var unknown []string
	filled := inBraces.ReplaceAllStringFunc(template, func(name string) string {
		name = strings.Trim(name, "{}")
		if !slices.Contains(markFields, name) {
			unknown = append(unknown, name)
		}
		return facts[name]
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("shipping marks name {%s}: write one of {%s}", strings.Join(unknown, "}, {"), strings.Join(markFields, "}, {"))
	}
	return filled, nil
}
