package expr

import (
	"reflect"
	"strings"
	"testing"

	"tradewire/config"
	"tradewire/mapping/document"
)

// The peculiarities of databases that are older than we are.

func TestWhatOldDatabasesHoldIsRead(t *testing.T) {
	for name, cases := range map[string][][2]string{
		"zeros are no day": {
			{`date("0000-00-00") ?? nil`, "null"}, {`date("0000-00-00 00:00:00", "YYYY-MM-DD hh:mm:ss") ?? nil`, "null"}, {`date("00000000", "YYYYMMDD") ?? nil`, "null"},
			{`date(0, "YYYYMMDD") ?? nil`, "null"}, {`date("") ?? nil`, "null"}, {`date("0000-00-00") ?? date("2026-01-02")`, "2026-01-02"},
			{`instant("0000-00-00 00:00:00", "Asia/Hong_Kong") ?? nil`, "null"}, {`instant(0) ?? nil`, "null"}, {`instant("") ?? nil`, "null"},
		},
		"a moment is a text or a number": {
			{`instant("2026-11-21 17:31:07", "Asia/Hong_Kong")`, "2026-11-21T09:31:07Z"}, {`instant("2026-11-21 17:31:07.25", "Asia/Hong_Kong")`, "2026-11-21T09:31:07.25Z"},
			{`instant("2026-11-21T17:31", "Asia/Hong_Kong")`, "2026-11-21T09:31:00Z"}, {`instant("20261121173107", "Asia/Hong_Kong")`, "2026-11-21T09:31:07Z"},
			{`instant("2026-11-21T17:31:07+01:00", "Asia/Hong_Kong")`, "2026-11-21T16:31:07Z"}, {`instant(1795253467)`, "2026-11-21T09:31:07Z"},
			{`instant(1795253467250)`, "2026-11-21T09:31:07.25Z"}, {`instant(1795253467000001)`, "2026-11-21T09:31:07.000001Z"}, {`instant(integer("1795253467"))`, "2026-11-21T09:31:07Z"},
			{`day(instant("2026-11-21T17:31:07Z"), "Asia/Hong_Kong")`, "2026-11-22"}, {`day(instant(1795253467), "UTC")`, "2026-11-21"},
			{`text(instant(1795253467), "YYYY-MM-DD hh:mm:ss", "Asia/Hong_Kong")`, `"2026-11-21 17:31:07"`}, {`text(date(date), "YYYY-MM-DD hh:mm:ss")`, `"2026-01-31 00:00:00"`},
		},
		"a due day is counted": {
			{`add_days(date(date), 30)`, "2026-03-02"}, {`add_days(date(date), -31)`, "2025-12-31"}, {`add_months(date(date), 1)`, "2026-02-28"}, {`add_months(date("2024-01-31"), 1)`, "2024-02-29"},
			{`add_months(date(date), -14)`, "2024-11-30"}, {`month_end(date("2026-02-03"))`, "2026-02-28"}, {`add_days(month_end(date(date)), 60)`, "2026-04-01"},
		},
		"numbers are as people write them": {
			{`decimal("1,234,567.80", "1,234.5")`, "1234567.8"}, {`decimal("1.234,5", "1.234,5")`, "1234.5"}, {`decimal("12 345,10", "1 234,5")`, "12345.1"}, {`decimal("1'234.50", "1'234.5")`, "1234.5"},
			{`decimal(" 1,234.50- ", "1,234.5")`, "-1234.5"}, {`decimal("-7", "1.234,5")`, "-7"}, {`decimal("1234", "1,234.5")`, "1234"}, {`decimal(qty, "1,234.5")`, "12.5"},
			{`decimal("0.05") * 100`, "5"}, {`qty / 100`, "0.125"}, {`code("sign", "11")`, `"-1"`}, {`decimal(code("sign", 11)) * qty`, "-12.5"},
		},
		"texts go into narrow columns": {
			{`piece("Unit 5, 12 Example Road, Kwun Tong, Hong Kong", 1, 3, 20)`, `"Unit 5, 12 Example"`}, {`piece("Unit 5, 12 Example Road, Kwun Tong, Hong Kong", 2, 3, 20)`, `"Road, Kwun Tong,"`},
			{`piece("Unit 5, 12 Example Road, Kwun Tong, Hong Kong", 3, 3, 20)`, `"Hong Kong"`}, {`piece("short", 2, 3, 20)`, `""`}, {`piece("", 1, 2, 5)`, `""`},
			{`piece("广东省东莞市示例道一号", 1, 2, 6)`, `"广东省东莞市"`}, {`piece("广东省东莞市示例道一号", 2, 2, 6)`, `"示例道一号"`}, {`piece("a\nb", 2, 2, 5)`, `"b"`},
			{`piece("aaaa bb cccc", 2, 2, 6)`, `"b cccc"`}, {`fits("abc", 3)`, `"abc"`}, {`pad("123", 6)`, `"000123"`}, {`pad("1234567", 6)`, `"1234567"`}, {`pad("x", 3, " ")`, `"  x"`},
			{`note ?? "x"`, `"x"`}, {`filled(note, "", " ", nowhere, "y", "z")`, `"y"`}, {`filled(note, nil)`, "null"}, {`filled(qty, 1)`, "12.50"},
		},
		"characters are those that a column holds": {
			{`charset("é 珠 🚢", "utf8mb3", "?")`, `"é 珠 ?"`}, {`charset("é 珠", "latin1", "?")`, `"é ?"`}, {`charset("珠江", "gbk")`, `"珠江"`}, {`charset("ab🚢", "gbk", "")`, `"ab"`}, {`charset("é", "ascii", "e")`, `"e"`},
			{`unescape_html("Angus &amp; Co &#39;x&#39;")`, `"Angus & Co 'x'"`}, {`unescape_html("McGonagal & Co")`, `"McGonagal & Co"`}, {`escape_html("a & b")`, `"a &amp; b"`},
		},
		"a code that is not listed may be null or the same": {{`code("maybe", "x") ?? "none"`, `"none"`}, {`code("maybe", "x")`, "null"}, {`code("same", "x")`, `"x"`}, {`code("same", "a")`, `"b"`}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range cases {
				if got, err := evaluate(t, c[0]); err != nil || got != c[1] {
					t.Errorf("%s = %s, %v; want %s", c[0], got, err, c[1])
				}
			}
		})
	}
}

