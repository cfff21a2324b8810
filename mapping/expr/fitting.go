package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"tradewire/mapping/document"
)

// Texts and numbers as narrow columns and other programs keep them.

// buildIndex is which element of the list of `each:` is at hand, from 0.
func buildIndex(c *compiler, at int, _ []part) part {
	if c.scope.Around == nil {
		return c.fault(at, "bad-expression", "index() is known only below each:", "write it in a field below each:")
	}
	c.indexed = true
	return part{run: func(r *Run) (any, error) { return document.DecimalOf(int64(r.places[len(r.places)-1])), nil }}
}

// buildFilled is the first value that is neither missing nor null nor blank.
func buildFilled(c *compiler, at int, nodes []ast.Node) part {
	if len(nodes) < 2 {
		return c.fault(at, "wrong-arguments", fmt.Sprintf("filled is given %d values", len(nodes)), "write filled(a, b), with what stands in the place of a")
	}
	args := make([]part, len(nodes))
	said := false
	for i, n := range nodes {
		if i == len(nodes)-1 {
			args[i] = c.compile(n)
		} else {
			c.excused++
			args[i] = c.compile(n)
			c.excused--
		}
		said = said || args[i].prose
	}
	typ, last := args[0].typ, args[len(args)-1]
	for _, arg := range args[1:] {
		typ = either(typ, arg.typ)
	}
	return part{typ: typ, words: calling("filled", args), nullable: last.nullable, prose: said, run: func(r *Run) (any, error) {
		for _, arg := range args[:len(args)-1] {
			v, err := arg.run(r)
			if err != nil && !isAbsent(err) {
				return nil, err
			}
			if s, isText := v.(string); v != nil && !(isText && strings.TrimSpace(s) == "") && err == nil {
				return v, nil
			}
		}
		return last.run(r)
	}}
}

// lengthOf is a number of characters that a mapping names.
func lengthOf(v any) (int, error) {
	n, err := Integer(v)
	if err != nil || n < 1 || n > maxText {
		return 0, &Problem{What: fmt.Sprintf("%s is no number of characters", Show(v)), Fix: "write a whole number from 1"}
	}
	return int(n), nil
}

// callFits refuses a text that is longer.
func callFits(x, n, _ any) (any, error) {
	most, err := lengthOf(n)
	if err != nil {
		return nil, err
	}
	s := x.(string)
	if has := utf8.RuneCountInString(s); has > most {
		return nil, &Problem{What: fmt.Sprintf("%s has %d characters, and %d fit", clip(s), has, most), Fix: "shorten it in the other system, or write cut() or piece()"}
	}
	return s, nil
}

// callPad puts characters in front until there are n.
func callPad(x, n, with any) (any, error) {
	most, err := lengthOf(n)
	if err != nil {
		return nil, err
	}
	s, filler := x.(string), "0"
	if given, ok := with.(string); ok {
		filler = given
	}
	if utf8.RuneCountInString(filler) != 1 {
		return nil, &Problem{What: clip(filler) + " is not one character", Fix: `write pad(x, 8, "0")`}
	}
	return strings.Repeat(filler, max(0, most-utf8.RuneCountInString(s))) + s, nil
}

// buildPiece is one of several columns over which a text is spread. It breaks between words, and inside them where it must; a text
// for which there is no room is refused.
func buildPiece(c *compiler, at int, args []part) part {
	var sizes [3]int
	for i := range sizes {
		d, _ := args[i+1].literal.(document.Decimal)
		n, whole := d.Int64()
		if !whole || n < 1 || n > maxText {
			return c.fault(at, "wrong-arguments", "which piece it is, of how many, and of how many characters are not written out", "write piece(x, 1, 6, 40): the first of six columns of 40")
		}
		// #nosec G602 -- i counts the arguments, of which there are as many as sizes
		sizes[i] = int(n)
	}
	n, of, width := sizes[0], sizes[1], sizes[2]
	if n > of {
		return c.fault(at, "wrong-arguments", fmt.Sprintf("there is no piece %d of %d", n, of), "write piece(x, 1, 6, 40): the first of six columns of 40")
	}
	x := args[0]
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Text)
		if err != nil {
			return nil, err
		}
		pieces, ok := spread(v.(string), of, width)
		if !ok {
			return nil, &Problem{What: fmt.Sprintf("%s has %d characters and does not go into %d times %d", clip(v.(string)), utf8.RuneCountInString(v.(string)), of, width),
				Fix: fmt.Sprintf("shorten it in the other system, or write cut(%s, %d)", x.words, of*width)}
		}
		if n > len(pieces) {
			return "", nil
		}
		return pieces[n-1], nil
	}}
}

// spread breaks a text between words, or at every width-th character where it does not go in otherwise.
func spread(s string, of, width int) ([]string, bool) {
	var pieces []string
	for line := range strings.Lines(s) {
		rest := []rune(strings.TrimSpace(line))
		for len(rest) > 0 {
			at := breakOf(rest, width)
			pieces = append(pieces, strings.TrimRightFunc(string(rest[:at]), unicode.IsSpace))
			rest = []rune(strings.TrimLeftFunc(string(rest[at:]), unicode.IsSpace))
		}
	}
	if len(pieces) <= of {
		return pieces, true
	}
	full := []rune(strings.Join(strings.Fields(s), " "))
	if len(full) > of*width {
		return nil, false
	}
	pieces = nil
	for part := range slices.Chunk(full, width) {
		pieces = append(pieces, strings.TrimSpace(string(part)))
	}
	return pieces, true
}

