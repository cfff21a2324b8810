package matching

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// forms are words that only say what sort of company it is. Those of Latin letters stand at the end, in any number.
var (
	forms = []string{"co", "company", "ltd", "limited", "coltd", "inc", "incorporated", "corp", "corporation", "llc", "llp", "plc", "pte", "pty",
		"gmbh", "mbh", "ag", "kg", "ohg", "ug", "ek", "sa", "sas", "sarl", "sl", "srl", "spa", "bv", "nv", "oy", "ab", "aps", "sdn", "bhd",
		"cty", "tnhh", "cp", "kk"}
	// chinese forms end a name, the longer before the shorter.
	chinese = []string{"有限责任公司", "股份有限公司", "有限責任公司", "集团有限公司", "集團有限公司", "有限公司", "株式会社", "公司"}
)

// Name is a company's name or an item's as it is compared: without case, width of letters, punctuation, blanks, and what sort of
// company it is. It is empty when nothing is left.
func Name(s string) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	s = strings.ReplaceAll(s, "&", " and ")
	words := strings.FieldsFunc(strings.Map(letters, s), func(r rune) bool { return r == ' ' })
	for len(words) > 1 && (slices.Contains(forms, words[len(words)-1]) || words[len(words)-1] == "and") {
		words = words[:len(words)-1]
	}
	name := strings.Join(words, "")
	for _, form := range chinese {
		if rest, ends := strings.CutSuffix(name, form); ends && rest != "" {
			return rest
		}
	}
	return name
}

// letters keeps letters and digits; points and apostrophes within a word fall out of it, all else parts words.
func letters(r rune) rune {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return r
	case r == '.', r == '\'', r == '’', r == '·':
		return -1
	}
	return ' '
}

// TaxID is a tax id as it is compared: letters and digits. What only fills the field is none.
func TaxID(s string) string {
	id := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ToUpper(norm.NFKC.String(s)))
	const shortest = 5
	if len(id) < shortest || strings.Trim(id, id[:1]) == "" || !strings.ContainsAny(id, "0123456789") {
		return ""
	}
	return id
}