func TestWhatOldDatabasesCannotHoldSaysWhy(t *testing.T) {
	for source, want := range map[string]string{
		`date("0000-00-00")`:             `"0000-00-00" is no day -> say what stands in its place: date("0000-00-00") ?? nil`,
		`instant("2026-11-21 17:31:07")`: `is not an instant -> say where its clock stands: instant("2026-11-21 17:31:07", "Asia/Hong_Kong")`,
		`instant(20261121)`:              "is not a number of seconds",
		`add_days(date(date), 100000)`:   "100000 is too many",
		`decimal("12,50", "1,234.5")`:    `"12,50" is not a number of the form 1,234.5`,
		`decimal("1.234.5", "1,234.5")`:  "is not a number of the form",
		`decimal("-1-", "1,234.5")`:      "is not a number of the form",
		`piece("abcdefghijk", 1, 2, 5)`:  `has 11 characters and does not go into 2 times 5 -> shorten it in the other system, or write cut("abcdefghijk", 10)`,
		`fits("abcd", 3)`:                `"abcd" has 4 characters, and 3 fit`,
		`charset("ab🚢", "utf8mb3")`:      `"ab🚢" holds '🚢' (U+1F6A2), which utf8mb3 does not have`,
		`charset("珠", "latin1")`:         "which latin1 does not have",
		`pad("1", 3, "ab")`:              `"ab" is not one character`,
		`filled(note, "", note)`:         "is null",
	} {
		if _, err := evaluate(t, source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", source, err, want)
		}
	}
}

func TestMistakesWithTheWordsOfOldDatabasesAreFoundAtTheirPlace(t *testing.T) {
	for source, want := range map[string]string{
		`instant(number, "Hongkong/Nowhere")`:   `bad-time-zone "Hongkong/Nowhere" is not a time zone -> write a name like Asia/Hong_Kong: instant(`,
		`instant(number, number)`:               "the time zone is computed",
		`day(ordered_on, "UTC")`:                "ordered_on is a date, but day takes a time there",
		`text(ordered_on, "YYYY", "UTC")`:       `"YYYY" is not a form`,
		`text(ordered_on, "YYYY-MM-DD", "UTC")`: "only a moment has a time zone -> leave the zone out",
		`decimal(number, "1.234")`:              `"1.234" is no form of numbers -> write it as one of these examples: "1,234.5"`,
		`piece(number, 3, 2, 10)`:               "there is no piece 3 of 2",
		`piece(number, source_revision, 2, 9)`:  "are not written out",
		`charset(number, "koi8")`:               "is no character set that is known here -> write one of: ascii, big5, gbk, latin1, utf8mb3",
		`charset(number, "latin1", "珠")`:        "latin1 does not hold '珠' itself",
		`filled(number)`:                        "filled is given 1 values -> write filled(a, b)",
		`index()`:                               "index() is known only below each:",
	} {
		_, faults := Compile(at(source), &Scope{This: reflect.TypeFor[document.SalesOrder](), Codes: codes})
		if len(faults) != 1 || !strings.Contains(faults[0].String(), want) || faults[0].Pos.Line != 7 || faults[0].Pos.Col < 11 {
			t.Errorf("%s: %v; want %s", source, faults, want)
		}
	}
}

func init() {
	codes["sign"] = config.Codes{Values: map[string]string{"10": "1", "11": "-1"}}
	codes["maybe"] = config.Codes{Values: map[string]string{"a": "b"}, Unknown: config.Text{Value: "null"}}
	codes["same"] = config.Codes{Values: map[string]string{"a": "b"}, Unknown: config.Text{Value: "same"}}
}
