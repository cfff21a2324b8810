package smtp_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/smtp"
)

var hongKong = time.FixedZone("HKT", 8*60*60)

var sentAt = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

func section(t testing.TB, text string) config.Section {
	t.Helper()
	s, err := config.Parse("tradewire.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sink connects to a server at address; more are further settings.
func sink(t testing.TB, address, more string) connectors.Sink {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	env := connectors.Env{Name: "mail", Dir: t.TempDir(), Zone: hongKong, Now: func() time.Time { return sentAt }}
	made, faults := smtp.Driver(env, section(t, fmt.Sprintf("host: %q\nport: %s\nfrom: 珠江电线 Shipping <shipping@pearl.example.com>\n%s", host, port, more)))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	s, faults := made.(connectors.Writable).Sink("notices", section(t, "{}"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}

func plain(t testing.TB, address string) connectors.Sink { return sink(t, address, "tls: none") }

func entry(key string, revision int64, record connectors.Record, files ...connectors.Attachment) connectors.Entry {
	return connectors.Entry{Target: "notices", Kind: "notice", Key: key, Revision: revision, Op: connectors.Put, Record: record, Attachments: files}
}

// short is a mail of which nothing matters but to whom it goes.
func short(key string, to ...any) connectors.Entry {
	if len(to) == 0 {
		to = []any{"planning@pearl.example.com"}
	}
	return entry(key, 1, connectors.Record{"to": to, "subject": "order " + key, "text": "a new order\n"})
}

func write(t testing.TB, s connectors.Sink, entries ...connectors.Entry) []connectors.Result {
	t.Helper()
	results, err := s.Write(t.Context(), entries)
	if err != nil || len(results) != len(entries) {
		t.Fatalf("%d entries were written: %d results, %v", len(entries), len(results), err)
	}
	return results
}

// sent writes entries that must be taken.
func sent(t testing.TB, s connectors.Sink, entries ...connectors.Entry) []connectors.Result {
	t.Helper()
	results := write(t, s, entries...)
	for i, r := range results {
		if r.Err != nil || r.State != connectors.Applied {
			t.Fatalf("%s: %s, %v", entries[i].Key, r.State, r.Err)
		}
	}
	return results
}

// blamed checks the kind of a fault, and that it holds these words.
func blamed(t testing.TB, err error, kind connectors.Kind, words ...string) {
	t.Helper()
	fault, ok := errors.AsType[*connectors.Error](err)
	if !ok || fault.Kind != kind || fault.System != "mail" || fault.Op == "" {
		t.Fatalf("%s is due, not %#v: %v", kind, fault, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the fault does not speak of %q: %v", w, err)
		}
	}
}

var pdf = append([]byte("%PDF-1.7\r\n.\r\n..\n\x00\xff"), bytes.Repeat([]byte{0, 1, 2, 254, 255, '\r', '\n', '.'}, 5000)...)

const notice = "订单 SO-2026-0317 第 2 版：数量有变\n\n.数量 1,200 米 -> 1,500 米\n\n..\n.\nFrom here on in English\n"

func TestAMailArrivesAsItWasMeant(t *testing.T) {
	box := post(t, withoutTLS)
	record := connectors.Record{"to": "计划部 <planning@pearl.example.com>; \"Lee, Ann\" <ann@Pearl.example.com>", "cc": []any{"sales@pearl.example.com", nil}, "bcc": "ann@pearl.EXAMPLE.com, audit@pearl.example.com"}
	results := sent(t, plain(t, box.address), entry("SO-2026-0317/planning", 2, record,
		connectors.Attachment{Name: "notice.txt", MediaType: "text/plain; charset=utf-8", Body: []byte(notice)},
		connectors.Attachment{Name: "装箱单 SO-2026-0317.pdf", MediaType: "application/pdf", Body: pdf},
		connectors.Attachment{Name: `a "quoted"; name.csv`, MediaType: "text/csv; charset=utf-8", Body: []byte("a,b\n")},
		connectors.Attachment{Name: "second.txt", MediaType: "text/plain", Body: []byte("more\n")},
		connectors.Attachment{Name: "unknown.bin", MediaType: "what\r\nis: this", Body: []byte("x")},
		connectors.Attachment{Name: "kept.eml", MediaType: "message/rfc822", Body: []byte("y")}))
	mail := box.only(t)
	if mail.from != "shipping@pearl.example.com" {
		t.Errorf("the sender is %s", mail.from)
	}
	if want := []string{"planning@pearl.example.com", "ann@Pearl.example.com", "sales@pearl.example.com", "audit@pearl.example.com"}; !slices.Equal(mail.to, want) {
		t.Errorf("the recipients are %v, not everyone once: %v", mail.to, want)
	}
	got := opened(t, mail.data)
	if got.subject != "订单 SO-2026-0317 第 2 版：数量有变" || got.text != notice {
		t.Errorf("the subject is %q, the text %q", got.subject, got.text)
	}
	want := []file{
		{"装箱单 SO-2026-0317.pdf", `application/pdf; name="=?UTF-8?b?6KOF566x5Y2VIFNPLTIwMjYtMDMxNy5wZGY=?="`, pdf},
		{`a "quoted"; name.csv`, "text/csv; charset=utf-8", []byte("a,b\n")},
		{"second.txt", "text/plain", []byte("more\n")},
		{"unknown.bin", "application/octet-stream", []byte("x")},
		{"kept.eml", "application/octet-stream", []byte("y")},
	}
	if !reflect.DeepEqual(got.files, want) {
		t.Errorf("the files are %.300v", got.files)
	}
	for name, want := range map[string][]*netmail.Address{"From": {{Name: "珠江电线 Shipping", Address: "shipping@pearl.example.com"}},
		"To": {{Name: "计划部", Address: "planning@pearl.example.com"}, {Name: "Lee, Ann", Address: "ann@Pearl.example.com"}},
		"Cc": {{Address: "sales@pearl.example.com"}}} {
		if list, err := got.head.AddressList(name); err != nil || !reflect.DeepEqual(list, want) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	if strings.Contains(string(mail.data), "audit@") {
		t.Error("a blind copy is seen")
	}
	for name, want := range map[string]string{"Message-Id": results[0].Reference, "Auto-Submitted": "auto-generated", "X-Tradewire-Target": "notices",
		"X-Tradewire-Document": "notice SO-2026-0317/planning", "X-Tradewire-Revision": "2", "Date": "Mon, 02 Mar 2026 17:30:00 +0800", "Mime-Version": "1.0", "User-Agent": "", "X-Mailer": ""} {
		if is := got.head.Get(name); is != want {
			t.Errorf("%s is %q, not %q", name, is, want)
		}
	}
}

func TestTheSameEntryHasOneMessageIDAndAnyOtherAnother(t *testing.T) {
	box := post(t, withoutTLS)
	first := short("SO 1")
	first.Attachments = []connectors.Attachment{{Name: "a.pdf", MediaType: "application/pdf", Body: pdf}}
	entries := []connectors.Entry{first, first}
	for _, change := range []func(e *connectors.Entry){
		func(e *connectors.Entry) { e.Revision = 2 },
		func(e *connectors.Entry) { e.Key = "SO 11" },
		func(e *connectors.Entry) { e.Kind = "paper" },
		func(e *connectors.Entry) { e.Target = "papers" },
		func(e *connectors.Entry) { e.Kind, e.Key = "notice SO", "1" },
	} {
		other := first
		change(&other)
		entries = append(entries, other)
	}
	sent(t, plain(t, box.address), entries...)
	sent(t, sink(t, box.address, "tls: none\ndomain: mail.pearl.example.com"), first)
	ids := map[string]int{}
	for _, mail := range box.all() {
		ids[opened(t, mail.data).head.Get("Message-Id")]++
	}
	results := sent(t, plain(t, box.address), first)
	if len(ids) != 7 || ids[results[0].Reference] != 2 {
		t.Errorf("8 mails, two of them the same, and one of another domain, have the ids %v", ids)
	}
	all := box.all()
	if !bytes.Equal(all[0].data, all[len(all)-1].data) {
		t.Errorf("the same entry at the same time is another mail:\n%s\n%s", all[0].data, all[len(all)-1].data)
	}
	if id := results[0].Reference; !strings.HasSuffix(id, "@pearl.example.com>") || len(id) != 64+len("<@pearl.example.com>") {
		t.Errorf("the Message-ID is %s", id)
	}
}

func TestAMailSaysWhereAnswersGo(t *testing.T) {
	box := post(t, withoutTLS)
	own := short("SO-2")
	own.Record["reply_to"] = "Ann <ann@pearl.example.com>"
	sent(t, sink(t, box.address, "tls: none\nreply_to: 船运部 <desk@pearl.example.com>"), short("SO-1"), own)
	sent(t, plain(t, box.address), short("SO-3"))
	var replies []string
	for _, mail := range box.all() {
		list, _ := opened(t, mail.data).head.AddressList("Reply-To")
		replies = append(replies, fmt.Sprint(list))
	}
	if want := []string{`[=?utf-8?q?=E8=88=B9=E8=BF=90=E9=83=A8?= <desk@pearl.example.com>]`, `["Ann" <ann@pearl.example.com>]`, "[]"}; !slices.Equal(replies, want) {
		t.Errorf("answers go to %v", replies)
	}
}

func TestTheMappingsWordsComeBeforeTheDrawnOnes(t *testing.T) {
	box := post(t, withoutTLS)
	drawn := connectors.Attachment{Name: "notice.txt", MediaType: "text/plain", Body: []byte("\ufeff\n  drawn   subject \r\nline\rend")}
	to := "a@example.com"
	sent(t, plain(t, box.address),
		entry("1", 1, connectors.Record{"to": to, "subject": "said", "text": "said text"}, drawn),
		entry("2", 1, connectors.Record{"to": to, "subject": "said"}, drawn),
		entry("3", 1, connectors.Record{"to": to, "subject": "", "text": " "}, drawn),
		entry("4", 1, connectors.Record{"to": to}, connectors.Attachment{Name: "x.txt", MediaType: "text/plain", Body: []byte(strings.Repeat("长", 300))}))
	var got []string
	for _, mail := range box.all() {
		l := opened(t, mail.data)
		got = append(got, fmt.Sprintf("%s|%s|%d", l.subject, l.text, len(l.files)))
	}
	whole := "\n  drawn   subject \nline\nend\n"
	want := []string{"said|said text\n|1", "said|" + whole + "|0", "drawn subject|" + whole + "|0",
		strings.Repeat("长", 249) + "…|" + strings.Repeat("长", 300) + "\n|0"}
	if !slices.Equal(got, want) {
		t.Errorf("the mails are %q", got)
	}
}

func TestNoLineIsLongerThanMailsMayHave(t *testing.T) {
	box := post(t, withoutTLS)
	to := make([]any, 100)
	for i := range to {
		to[i] = fmt.Sprintf("%s %03d <recipient-%03d@%s.example.com>", strings.Repeat("计划部", 5), i, i, strings.Repeat("long", 10))
	}
	record := connectors.Record{"to": to, "subject": strings.Repeat("订单x", 60), "text": strings.Repeat("x", 100000) + "\n" + strings.Repeat("长", 10000)}
	sent(t, plain(t, box.address),
		entry(strings.Repeat("订单", 30), 1, record, connectors.Attachment{Name: strings.Repeat("单", 60) + ".pdf", MediaType: "application/pdf", Body: pdf}),
		entry("2", 1, connectors.Record{"to": "a@example.com", "subject": strings.Repeat("w", 250), "text": strings.Repeat("long line ", 5000)}),
		entry("3", 1, connectors.Record{"to": "a@example.com", "subject": " a" + strings.Repeat(" ", 200) + "b\tc ", "text": "x"}))
	for _, mail := range box.all() {
		for line := range bytes.SplitSeq(mail.data, []byte("\n")) {
			if len(line) > 998 || !bytes.HasSuffix(line, []byte("\r")) && len(line) > 0 || bytes.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
				t.Errorf("a line of %d bytes: %.200q", len(line), line)
			}
		}
		head, _, _ := bytes.Cut(mail.data, []byte("\r\n\r\n"))
		for line := range bytes.Lines(head) {
			if len(bytes.TrimSpace(line)) == 0 {
				t.Errorf("a line of nothing but spaces ends the head:\n%s", head)
			}
		}
	}
	if got := opened(t, box.all()[2].data).subject; got != "a b c" {
		t.Errorf("the subject is %q", got)
	}
	if chinese, english := box.all()[0].data, box.all()[1].data; bytes.Contains(chinese, []byte("quoted-printable")) || !bytes.Contains(english, []byte("quoted-printable")) {
		t.Error("a text is not written in the way in which it is shortest")
	}
	if got := opened(t, box.all()[0].data); got.subject != record["subject"] || got.text != record["text"].(string)+"\n" {
		t.Errorf("the subject is %q, the text has %d bytes", got.subject, len(got.text))
	}
}
