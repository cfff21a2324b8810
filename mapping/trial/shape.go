package trial

import "unicode"

// hidden is a character that a reader of a terminal would not see, or not see where it stands.
func hidden(c rune) bool { return c != ' ' && !unicode.IsPrint(c) }
