package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// ruler knows the characters that can be drawn and how wide they are, in thousandths of the font size.
type ruler interface {
	has(r rune) bool
	advance(r rune, bold bool) int
}

// MissingGlyphs says that a paper holds characters which its font cannot draw. A name with holes, or with empty boxes
// in it, is never printed.
type MissingGlyphs struct {
	Characters []rune
	Text       string // where the first one stands
}

func (e *MissingGlyphs) Error() string {
	names := make([]string, len(e.Characters))
	for i, r := range e.Characters {
		names[i] = fmt.Sprintf("%q (%U)", r, r)
	}
	return fmt.Sprintf("the font has no %s, needed for %q: run `make fonts` for a Chinese font, or set one that has them",
		strings.Join(names, ", "), e.Text)
}

func (e *MissingGlyphs) add(r rune) {
	if !slices.Contains(e.Characters, r) {
		e.Characters = append(e.Characters, r)
	}
}

// emojiSelector asks for the character before it to be shown as an emoji.
const emojiSelector = 0xFE0F

// pictographs are the blocks of emoji and their kin.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{{0x2300, 0x23FF, 1}, {0x2600, 0x27BF, 1}, {0x2B00, 0x2BFF, 1}},
	R32: []unicode.Range32{{0x1F000, 0x1FAFF, 1}},
}

// drawable is text without what has no place on paper: emoji, control characters, invisible marks. Characters that are
// missing in the font are returned beside it; they are for the caller to refuse.
func drawable(r ruler, text string) (clean string, missing []rune) {
	var out strings.Builder
	// A whole cluster is judged at once: an emoji may consist of seven characters.
	for clusters := uniseg.NewGraphemes(norm.NFC.String(text)); clusters.Next(); {
		kept, lost := drawableCluster(r, clusters.Runes())
		out.WriteString(kept)
		missing = append(missing, lost...)
	}
	return out.String(), missing
}

func drawableCluster(r ruler, cluster []rune) (kept string, missing []rune) {
	for _, c := range cluster {
		switch {
		case c == '\n':
			kept += "\n"
		case unicode.IsSpace(c) && c != '\r':
			kept += " "
		case invisible(c):
		case c != unicode.ReplacementChar && r.has(c):
			kept += string(c)
		case unicode.Is(pictographs, c) || slices.Contains(cluster, emojiSelector):
			return "", nil
		default:
			missing = append(missing, c)
		}
	}
	return kept, missing
}

// leftOut stands where Chinese was left out.
const leftOut = "[Chinese text]"

// chineseScript are the characters of Chinese writing: Han, its punctuation, full-width forms. A table that does not rise
// is read wrong.
var chineseScript = []*unicode.RangeTable{unicode.Han, {R16: []unicode.Range16{{0x00B7, 0x00B7, 1}, {0x3000, 0x303F, 1}, {0xFF00, 0xFFEF, 1}}}}

// inEnglish puts leftOut in the place of every run of Chinese that the font cannot draw.
func inEnglish(r ruler, text string) string {
	var out strings.Builder
	inRun := false
	for _, c := range text {
		chinese := unicode.In(c, chineseScript...) && !r.has(c)
		if chinese && !inRun {
			out.WriteString(leftOut)
		}
		if !chinese {
			out.WriteRune(c)
		}
		inRun = chinese
	}
	return out.String()
}

// hasLatin says whether a name can be read by those who read Latin letters.
func hasLatin(name string) bool {
	return strings.ContainsFunc(name, func(c rune) bool { return unicode.Is(unicode.Latin, c) })
}

// invisible says whether c only steers how others are shown.
func invisible(c rune) bool {
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Variation_Selector) || c == 0x20E3
}

// width is how wide the text is drawn, in points.
func width(r ruler, text string, size float64, bold bool) float64 {
	sum := 0
	for _, c := range text {
		sum += r.advance(c, bold)
	}
	return float64(sum) * size / 1000
}

// wrap breaks text into lines of at most max points: where its script allows it, and inside a word when the word alone
// is too long. Nothing but spaces at the breaks is lost.
func wrap(r ruler, text string, size float64, bold bool, max float64) (lines []string) {
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, wrapParagraph(r, paragraph, size, bold, max)...)
	}
	return lines
}

func wrapParagraph(r ruler, text string, size float64, bold bool, max float64) (lines []string) {
	fits := func(s string) bool { return width(r, strings.TrimRight(s, " "), size, bold) <= max }
	line, state := "", -1
	for text != "" {
		var segment string
		segment, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		if fits(line + segment) {
			line += segment
			continue
		}
		if line != "" {
			lines = append(lines, strings.TrimSpace(line))
			line = ""
		}
		for !fits(segment) {
			head := longestHead(segment, fits)
			lines = append(lines, strings.TrimSpace(head))
			segment = segment[len(head):]
		}
		line = segment
	}
	return append(lines, strings.TrimSpace(line))
}

// longestHead is as much of text as fits, at least one cluster.
func longestHead(text string, fits func(string) bool) string {
	end, state, rest := 0, -1, text
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if end > 0 && !fits(text[:end+len(cluster)]) {
			break
		}
		end += len(cluster)
	}
	return text[:end]
}