// breakOf is where a line ends: behind the last blank or comma that fits, or where it is full.
func breakOf(rest []rune, width int) int {
	if len(rest) <= width {
		return len(rest)
	}
	if unicode.IsSpace(rest[width]) {
		return width
	}
	for at := width; at > 0; at-- {
		if c := rest[at-1]; unicode.IsSpace(c) || strings.ContainsRune(",;，；、", c) {
			return at
		}
	}
	return width
}

// charsets are what columns of other character sets can hold.
var charsets = map[string]encoding.Encoding{
	"ascii": nil, "utf8mb3": nil, "latin1": charmap.Windows1252, "gbk": simplifiedchinese.GBK, "big5": traditionalchinese.Big5,
}

// buildCharset refuses characters that a column cannot hold, or puts others in their place.
func buildCharset(c *compiler, at int, args []part) part {
	known := []string{"ascii", "big5", "gbk", "latin1", "utf8mb3"}
	name, ok := args[1].literal.(string)
	if !ok || !slices.Contains(known, name) {
		return c.fault(at, "wrong-arguments", fmt.Sprintf("%s is no character set that is known here", args[1].words), "write one of: "+strings.Join(known, ", "))
	}
	var instead *string
	if len(args) == 3 {
		s, ok := args[2].literal.(string)
		if !ok {
			return c.fault(at, "wrong-arguments", "what stands in the place of other characters is computed", `write it in quotes: charset(x, "gbk", "?")`)
		}
		for _, r := range s {
			if !holds(name, r) {
				return c.fault(at, "wrong-arguments", fmt.Sprintf("%s does not hold %q itself", name, r), `write charset(x, "gbk", "?")`)
			}
		}
		instead = &s
	}
	x := args[0]
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Text)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		for _, char := range v.(string) {
			switch {
			case holds(name, char):
				b.WriteRune(char)
			case instead == nil:
				return nil, &Problem{What: fmt.Sprintf("%s holds %q (%U), which %s does not have", clip(v.(string)), char, char, name),
					Fix: fmt.Sprintf(`correct it in the other system, or say what stands in its place: charset(%s, %q, "?")`, x.words, name)}
			default:
				b.WriteString(*instead)
			}
			if b.Len() > maxText {
				return nil, tooLong()
			}
		}
		return b.String(), nil
	}}
}

// holds says whether a character set has a character.
func holds(charset string, r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return true
	case charset == "ascii", r == utf8.RuneError:
		return false
	case charset == "utf8mb3":
		return r <= 0xFFFF
	}
	_, err := charsets[charset].NewEncoder().String(string(r))
	return err == nil
}

// numberForms are the ways in which people write numbers, by an example: what parts thousands, and what the point is.
var numberForms = map[string]*regexp.Regexp{
	"1,234.5": regexp.MustCompile(`^(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$`),
	"1.234,5": regexp.MustCompile(`^(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$`),
	"1 234,5": regexp.MustCompile(`^(?:\d+|\d{1,3}(?:[ \x{a0}\x{202f}]\d{3})+)(?:,\d+)?$`),
	"1'234.5": regexp.MustCompile(`^(?:\d+|\d{1,3}(?:'\d{3})+)(?:\.\d+)?$`),
}

// buildDecimal reads an exact number, in the form of an example where it is not plain. What does not have the form is refused: 1.234
// is a thousand in one country and little more than one in another.
func buildDecimal(c *compiler, at int, args []part) part {
	x := args[0]
	var form *regexp.Regexp
	name := ""
	if len(args) == 2 {
		name, _ = args[1].literal.(string)
		if form = numberForms[name]; form == nil {
			return c.fault(at, "bad-format", fmt.Sprintf("%s is no form of numbers", args[1].words), `write it as one of these examples: "1,234.5" "1.234,5" "1 234,5" "1'234.5"`)
		}
	}
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Text|Numeric)
		if err != nil {
			return nil, err
		}
		s, isText := v.(string)
		if form == nil || !isText {
			d, err := Decimal(v)
			return d, err
		}
		plain, ok := plainly(strings.TrimSpace(s), form, name)
		if !ok {
			return nil, &Problem{What: fmt.Sprintf("%s is not a number of the form %s", clip(s), name), Fix: "correct it in the other system, or give the form that it has"}
		}
		d, err := Decimal(plain)
		return d, err
	}}
}

// plainly is a number of the form in plain notation. The minus may stand behind it.
func plainly(s string, form *regexp.Regexp, example string) (string, bool) {
	digits, behind := strings.CutSuffix(s, "-")
	digits, before := strings.CutPrefix(digits, "-")
	if before && behind || !form.MatchString(digits) {
		return "", false
	}
	point := example[len(example)-2]
	plain := strings.Map(func(r rune) rune {
		switch {
		case r == rune(point):
			return '.'
		case r >= '0' && r <= '9':
			return r
		}
		return -1
	}, digits)
	if before || behind {
		plain = "-" + plain
	}
	return plain, true
}
