package connectors

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestABodyThatIsNotExactlyOneSoundValueIsRefusedInWords(t *testing.T) {
	for name, c := range map[string]struct{ body, says string }{
		"empty":                      {"", "the body is empty"},
		"only space":                 {" \n", "the body is empty"},
		"truncated":                  {`{"id":"A1"`, "a comma or the end of the object is due, not the end of the body"},
		"truncated text":             {`{"id":"A`, "a text does not end"},
		"two objects":                {`{} {}`, "something follows the end of the value: '{'"},
		"trailing byte":              {`{}x`, "byte 2: something follows the end of the value: 'x'"},
		"a key twice":                {`{"lines":[{},{},{"id":1,"id":2}]}`, `the key "id" stands twice in lines[2]`},
		"a key twice at the top":     {`{"id":1,"id":1}`, `the key "id" stands twice`},
		"a key twice by escape":      {`{"id":1,"\u0069d":2}`, `the key "id" stands twice`},
		"a key in another case":      {`{"a":{"id":1,"ID":2}}`, `the keys "id" and "ID" differ only in case in a`},
		"a key with the Kelvin sign": {`{"k":1,"` + "\u212a" + `":2}`, "differ only in case"},
		"a byte that is not UTF-8":   {"{\"name\":\"a\xff\"}", "the byte ff is not UTF-8 in name"},
		"GBK":                        {"{\"name\":\"\xd6\xd0\xce\xc4\"}", "is not UTF-8 in name"},
		"a surrogate in UTF-8":       {"[\"\xed\xa0\x80\"]", "is not UTF-8 in [0]"},
		"an overlong form":           {"[\"\xc0\xaf\"]", "is not UTF-8"},
		"a lone high surrogate":      {`["\ud83d"]`, `the surrogate \ud83d stands alone in [0]`},
		"a lone low surrogate":       {`["\ude00"]`, "stands alone"},
		"two high surrogates":        {`["\ud83d\ud83d"]`, "stands alone"},
		"a cut escape":               {`["\u12`, "an escape is cut off"},
		"an escape that is none":     {`["\x"]`, "a backslash is followed by 'x'"},
		"a NUL escape":               {"[\"\\\x00\"]", "a backslash is followed by"},
		"a raw control character":    {"[\"a\nb\"]", `the control character '\n'`},
		"NaN":                        {`{"qty":NaN}`, "a value is due, not 'N' in qty"},
		"Infinity":                   {`[-Infinity]`, "a digit is due, not 'I' in [0]"},
		"1e400":                      {`{"qty":1e400}`, "the exponent of a number is beyond 64 in qty"},
		"1e-999999999999999999999":   {`[1e-999999999999999999999]`, "the exponent"},
		"a long number":              {"[" + strings.Repeat("9", 65) + "]", "a number has 65 characters, at most 64 are taken in [0]"},
		"a leading zero":             {`[0123]`, "a number may not begin with a zero"},
		"a leading zero after minus": {`[-01]`, "a number may not begin with a zero"},
		"a point without digits":     {`[1.]`, "a digit is due after the point"},
		"a plus":                     {`[+1]`, "a value is due"},
		"a minus alone":              {`[-]`, "a digit is due"},
		"a trailing comma":           {`{"a":1,}`, "a text in double quotes is due"},
		"a trailing comma in a list": {`[1,]`, "a value is due"},
		"single quotes":              {`{'a':1}`, "a text in double quotes is due"},
		"a comment":                  {`{/**/}`, "a text in double quotes is due"},
		"a byte order mark":          {"\ufeff{}", "a value is due"},
		"depth 65":                   {strings.Repeat("[", 65) + strings.Repeat("]", 65), "the nesting is deeper than 64"},
		"depth 10,001":               {strings.Repeat("[", 10001), "the nesting is deeper than 64"},
		"too long":                   {`"` + strings.Repeat("a", 1<<20) + `"`, "the body has 1048578 bytes, at most 1048576 are taken"},
		"a word that is none":        {`nul`, "a value is due"},
		"a login page":               {`<html>`, "a value is due, not '<'"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := ParseJSON([]byte(c.body), DefaultLimits)
			if err == nil || v != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, %v; the error should say %q", v, err, c.says)
			}
		})
	}
}

