package sqldb

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"tradewire/connectors"
)

// value is a value of a driver as a value of a Record. A binary fraction becomes the shortest decimal that means it,
// which is what was written as long as it had at most 15 digits.
func value(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case int64:
		return connectors.Number(strconv.FormatInt(v, 10)), nil
	case uint64:
		return connectors.Number(strconv.FormatUint(v, 10)), nil
	case float64:
		return fraction(v, 64)
	case float32:
		return fraction(float64(v), 32)
	case string:
		return readable(v)
	case []byte:
		return readable(string(v))
	}
	return nil, fmt.Errorf("holds a %T, which is neither text nor number", v)
}

func fraction(f float64, bits int) (any, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, fmt.Errorf("holds a number without end")
	}
	return connectors.Number(strconv.FormatFloat(f, 'f', -1, bits)), nil
}

func readable(s string) (any, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("holds bytes that are not UTF-8 text")
	}
	return s, nil
}

// bound is a value of a Record as an argument of a statement. A decimal fraction is bound as text and never as a
// binary number: the column's own type decides how it is kept, and what it made of it is read back.
func bound(v any) (any, error) {
	switch v := v.(type) {
	case nil, string:
		return v, nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case connectors.Number:
		return boundNumber(string(v))
	}
	return nil, fmt.Errorf("is a %T, and a column holds one value", v)
}

func boundNumber(n string) (any, error) {
	if whole, err := strconv.ParseInt(n, 10, 64); err == nil {
		return whole, nil
	}
	d, err := exact(n)
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(n, "eE") {
		return d.String(), nil
	}
	return n, nil
}

// exact is a number as a decimal. An exponent beyond reason is refused before it makes a text of a gigabyte.
func exact(n string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(n)
	if err != nil || n == "" || len(n) > 400 || d.Exponent() > 400 || d.Exponent() < -400 {
		return decimal.Decimal{}, fmt.Errorf("%.40q is not a number", n)
	}
	return d, nil
}

// boundKey is a value out of a position as an argument of a comparison. A column that is computed has no type that
// would make a number of a text, so a fraction is bound as the binary number it was read from.
func boundKey(v any) (any, error) {
	if n, ok := v.(connectors.Number); ok && strings.Contains(string(n), ".") {
		if f, err := strconv.ParseFloat(string(n), 64); err == nil && strconv.FormatFloat(f, 'f', -1, 64) == string(n) {
			return f, nil
		}
	}
	return bound(v)
}

// same says whether what stands in the database is what was written: numbers as exact decimals, texts letter by letter.
func same(written, stands any) bool {
	if written == stands {
		return true // as mostly
	}
	if written == nil || stands == nil {
		return written == nil && stands == nil
	}
	if b, ok := written.(bool); ok {
		return stands == b || same(connectors.Number(map[bool]string{true: "1", false: "0"}[b]), stands)
	}
	if b, ok := stands.(bool); ok {
		return same(written, connectors.Number(map[bool]string{true: "1", false: "0"}[b]))
	}
	a, isText := written.(string)
	b, standsText := stands.(string)
	if isText && standsText {
		return a == b || sameDay(a, b)
	}
	if isText && (len(a) > 1 && a[0] == '0' && a[1] != '.' || strings.HasPrefix(a, "+")) {
		return false // a code like 0012 has become the number 12
	}
	return sameNumber(keyText(written), keyText(stands))
}

// sameDay says that a day stands as its midnight, as a column of days and times keeps it.
func sameDay(written, stands string) bool {
	const day = len("2006-01-02")
	if len(written) != day || written[4] != '-' || written[7] != '-' || !strings.HasPrefix(stands, written) {
		return false
	}
	rest := strings.TrimRight(strings.Replace(stands[day:], ".", "", 1), "0")
	return rest == " 00:00:" || rest == "T00:00:"
}

func sameNumber(a, b string) bool {
	x, err := exact(a)
	if err != nil {
		return false
	}
	y, err := exact(b)
	return err == nil && x.Equal(y)
}

// keyText is a value as part of a key.
func keyText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case connectors.Number:
		if whole(string(v)) {
			return string(v)
		}
		if d, err := exact(string(v)); err == nil {
			return d.String() // 5 and 5.00 are one key
		}
		return string(v)
	}
	return fmt.Sprint(v)
}

// whole says that text is a whole number as everyone writes it.
func whole(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || digits[0] == '0' && text != "0" {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

var (
	escape   = strings.NewReplacer("%", "%25", "/", "%2F")
	unescape = strings.NewReplacer("%2F", "/", "%25", "%")
)

// joinKey is a key of several columns, joined so that two keys never look alike.
func joinKey(parts []any) string {
	if len(parts) == 1 {
		return keyText(parts[0])
	}
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = escape.Replace(keyText(part))
	}
	return strings.Join(texts, "/")
}

// splitKey undoes joinKey.
func splitKey(key string, n int) ([]string, bool) {
	if n == 1 {
		return []string{key}, true
	}
	parts := strings.Split(key, "/")
	for i := range parts {
		parts[i] = unescape.Replace(parts[i])
	}
	return parts, len(parts) == n
}
