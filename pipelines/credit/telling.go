package credit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tradewire/mapping/document"
)

// Telling says what people are told of accounts, and who.
type Telling struct {
	RearmNotice  *Percent                         `yaml:"rearm_notice_below" example:"75%"`             // a notice is due again after falling below; left out: 5 points below notice_above
	RearmOver    *Percent                         `yaml:"rearm_over_below" example:"95%"`               // that an account is beyond its limit is told again after falling below; left out: 95%
	ExpiringDays []int                            `yaml:"limit_expiring_days" example:"[30, 7]"`        // so many days before a limit ends people are warned, and when it has ended; left out: when it has ended
	LateDays     []int                            `yaml:"overdue_alert_days" example:"[7, 30, 60, 90]"` // an oldest open item that is overdue for longer than so many days is told, and one that begins to hold orders; left out: [0, 30, 60, 90]
	Alerts       map[document.NoticeType][]string `yaml:"alerts"`                                       // who hears of what, by the type of notice, and nobody else; []: nobody; left out: the department of alert, and all that are told of credit
}

// rearmGap is how far below a mark an exposure falls before the mark is told again, in points, where the policy does not say.
var rearmGap = document.DecimalOf(5)

// mark is a share of the limit above which people are told, and below which they are told again.
type mark struct {
	level        document.CreditLevel
	above, rearm Percent
}

// marks are all of them, the nearest to the limit first.
func (p Policy) marks() []mark {
	whole := Percent{document.DecimalOf(100)}
	return []mark{
		{document.LevelOver, whole, p.rearm(p.RearmOver, whole)},
		{document.LevelWatch, p.WatchAbove, p.RearmBelow},
		{document.LevelNotice, p.NoticeAbove, p.rearm(p.RearmNotice, p.NoticeAbove)},
	}
}

// rearm is what the policy says, or a gap below the mark; a mark that is as low as the gap is its own.
func (p Policy) rearm(said *Percent, above Percent) Percent {
	switch {
	case said != nil:
		return *said
	case above.Greater(rearmGap):
		return Percent{above.Sub(rearmGap)}
	}
	return above
}

// hear are the departments that are told of a type of notice.
func (p Policy) hear(t document.NoticeType) []string {
	if named, said := p.Alerts[t]; said {
		return named
	}
	return []string{p.Alert}
}

// Hears says whether a department that is told of credit is told of anything: the policy leaves a type to all of them, or names it.
func (p Policy) Hears(department string) bool {
	for _, t := range document.CreditAlertTypes() {
		if named, said := p.Alerts[t]; !said || slices.Contains(named, department) {
			return true
		}
	}
	return false
}

// tells says whether anybody hears of a type of notice.
func (p Policy) tells(t document.NoticeType) bool { return len(p.hear(t)) > 0 }

// address makes a notice one for each department that is to hear of it.
func (p Policy) address(n *document.Notice) (notices []document.Document) {
	_, named := p.Alerts[n.Type]
	for i, department := range p.hear(n.Type) {
		one := *n
		one.To, one.Beside, one.Named = department, i > 0 && n.OrderKey == "", named
		notices = append(notices, &one)
	}
	return notices
}

// telling finds the contradictions of who is told what, and when again.
func (p Policy) telling(add fault) {
	for _, m := range []struct {
		key, of string
		rearm   *Percent
		above   Percent
	}{{"rearm_notice_below", "notice_above", p.RearmNotice, p.NoticeAbove}, {"rearm_over_below", "the limit,", p.RearmOver, Percent{document.DecimalOf(100)}}} {
		if m.rearm != nil && (m.rearm.Sign() <= 0 || m.rearm.Greater(m.above.Decimal)) {
			add(fmt.Sprintf("%s %s does not lie between zero and %s %s: one crossing would be told for ever", m.key, *m.rearm, m.of, m.above),
				"write a share above zero that is not above "+m.above.String(), m.key)
		}
	}
	for i, days := range p.ExpiringDays {
		at := []string{"limit_expiring_days", strconv.Itoa(i)}
		switch {
		case days < 1 || days > longestTerms:
			add(fmt.Sprintf("limit_expiring_days: %d days before the end of a limit nobody is warned", days), "write days from 1, such as [30, 7]; that a limit has ended is told in any case", at...)
		case slices.Index(p.ExpiringDays, days) < i:
			add(fmt.Sprintf("limit_expiring_days: %d stands there twice", days), "write each number of days once", at...)
		}
	}
	for i, days := range p.LateDays {
		at := []string{"overdue_alert_days", strconv.Itoa(i)}
		switch {
		case days < 0 || days > longestTerms:
			add(fmt.Sprintf("overdue_alert_days: after %d days nobody is told that an item is overdue", days), "write days from 0, such as [7, 30, 60, 90]; that it holds orders is told in any case", at...)
		case slices.Index(p.LateDays, days) < i:
			add(fmt.Sprintf("overdue_alert_days: %d stands there twice", days), "write each number of days once", at...)
		}
	}
	for _, t := range sorted(p.Alerts) {
		if !slices.Contains(document.CreditAlertTypes(), t) {
			add(fmt.Sprintf("alerts: %q is no alert about credit", t), "write one of: "+types(document.CreditAlertTypes()), "alerts", string(t))
			continue
		}
		for i, department := range p.Alerts[t] {
			at := []string{"alerts", string(t), strconv.Itoa(i)}
			switch {
			case strings.TrimSpace(department) != department || department == "":
				add(fmt.Sprintf("alerts: %q is not a department", department), "write a word such as finance, or [] where nobody is to hear of it", at...)
			case slices.Index(p.Alerts[t], department) < i:
				add(fmt.Sprintf("alerts: %s hears of %s twice", department, t), "name each department once", at...)
			}
		}
	}
}

func types(all []document.NoticeType) string {
	var names []string
	for _, t := range all {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}
