package smtp_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"tradewire/connectors"
)

func TestAMailThatCannotBeSentSaysWhatToCorrect(t *testing.T) {
	box := post(t, withoutTLS)
	s := plain(t, box.address)
	text := connectors.Attachment{Name: "notice.txt", MediaType: "text/plain", Body: []byte("subject\ntext")}
	many := make([]any, 101)
	for i := range many {
		many[i] = fmt.Sprintf("r%d@example.com", i)
	}
	for name, c := range map[string]struct {
		record connectors.Record
		files  []connectors.Attachment
		words  []string
	}{
		"no record":                 {nil, []connectors.Attachment{text}, []string{"no recipient", "mapping"}},
		"an empty recipient":        {connectors.Record{"to": " ; "}, []connectors.Attachment{text}, []string{"no recipient"}},
		"only a copy":               {connectors.Record{"cc": "a@example.com"}, []connectors.Attachment{text}, []string{"no recipient"}},
		"a number":                  {connectors.Record{"to": connectors.Number("7")}, []connectors.Attachment{text}, []string{"to holds", "not a text"}},
		"a number in a list":        {connectors.Record{"to": []any{"a@example.com", connectors.Number("7")}}, []connectors.Attachment{text}, []string{"to holds"}},
		"half an address":           {connectors.Record{"to": "a@example.com; planning"}, []connectors.Attachment{text}, []string{`"planning"`, "correct it"}},
		"a bad copy":                {connectors.Record{"to": "a@example.com", "cc": "<a@>"}, []connectors.Attachment{text}, []string{"cc:", `"<a@>"`}},
		"a bad blind copy":          {connectors.Record{"to": "a@example.com", "bcc": "@b"}, []connectors.Attachment{text}, []string{"bcc:"}},
		"two addresses for answers": {connectors.Record{"to": "a@example.com", "reply_to": "a@b.cn,c@d.cn"}, []connectors.Attachment{text}, []string{"reply_to has 2"}},
		"a very long address":       {connectors.Record{"to": strings.Repeat("a", 65) + "@example.com"}, []connectors.Attachment{text}, []string{"too long"}},
		"too many recipients":       {connectors.Record{"to": many}, []connectors.Attachment{text}, []string{"101 recipients", "list"}},
		"no subject":                {connectors.Record{"to": "a@example.com", "text": "x"}, []connectors.Attachment{text}, []string{"no subject"}},
		"a long subject":            {connectors.Record{"to": "a@example.com", "subject": strings.Repeat("x", 251), "text": "x"}, nil, []string{"250 characters"}},
		"no text":                   {connectors.Record{"to": "a@example.com", "subject": "x"}, []connectors.Attachment{{Name: "a.pdf", MediaType: "application/pdf", Body: pdf}}, []string{"no text", "text/plain"}},
		"an empty text":             {connectors.Record{"to": "a@example.com", "subject": "x"}, []connectors.Attachment{{Name: "a.txt", MediaType: "text/plain", Body: []byte(" \n")}}, []string{"no text"}},
		"a text in another code":    {connectors.Record{"to": "a@example.com", "subject": "x"}, []connectors.Attachment{{Name: "a.txt", MediaType: "text/plain", Body: []byte("\xb6\xa9\xb5\xa5")}}, []string{"not UTF-8"}},
		"a text that is a list":     {connectors.Record{"to": "a@example.com", "subject": "x", "text": []any{"x"}}, nil, []string{"text is not a text"}},
		"a field that is unknown":   {connectors.Record{"to": "a@example.com", "subject": "x", "text": "x", "body": "x"}, nil, []string{`"body"`, "reply_to"}},
		"a file without a name":     {connectors.Record{"to": "a@example.com", "subject": "x", "text": "x"}, []connectors.Attachment{{MediaType: "text/plain"}}, []string{"plain file name"}},
		"a file in a folder":        {connectors.Record{"to": "a@example.com", "subject": "x", "text": "x"}, []connectors.Attachment{{Name: "../a.pdf"}}, []string{"../a.pdf"}},
	} {
		t.Run(name, func(t *testing.T) {
			blamed(t, write(t, s, entry("SO-1", 1, c.record, c.files...))[0].Err, connectors.Refused, append(c.words, "send notice SO-1")...)
		})
	}
	if len(box.all()) > 0 || box.opens() > 0 {
		t.Errorf("%d mails went out over %d lines", len(box.all()), box.opens())
	}
}

