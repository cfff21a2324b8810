package config

import (
	"regexp"
	"strings"
)

// masked is shown in place of what nobody may read over a shoulder.
const masked = "***"

// secretWord is in the names of settings that hold something secret, whether or not we know them.
var secretWord = regexp.MustCompile(`(?i)passw|passphrase|\bpwd\b|secret|token|credential|authorization|cookie|(api|access|private)[-_ ]?key`)

// secretGiven is a secret that is given inside a longer text: ?token=abc, SET PASSWORD = 'abc', IDENTIFIED BY 'abc'.
var secretGiven = regexp.MustCompile(`(?is)((?:passw\w*|pwd|secret|token|credential|authorization|(?:api|access|private)[-_]?key)["']?\s*[=:]|identified\s+by).*`)

// schemes begin an address or a DSN; what follows may be a user.
var schemes = regexp.MustCompile(`^(?:[a-z][a-z0-9+.-]*://|(?:mysql|mariadb|sqlite|kafka|smtp|smtps|mailto):)`)

// mask is the value of a setting as it may be shown.
func mask(key, value string) string {
	if value != "" && secretWord.MatchString(key) {
		return masked
	}
	return secretGiven.ReplaceAllString(maskAddress(value), "${1} "+masked)
}

// maskAddress takes the password out of user:password@host. A password may hold every sign, so what is between the first colon
// and the last @ is taken for one.
func maskAddress(value string) string {
	end := strings.LastIndex(value, "@")
	if end < 0 {
		return value
	}
	scheme := schemes.FindString(value[:end])
	user, _, given := strings.Cut(value[len(scheme):end], ":")
	if !given {
		return value
	}
	return scheme + user + ":" + masked + value[end:]
}
