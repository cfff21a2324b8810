package config

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// undecided begins a value that a person must still decide: `currency: 'undecided: write "HKD"'`. Drafts are full of them, and
// nothing runs before the last one is gone.
const undecided = "undecided:"

// Undecided is the fault of a value that is not decided yet.
func (t Text) Undecided() (fault Fault, so bool) {
	rest, so := strings.CutPrefix(t.Value, undecided)
	if rest = strings.TrimSpace(rest); rest == "" {
		rest = "write a value"
	}
	return t.Pos.Fault("undecided", "this is not decided yet", rest), so
}

func isUndecided(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && strings.HasPrefix(node.Value, undecided)
}