func TestNothingThatPeopleWriteBecomesAHeader(t *testing.T) {
	box := post(t, withoutTLS)
	s := plain(t, box.address)
	for _, evil := range []string{"x\r\nBcc: evil@example.com", "x\nBcc: evil@example.com", "x\rBcc: evil@example.com", "x\r\n\r\nbody", "x\x00y", "x\u2028y", "=?UTF-8?q?x=0D=0ABcc:_evil@example.com?="} {
		good := func() connectors.Record {
			return connectors.Record{"to": "a@example.com", "subject": "good", "text": "text"}
		}
		with := func(field, value string) connectors.Entry {
			r := good()
			r[field] = value
			return entry("SO-1", 1, r)
		}
		for _, e := range []connectors.Entry{with("subject", evil), with("to", `"`+evil+`" <a@example.com>`), with("to", evil+" <a@example.com>"), with("to", evil), with("cc", "a@"+evil),
			with("reply_to", `"`+evil+`" <a@example.com>`), entry(evil, 1, good()), entry("SO-1", 1, good(), connectors.Attachment{Name: evil, MediaType: "text/plain"}),
			entry("SO-1", 1, connectors.Record{"to": `"a> SIZE=1` + evil + `"@example.com`, "subject": "x", "text": "x"})} {
			r := write(t, s, e)[0]
			if r.Err == nil {
				t.Errorf("%q %q %q was sent", e.Key, e.Record, e.Attachments)
				continue
			}
			blamed(t, r.Err, connectors.Refused)
		}
	}
	sent(t, s, entry("SO-1", 1, connectors.Record{"to": `"a> <b@example.com"@example.com`, "subject": "x", "text": "Bcc: evil@example.com\n\n.\nQUIT\n"},
		connectors.Attachment{Name: `a"; name="b.txt`, MediaType: "text/csv; x=\"\r\nBcc: evil@example.com\"", Body: []byte("\r\n.\r\nMAIL FROM:<x@example.com>\r\n")}))
	mail := box.only(t)
	if l := opened(t, mail.data); l.head.Get("Bcc") != "" || len(l.head) != 11 || l.files[0].name != `a"; name="b.txt` || l.text != "Bcc: evil@example.com\n\n.\nQUIT\n" {
		t.Errorf("the mail is\n%s", mail.data)
	}
}

func TestAddressesArePartedAsPeopleWriteThem(t *testing.T) {
	box := post(t, withoutTLS)
	s := plain(t, box.address)
	for text, want := range map[string][]string{
		"a@x.cn":                                    {"a@x.cn"},
		"a@x.cn,b@x.cn; c@x.cn ;":                   {"a@x.cn", "b@x.cn", "c@x.cn"},
		"a@x.cn；b@x.cn，c@x.cn":                      {"a@x.cn", "b@x.cn", "c@x.cn"},
		`"Lee, Ann; Ltd. \"x\", y" <a@x.cn>,b@x.cn`: {"a@x.cn", "b@x.cn"},
		"张三 <a@x.cn>, 李四 (计划, 采购) <b@x.cn>":         {"a@x.cn", "b@x.cn"},
		"a@x.cn, A@x.cn, a@X.CN, a@x.cn":            {"a@x.cn", "A@x.cn"},
	} {
		before := len(box.all())
		sent(t, s, short("SO-1", text))
		if to := box.all()[before].to; !slices.Equal(to, want) {
			t.Errorf("%s: %v", text, to)
		}
	}
}

func TestWhateverIsWrittenIsRead(t *testing.T) {
	box := post(t, withoutTLS)
	s := plain(t, box.address)
	printable := rapid.StringOf(rapid.RuneFrom(nil, unicode.Han, unicode.L, unicode.N, unicode.P, unicode.S))
	words := rapid.Map(rapid.SliceOfN(printable, 1, 12), func(w []string) string {
		letters := []rune("x" + strings.Join(w, " "))
		return string(letters[:min(len(letters), 250)])
	})
	rapid.Check(t, func(rt *rapid.T) {
		subject, text, body := words.Draw(rt, "subject"), rapid.String().Draw(rt, "text"), rapid.SliceOf(rapid.Byte()).Draw(rt, "body")
		name := strings.NewReplacer("/", "-", `\`, "-").Replace(string([]rune(words.Draw(rt, "name") + ".pdf")))
		e := entry("SO-1", 1, connectors.Record{"to": "a@example.com", "subject": subject, "text": "x" + text}, connectors.Attachment{Name: name, MediaType: "application/pdf", Body: body})
		if len(name) > 200 {
			e.Attachments[0].Name = "short.pdf"
		}
		if r := write(t, s, e)[0]; r.Err != nil {
			if strings.Contains(subject+name, "=?") {
				return
			}
			rt.Fatal(r.Err)
		}
		all := box.all()
		l := opened(t, all[len(all)-1].data)
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace("x" + text)
		if got := strings.Join(strings.Fields(l.subject), " "); got != strings.Join(strings.Fields(subject), " ") {
			rt.Errorf("the subject %q became %q", subject, l.subject)
		}
		if strings.TrimSuffix(l.text, "\n") != strings.TrimSuffix(want, "\n") {
			rt.Errorf("the text %q became %q", want, l.text)
		}
		if l.files[0].name != e.Attachments[0].Name || !bytes.Equal(l.files[0].body, body) {
			rt.Errorf("the file %q became %q", e.Attachments[0].Name, l.files[0].name)
		}
	})
}
