package sqldb

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"

	"tradewire/config"
)

// speakUTF8 settles in which characters our sessions speak, whatever the columns are kept in: the server converts for each
// column, and refuses what it cannot hold. It is said in so many words, as a server may be set up to begin sessions with
// another character set whatever a client asks for.
//
// A session that spoke another one would have our bytes taken for other characters, and shown to us as they were: reading
// back finds nothing, and everybody else reads nonsense. (Invariant 10)
func speakUTF8(cfg *mysql.Config) error {
	return cfg.Apply(mysql.Charset("utf8mb4", cmp.Or(cfg.Collation, "utf8mb4_general_ci")))
}

// otherCharacters are the faults of a DSN, and of statements for every session, that choose other characters.
func otherCharacters(s settings) (faults config.Faults) {
	fault := func(pos config.Pos, said string) {
		faults = append(faults, pos.Fault("bad-charset", said+" lets the server take what we write for other characters, and show it to us alone as it was",
			"leave it out: sessions speak utf8mb4, and the server converts for the columns of every other character set"))
	}
	_, parameters, _ := strings.Cut(s.DSN.Value[strings.LastIndex(s.DSN.Value, "/")+1:], "?")
	for parameter := range strings.SplitSeq(parameters, "&") {
		said, err := url.QueryUnescape(parameter)
		if err != nil {
			said = parameter
		}
		if name, value, _ := strings.Cut(strings.ToLower(said), "="); !isUTF8(name, strings.Trim(value, `'"`)) {
			fault(s.DSN.Pos, said)
		}
	}
	for _, statement := range s.Init {
		if setsCharset.MatchString(statement.Value) && !setsUTF8.MatchString(statement.Value) {
			fault(statement.Pos, statement.Value)
		}
	}
	return faults
}

// isUTF8 says whether a parameter of a DSN leaves our sessions their characters.
func isUTF8(name, value string) bool {
	switch {
	case name == "charset", strings.HasPrefix(name, "character_set_"):
		return value == "utf8mb4"
	case name == "collation", name == "collation_connection":
		return strings.HasPrefix(value, "utf8mb4_")
	}
	return true
}

var (
	setsCharset = regexp.MustCompile(`(?is)\bset\b.*(\bnames\b|\bcharset\b|\bcharacter\s+set\b|\bcharacter_set_|\bcollation_connection\b)`)
	setsUTF8    = regexp.MustCompile(`(?i)^\s*set\s+names\s+['"]?utf8mb4['"]?(\s+collate\s+['"]?utf8mb4_\w+['"]?)?\s*;?\s*$`)
)
