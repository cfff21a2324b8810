package credit

import (
	"strconv"
	"strings"

	"tradewire/mapping/document"
)

// prepaid is the one term under which no credit is given.
const prepaid = "PREPAY"

// usance is a letter of credit that is paid so many days after it was presented.
const usance = "LC_USANCE"

// monthEnd is the longest way from a delivery to the end of its month, in days.
const monthEnd = 30

// nextMonthEnd is the longest way from a delivery to the end of the month after it: from July 1st to August 31st.
const nextMonthEnd = monthEnd + 31

// termKind parts terms into their kind and its days: NET30 is NET and 30. False for terms that nobody here knows.
func termKind(terms string) (kind string, n int, known bool) {
	switch terms {
	case prepaid, "COD", "LC_SIGHT", "EOMPLUS1M":
		return terms, 0, true
	}
	if deposit, split := splitTerms(terms); split {
		return splitKind, deposit, true
	}
	for _, kind := range []string{"NET", "EOM", usance} {
		if rest, ok := strings.CutPrefix(terms, kind); ok {
			n, known := days(rest)
			return kind, n, known
		}
	}
	return "", 0, false
}

// dueOn is when goods that were delivered on a day are to be paid. False for terms that nobody here knows.
func dueOn(terms string, delivered document.Date) (document.Date, bool) {
	kind, n, known := termKind(terms)
	switch kind {
	case "NET", usance:
		return delivered.AddDays(n), known
	case "EOM": // the end of the month of delivery, and so many days
		return delivered.MonthEnd().AddDays(n), known
	case "EOMPLUS1M": // the end of the month after delivery
		return document.Date{Year: delivered.Year, Month: delivered.Month, Day: 1}.AddMonths(1).MonthEnd(), known
	}
	return delivered, known
}

// termDays is how long terms allow after a delivery on a day, in days; the longest that may be, when the day is not known. False for
// terms that nobody here knows.
func termDays(terms string, delivered document.Date) (int, bool) {
	if !delivered.IsZero() {
		due, known := dueOn(terms, delivered)
		return due.Sub(delivered), known
	}
	kind, n, known := termKind(terms)
	switch kind {
	case "EOM":
		n += monthEnd
	case "EOMPLUS1M":
		n = nextMonthEnd
	case splitKind: // all of it before shipping
		n = 0
	}
	return n, known
}

// days are plain digits: NET030 and NET+30 are slips of the pen.
func days(s string) (int, bool) {
	s = strings.TrimPrefix(s, "_")
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= longestTerms && strconv.Itoa(n) == s
}
