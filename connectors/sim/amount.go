package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// The world reckons in whole numbers: money in hundredths, prices in ten-thousandths, quantities in thousandths.
const (
	moneyPlaces    = 2
	pricePlaces    = 4
	quantityPlaces = 3
)

// hkd is what one unit of a currency is worth, in hundredths of a Hong Kong dollar.
var hkd = map[string]int64{"HKD": 100, "USD": 780, "CNY": 110}

// amountOf is quantity times price, rounded half up to hundredths.
func amountOf(quantity, price int64) int64 { return (quantity*price + 50_000) / 100_000 }

// taxOf is the tax on a net amount, rounded half up to hundredths.
func taxOf(net, percent int64) int64 { return (net*percent + 50) / 100 }

// convert changes money from one currency into another at the world's fixed rates.
func convert(amount int64, from, to string) int64 {
	if from == to {
		return amount
	}
	return (amount*hkd[from] + hkd[to]/2) / hkd[to]
}

// fixed writes a whole number of the smallest unit with its decimal point: fixed(1250, 2) is "12.50".
func fixed(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatInt(n, 10)
	if len(digits) <= places {
		digits = strings.Repeat("0", places+1-len(digits)) + digits
	}
	return sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// plain is fixed without trailing zeros: plain(152500, 3) is "152.5".
func plain(n int64, places int) string {
	return strings.TrimSuffix(strings.TrimRight(fixed(n, places), "0"), ".")
}

// parse reads a plain decimal into the smallest unit; digits beyond it must be zeros.
func parse(text string, places int) (int64, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if whole == "" {
		return 0, fmt.Errorf("%q is not a plain decimal number", text)
	}
	if len(fraction) > places {
		if strings.Trim(fraction[places:], "0") != "" {
			return 0, fmt.Errorf("%q has more than %d decimals", text, places)
		}
		fraction = fraction[:places]
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a plain decimal number", text)
	}
	return n, nil
}
