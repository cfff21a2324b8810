package render

import (
	"strings"

	"tradewire/mapping/document"
)

// currencyNames are those that are spelled out; others keep their code.
var currencyNames = map[document.Currency]string{
	"HKD": "Hong Kong dollars", "USD": "US dollars", "CNY": "Chinese yuan", "EUR": "euros", "GBP": "pounds sterling", "JPY": "Japanese yen",
}

var (
	upToTwenty = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	tens       = strings.Fields("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
	thousands  = []string{"", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion"}
)

// inWords spells an amount as invoices do, hundredths as a fraction. Amounts below zero are not spelled.
func inWords(m document.Money) string {
	places := m.Currency.Places()
	plain := m.Amount.Fixed(places)
	digits, cents, _ := strings.Cut(plain, ".")
	whole, err := document.ParseDecimal(digits)
	if err != nil || m.Sign() < 0 {
		return ""
	}
	n, fits := whole.Int64()
	if !fits {
		return ""
	}
	name, known := currencyNames[m.Currency]
	if !known {
		name = string(m.Currency)
	}
	if cents == "" || strings.Trim(cents, "0") == "" {
		return "Say " + name + " " + spelled(n) + " only"
	}
	return "Say " + name + " " + spelled(n) + " and " + cents + "/1" + strings.Repeat("0", len(cents)) + " only"
}

// spelled is a whole number in English words.
func spelled(n int64) string {
	if n == 0 {
		return upToTwenty[0]
	}
	var groups []string
	for i := 0; n > 0; i, n = i+1, n/1000 {
		if n%1000 > 0 {
			groups = append([]string{belowThousand(n%1000) + thousands[i]}, groups...)
		}
	}
	return strings.Join(groups, " ")
}

func belowThousand(n int64) string {
	var words []string
	if n >= 100 {
		words = append(words, upToTwenty[n/100]+" hundred")
		n %= 100
	}
	switch {
	case n == 0:
	case n < 20:
		words = append(words, upToTwenty[n])
	case n%10 == 0:
		words = append(words, tens[n/10])
	default:
		words = append(words, tens[n/10]+"-"+upToTwenty[n%10])
	}
	return strings.Join(words, " ")
}
