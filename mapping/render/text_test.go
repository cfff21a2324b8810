package render

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

func TestWhatHasNoPlaceOnPaperIsLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		"Ms. Winter":                          "Ms. Winter",
		"林\U0001F600小姐":                       "林小姐",
		"dev \U0001F469\u200D\U0001F4BB team": "dev  team", // three characters, one emoji
		"\U0001F1ED\U0001F1F0 Hong Kong":      " Hong Kong",
		"1\uFE0F\u20E3 carton":                "1 carton",
		"bell\a, zero\u200Bwidth, \uFEFFmark": "bell, zerowidth, mark",
		"tab\tno-break\u00A0wide\u3000space":  "tab no-break wide space",
		"two\r\nlines":                        "two\nlines",
		"Cafe\u0301":                          "Caf\u00E9", // composed, so that the font's own letter is used
		"\u2603\uFE0F snow":                   " snow",     // a symbol that is asked for as an emoji
	} {
		clean, missing := drawable(plainRuler{}, text)
		assert.Equal(t, want, clean)
		assert.Empty(t, missing, text)
	}
}

func TestACharacterThatTheFontLacksIsNamed(t *testing.T) {
	_, missing := drawable(plainRuler{latin: true}, "Pearl 珠江 \U0001F600")
	assert.Equal(t, []rune("珠江"), missing)
}

func TestChineseBreaksBetweenCharactersButNotBeforeAFullStop(t *testing.T) {
	lines := wrap(plainRuler{}, "请在下午五点前送达。", 10, false, 90)
	assert.Equal(t, []string{"请在下午五点前送", "达。"}, lines)
}

func TestWrappingLosesNothingAndFits(t *testing.T) {
	text := rapid.StringOf(rapid.RuneFrom([]rune("abc de-f/1 ,线电源(三)。")))
	rapid.Check(t, func(t *rapid.T) {
		s, most := text.Draw(t, "text"), rapid.Float64Range(20, 200).Draw(t, "width")
		lines := wrap(plainRuler{}, s, 10, false, most)
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if bare(strings.Join(lines, "")) != bare(s) {
			t.Fatalf("%q became %q", s, lines)
		}
		for _, l := range lines {
			if width(plainRuler{}, l, 10, false) > most {
				t.Fatalf("%q is wider than %.1f", l, most)
			}
		}
	})
}

func TestAmountsAreSpelledOut(t *testing.T) {
	for _, c := range []struct {
		money document.Money
		want  string
	}{
		{document.M("0", "HKD"), "Say Hong Kong dollars zero only"},
		{document.M("48348.59", "USD"), "Say US dollars forty-eight thousand three hundred forty-eight and 59/100 only"},
		{document.M("1000000.05", "CNY"), "Say Chinese yuan one million and 05/100 only"},
		{document.M("110", "JPY"), "Say Japanese yen one hundred ten only"},
		{document.M("17012", "CHF"), "Say CHF seventeen thousand twelve only"},
		{document.M("-5", "USD"), ""},
		{document.M("99999999999999999999", "USD"), ""},
	} {
		assert.Equal(t, c.want, inWords(c.money))
	}
}

func TestTermsOfPaymentAreSaidInWords(t *testing.T) {
	for code, want := range map[string]string{
		"NET30": "30 days after delivery\n交货后30天", "EOM60": "60 days after the end of the month of delivery\n月结60天",
		"PREPAY": "Payment before delivery\n款到发货", "LC_SIGHT": "Letter of credit at sight\n即期信用证", "NETTO": "NETTO", "TT30/70": "30 % deposit, 70 % before shipment\n订金30%，余款70%出货前付清", "TT30": "TT30", "TT/70": "TT/70", "": "",
	} {
		assert.Equal(t, want, terms(code).said(tongue{true}))
	}
}