func TestABodyThatMustBeAnObjectIsNothingElse(t *testing.T) {
	for body, says := range map[string]string{`null`: "null", `[]`: "a list", `"x"`: "a text", `1`: "a number", `true`: "true or false"} {
		if _, err := ParseRecord([]byte(body), DefaultLimits); err == nil || !strings.Contains(err.Error(), "is "+says+", not an object") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestNumbersKeepTheirTextAndLettersTheirMeaning(t *testing.T) {
	body := ` {"price":12.50,"big":9007199254740993,"small":-0.10e-3,"zero":-0,
		"name":"\u4e2d\u6587 \ud83d\ude00 é 𠮷 \"\\\/\b\f\n\r\t","empty":{},"none":null,"list":[true,false,[]]} `
	want := Record{"price": Number("12.50"), "big": Number("9007199254740993"), "small": Number("-0.10e-3"), "zero": Number("-0"),
		"name": "中文 😀 é 𠮷 \"\\/\b\f\n\r\t", "empty": Record{}, "none": nil, "list": []any{true, false, []any{}}}
	got, err := ParseRecord([]byte(body), DefaultLimits)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, %v", got, err)
	}
}

func TestTheLimitsAreTakenToTheLast(t *testing.T) {
	for _, body := range []string{
		strings.Repeat("[", 64) + strings.Repeat("]", 64),
		`"` + strings.Repeat("a", 1<<20-2) + `"`,
		strings.Repeat("9", 64),
		"1e64",
	} {
		if _, err := ParseJSON([]byte(body), DefaultLimits); err != nil {
			t.Errorf("%.20s...: %v", body, err)
		}
	}
}

func TestAPageIsSplitAndABrokenRecordBreaksOnlyItself(t *testing.T) {
	body := "{\"more\":true,\"data\":[{\"id\":\"A1\",\"rev\":1} , {\"id\":\"A2\",\"name\":\"\xff\"},\n" +
		`{"id":"A3","x":1,"x":2},{"id":"A4","id":"A5"},{"id":"A]\"}"},7,{"id":"A6","n":NaN},{"id":77,"rev":"b"}],"next":"p2"}`
	envelope, records, err := SplitRecords([]byte(body), "data", DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	if envelope["more"] != true || envelope["next"] != "p2" {
		t.Errorf("the envelope is %v", envelope)
	}
	id := Identity{Key: "id"}
	want := []struct {
		key    string
		reason string // empty: sound
	}{
		{"A1", ""}, {"A2", "byte 19: the byte ff is not UTF-8 in name"}, {"A3", `the key "x" stands twice`}, {"", `the key "id" stands twice`},
		{"", "quote"}, {"", "a number, not an object"}, {"A6", "a value is due, not 'N' in n"}, {"77", ""},
	}
	if len(records) != len(want) {
		t.Fatalf("%d records: %q", len(records), records)
	}
	for i, raw := range records {
		c := id.Read("order", raw, DefaultLimits)
		if c.Kind != "order" || c.Key != want[i].key || (c.Broken == nil) != (want[i].reason == "") {
			t.Errorf("record %d: %+v", i, c)
		}
		if c.Broken != nil && (!strings.Contains(c.Broken.Reason, want[i].reason) || !bytes.Equal(c.Broken.Raw, raw) || c.Record != nil) {
			t.Errorf("record %d is broken: %q (%s)", i, c.Broken.Reason, c.Broken.Raw)
		}
	}
}

func TestAPageWithoutItsListIsNeverAnEmptyPage(t *testing.T) {
	for body, says := range map[string]string{
		`{}`:                                `the body holds no list "data.items"`,
		`{"data":[]}`:                       `the body holds no list "data.items"`,
		`{"data":{"items":null}}`:           "a list is due, not 'n' in data.items",
		`{"data":{"items":{}}}`:             "a list is due",
		`{"error":"log in"}`:                "holds no list",
		`null`:                              "holds no list",
		`{"data":{"items":[{}`:              "a comma or the end of the list is due",
		`{"data":{"items":[{]}]}}`:          "the brackets do not match in data.items[0]",
		`{"data":{"items":[{},]}}`:          "a value is due, not ']' in data.items[1]",
		`{"data":{"items":["`:               "the list does not end",
		`{"data":{"items":[]}} {}`:          "something follows",
		`{"data":{"items":[]},"x":1,"x":2}`: `the key "x" stands twice`,
		`{"data":{"items":[]},"data":{}}`:   `the key "data" stands twice`,
	} {
		envelope, records, err := SplitRecords([]byte(body), "data.items", DefaultLimits)
		if err == nil || envelope != nil || records != nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v, %v; the error should say %q", body, envelope, records, err, says)
		}
	}
	if _, records, err := SplitRecords([]byte(` [ {"id":1}, {"id":2} ] `), "", DefaultLimits); err != nil || len(records) != 2 {
		t.Errorf("a body that is the list itself: %q, %v", records, err)
	}
}

func TestARecordSaysWhichOneItIs(t *testing.T) {
	id := Identity{Key: "order.id", Version: "rev", At: "at"}
	c := id.Read("order", []byte(`{"order":{"id":"A1"},"rev":7,"at":"2026-02-03T12:00:00+08:00"}`), DefaultLimits)
	if c.Broken != nil || c.Key != "A1" || c.Version != "7" || c.At.String() != "2026-02-03 04:00:00 +0000 UTC" {
		t.Errorf("got %+v", c)
	}
	for raw, says := range map[string]string{
		`{"rev":1}`:                                                   `the record has no "order.id"`,
		`{"order":"A1","rev":1}`:                                      `the record has no "order.id"`,
		`{"order":{"id":null},"rev":1}`:                               `"order.id" is null`,
		`{"order":{"id":""},"rev":1}`:                                 `"order.id" is empty`,
		`{"order":{"id":"A1"}}`:                                       `the record has no "rev"`,
		`{"order":{"id":"A1"},"rev":{}}`:                              `"rev" is an object`,
		`{"order":{"id":"A\n1"},"rev":1}`:                             "does not print",
		`{"order":{"id":"A\u0000"},"rev":1}`:                          "does not print",
		`{"order":{"id":"A\u202e1"},"rev":1}`:                         "does not print",
		`{"order":{"id":"../../etc"},"rev":1}`:                        "looks like a path",
		`{"order":{"id":"A'1"},"rev":1}`:                              "a quote",
		`{"order":{"id":"A１"},"rev":1}`:                               "full-width",
		`{"order":{"id":"Cafe\u0301"},"rev":1}`:                       "composed form",
		`{"order":{"id":" A1"},"rev":1}`:                              "a space",
		`{"order":{"id":"` + strings.Repeat("9", 300) + `"},"rev":1}`: "300 bytes, at most 200",
	} {
		if c := id.Read("order", []byte(raw), DefaultLimits); c.Broken == nil || !strings.Contains(c.Broken.Reason, says) {
			t.Errorf("%s: %+v; the reason should say %q", raw, c, says)
		}
	}
}

// What ParseJSON takes, encoding/json takes with the same value: it is the reference decoder, and only more tolerant.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.50e3,"x\u00e9\ud83d\ude00",null,true]}`, `{"k":1,"K":2}`, `[0,00]`, `"\ud800"`, "\"\xff\"", `{"a":{"a":{}}}`, ` 1 `, `{}{}`, `{"id":"A1","lines":[{"no":1,"qty":"12.50"}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := ParseJSON(body, DefaultLimits)
		if err != nil {
			return
		}
		if !utf8.Valid(body) {
			t.Fatalf("took a body that is not UTF-8: %q", body)
		}
		reference := json.NewDecoder(bytes.NewReader(body))
		reference.UseNumber()
		var want any
		if err := reference.Decode(&want); err != nil {
			t.Fatalf("took %q, encoding/json says %v", body, err)
		}
		if reference.More() {
			t.Fatalf("took %q with more behind it", body)
		}
		if !reflect.DeepEqual(got, ours(want)) {
			t.Fatalf("read %q as %#v, encoding/json as %#v", body, got, want)
		}
		if record, ok := got.(Record); ok { // and what it is written as again, it reads as the same
			again, err := ParseRecord(record.Canonical(), DefaultLimits)
			if err != nil && len(record.Canonical()) <= DefaultLimits.Bytes || err == nil && !reflect.DeepEqual(again, record) {
				t.Fatalf("%q is written as %q and read again as %v, %v", body, record.Canonical(), again, err)
			}
		}
	})
}

// ours is a value of encoding/json in the types of a Record.
func ours(v any) any {
	switch v := v.(type) {
	case json.Number:
		return Number(v)
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = ours(v[i])
		}
		return items
	case map[string]any:
		r := Record{}
		for k := range v {
			r[k] = ours(v[k])
		}
		return r
	}
	return v
}

func FuzzSplitRecords(f *testing.F) {
	f.Add([]byte(`{"data":[{"id":1},{"id":"]"}],"next":"x"}`))
	f.Add([]byte(`{"data":[[1,[2]],"a\"b",null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		whole, err := ParseRecord(body, DefaultLimits)
		_, records, splitErr := SplitRecords(body, "data", DefaultLimits)
		if err != nil {
			return
		}
		list, ok := whole["data"].([]any)
		if ok != (splitErr == nil) || len(list) != len(records) {
			t.Fatalf("%q holds the list %v and is split into %q, %v", body, list, records, splitErr)
		}
		for i, raw := range records {
			if v, err := ParseJSON(raw, DefaultLimits); err != nil || !reflect.DeepEqual(v, list[i]) {
				t.Fatalf("%q: record %d is %v and split off as %q, %v", body, i, list[i], raw, err)
			}
		}
	})
}
