package credit

import (
	"strconv"
	"strings"
)

// prepaid is the one term under which no credit is given.
const prepaid = "PREPAY"

// monthEnd is the longest way from a delivery to the end of its month, in days.
const monthEnd = 30

// termDays is the longest time that terms allow after delivery, in days; false for terms that nobody here knows.
func termDays(terms string) (int, bool) {
	switch terms {
	case prepaid, "COD", "LC_SIGHT":
		return 0, true
	case "EOMPLUS1M": // the end of the month after delivery
		return monthEnd + 31, true
	}
	if rest, ok := strings.CutPrefix(terms, "NET"); ok {
		return days(rest)
	}
	if rest, ok := strings.CutPrefix(terms, "EOM"); ok {
		n, known := days(rest)
		return n + monthEnd, known
	}
	if rest, ok := strings.CutPrefix(terms, "LC_USANCE"); ok {
		return days(rest)
	}
	return 0, false
}

func days(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "_"))
	return n, err == nil && n >= 0 && n <= 3650
}
