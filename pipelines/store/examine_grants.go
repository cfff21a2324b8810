package store

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tradewire/connectors"
)

// daily are the rights that the store needs every day, changing those with which it makes its tables and brings them up to
// date.
var (
	daily    = []string{"SELECT", "INSERT", "UPDATE", "DELETE"}
	changing = []string{"CREATE", "ALTER", "INDEX"}
)

// grants looks at what our user may do in the database. Where its tables are whole, the next start makes none.
func (x *examination) grants(ctx context.Context, whole bool) error {
	var database, known string
	if err := x.store.read.QueryRowxContext(ctx, `SELECT DATABASE(), CURRENT_USER()`).Scan(&database, &known); err != nil {
		return err
	}
	var lines []string
	if err := x.store.read.SelectContext(ctx, &lines, `SHOW GRANTS`); err != nil {
		return err
	}
	may, roles := rights(lines, database)
	at := strings.LastIndex(known, "@")
	give := func(missing []string) string {
		return fmt.Sprintf("GRANT %s ON `%s`.* TO '%s'@'%s'", strings.Join(missing, ", "), database, known[:max(at, 0)], known[at+1:])
	}
	without := func(wanted []string) []string {
		return slices.DeleteFunc(slices.Clone(wanted), func(right string) bool { return may[right] || may["ALL PRIVILEGES"] })
	}
	work, change := without(daily), without(changing)
	switch {
	case len(work)+len(change) == 0:
		x.add(connectors.OK, "the user may do what it will have to", "")
	case roles:
		x.add(connectors.Warn, fmt.Sprintf("the user has its rights by a role, or table by table: whether it may %s is not seen", strings.Join(append(work, change...), ", ")), give(append(daily, changing...)))
	case len(work) > 0 || !whole:
		x.add(connectors.Bad, fmt.Sprintf("the user may not %s in %s", strings.Join(append(work, change...), ", "), database), give(append(work, change...)))
	default:
		x.add(connectors.Warn, fmt.Sprintf("the user may not %s in %s: the next version may have to", strings.Join(change, ", "), database), give(change))
	}
	return nil
}

var grantLine = regexp.MustCompile("^GRANT (.+) ON (?:TABLE )?(`(?:[^`]|``)*`|\\*)\\.(`(?:[^`]|``)*`|\\*) TO ")

var elsewhere = regexp.MustCompile("^GRANT .* ON (?:PROCEDURE|FUNCTION|PACKAGE) |^GRANT PROXY |^SET ")

// rights reads what SHOW GRANTS says of a database. roles says that there is something that it does not say.
func rights(lines []string, database string) (may map[string]bool, roles bool) {
	may = map[string]bool{}
	for _, line := range lines {
		parts := grantLine.FindStringSubmatch(strings.ReplaceAll(line, `"`, "`")) // with ANSI_QUOTES names stand in these
		if parts == nil {                                                         // GRANT `role` TO ..., or the right to be somebody else, or to call something
			roles = roles || !elsewhere.MatchString(line)
			continue
		}
		if parts[2] != "*" && !names(strings.ReplaceAll(strings.Trim(parts[2], "`"), "``", "`"), database) {
			continue
		}
		if parts[3] != "*" {
			roles = true // on single tables
			continue
		}
		for right := range strings.SplitSeq(parts[1], ", ") {
			may[right] = true
		}
	}
	return may, roles
}

// names says whether a pattern of GRANT names a database: % and _ stand for any letters and any one, unless a \ is before them.
func names(pattern, database string) bool {
	var b strings.Builder
	b.WriteString("(?is)^")
	literal := false
	for _, r := range pattern {
		switch {
		case r == '\\' && !literal:
			literal = true
			continue
		case r == '%' && !literal:
			b.WriteString(".*")
		case r == '_' && !literal:
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
		literal = false
	}
	matched, err := regexp.MatchString(b.String()+"$", database)
	return err == nil && matched
}
