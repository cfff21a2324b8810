package sqldb

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// charsets are those of which is known which characters they have, by the names that MySQL gives them. What it calls latin1 is
// Windows-1252.
var charsets = map[string]encoding.Encoding{
	"gbk": simplifiedchinese.GBK, "gb2312": simplifiedchinese.GBK, "big5": traditionalchinese.Big5, "latin1": charmap.Windows1252,
	"latin2": charmap.ISO8859_2, "cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "cp1256": charmap.Windows1256,
	"greek": charmap.ISO8859_7, "hebrew": charmap.ISO8859_8, "koi8r": charmap.KOI8R, "koi8u": charmap.KOI8U,
}

// holds says, as far as it is known, that a character set has all characters of a text.
func holds(charset, text string) bool {
	switch charset = strings.ToLower(charset); charset {
	case "ascii":
		return strings.IndexFunc(text, func(r rune) bool { return r > 0x7f }) < 0
	case "utf8", "utf8mb3":
		return strings.IndexFunc(text, func(r rune) bool { return r > 0xffff }) < 0
	}
	known := charsets[charset]
	if known == nil {
		return true
	}
	_, err := known.NewEncoder().String(text)
	return err == nil
}
