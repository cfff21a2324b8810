package mapping

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// textOf takes a text, or a whole number as the text that the other system wrote: 000123 cannot come as a number.
func textOf(v any) (string, *expr.Problem) {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case expr.Number:
		s = string(v)
		if strings.Trim(strings.TrimPrefix(s, "-"), "0123456789") != "" {
			return "", &expr.Problem{What: fmt.Sprintf("%s is a number, and a text is needed", s), Fix: `write text(x), or text(x, "0.00") for one fixed form`}
		}
	case document.Decimal:
		if s = v.String(); v.Places() > 0 {
			return "", &expr.Problem{What: fmt.Sprintf("%s is a number, and a text is needed", s), Fix: `write text(x, "0.00")`}
		}
	case nil:
		return "", &expr.Problem{What: "the text is null", Fix: `write "" if it may be empty`}
	default:
		return "", &expr.Problem{What: expr.Describe(v) + ", and a text is needed", Fix: "write text(x)"}
	}
	if !utf8.ValidString(s) {
		return "", &expr.Problem{What: fmt.Sprintf("%q is not valid UTF-8", s), Fix: "set the character set of the connection"}
	}
	return s, nil
}

func isOneOf(s string, allowed []string) *expr.Problem {
	if slices.Contains(allowed, s) {
		return nil
	}
	return &expr.Problem{What: fmt.Sprintf("%s is not known here", expr.Show(s)), Fix: "translate it with a code list; " + config.Choose(s, allowed)}
}

// maxID is the longest name that a document is found by: it must fit into every database's index.
const maxID = 200

// isID says what is wrong with a name that others find a document by.
func isID(s string) *expr.Problem {
	if s == "" {
		return &expr.Problem{What: "it is empty", Fix: "name a field that always has a value"}
	}
	return isName(s)
}

// isName refuses what people cannot see: two keys that look the same and are not would be two documents.
func isName(s string) *expr.Problem {
	if utf8.RuneCountInString(s) > maxID {
		return &expr.Problem{What: fmt.Sprintf("it has %d characters", utf8.RuneCountInString(s)), Fix: fmt.Sprintf("at most %d are taken; cut() it if that keeps it unique", maxID)}
	}
	if s != strings.TrimSpace(s) {
		return &expr.Problem{What: fmt.Sprintf("%s begins or ends with a space", expr.Show(s)), Fix: "write trim(x)"}
	}
	for _, c := range s {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == utf8.RuneError {
			return &expr.Problem{What: fmt.Sprintf("%s has a character that cannot be seen (%U)", expr.Show(s), c), Fix: "correct it in the other system"}
		}
	}
	return nil
}

// visible strips control characters, but not line ends and tabs, and characters that turn the direction of writing.
func visible(s string) string {
	hidden := func(c rune) bool {
		return unicode.IsControl(c) && c != '\n' && c != '\t' || '\u202a' <= c && c <= '\u202e' || '\u2066' <= c && c <= '\u2069'
	}
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		if hidden(c) {
			return -1
		}
		return c
	}, s)
}
