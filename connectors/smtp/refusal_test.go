package smtp_test

import (
	"slices"
	"strings"
	"testing"

	"tradewire/connectors"
)

func TestWhatAServerAnswersHasItsMeaning(t *testing.T) {
	for _, c := range []struct {
		word  string
		code  int
		kind  connectors.Kind
		words string
		stops bool // those that follow are not tried
	}{
		{"MAIL", 451, connectors.Unavailable, "does not take mail now", true},
		{"MAIL", 452, connectors.Unavailable, "does not take mail now", true},
		{"MAIL", 550, connectors.Misconfigured, "check from", true},
		{"MAIL", 530, connectors.Misconfigured, "write user and password", true},
		{"RCPT", 450, connectors.Refused, "tried again", false},
		{"RCPT", 452, connectors.Refused, "tried again", false},
		{"RCPT", 550, connectors.Refused, "correct the address", false},
		{"RCPT", 530, connectors.Misconfigured, "write user and password", true},
		{"DATA", 451, connectors.Refused, "tried again", false},
		{"DATA", 552, connectors.Refused, "what the server says", false},
		{"DATA", 554, connectors.Refused, "what the server says", false},
	} {
		t.Run(c.word+" "+strings.ToLower(string(c.kind)), func(t *testing.T) {
			box := post(t, withoutTLS)
			s := plain(t, box.address)
			said := 0
			box.set(func(word, _ string) error {
				if word == c.word {
					if said++; said == 2 || c.stops && said > 2 {
						return no(c.code, "没有 because of\r\n this")
					}
				}
				return nil
			}, nil)
			entries := []connectors.Entry{short("SO-1"), short("SO-2"), short("SO-3")}
			results := write(t, s, entries...)
			if results[0].Err != nil {
				t.Fatal(results[0].Err)
			}
			blamed(t, results[1].Err, c.kind, c.words)
			if !strings.Contains(results[1].Err.Error(), "because of this") {
				t.Errorf("the server's words are not told in one line: %v", results[1].Err)
			}
			want := map[string][]int64{"SO-1": {1}}
			if c.stops {
				blamed(t, results[2].Err, c.kind, "not sent: mail: send notice SO-")
			} else if want["SO-3"] = []int64{1}; results[2].Err != nil {
				t.Errorf("one bad mail stops a good one: %v", results[2].Err)
			}
			sameHeld(t, box, want)
			if box.opens() != 1 {
				t.Errorf("%d lines were opened", box.opens())
			}
			box.set(nil, nil)
			sent(t, s, entries[1])
			want["SO-2"] = []int64{1}
			sameHeld(t, box, want)
		})
	}
}

func sameHeld(t testing.TB, box *mailbox, want map[string][]int64) {
	t.Helper()
	held := box.held(t)
	if len(held) != len(want) {
		t.Errorf("the server holds %v, and should hold %v", held, want)
	}
	for key, revisions := range want {
		if !slices.Equal(held[key], revisions) {
			t.Errorf("the server holds %v of %s, and should hold %v", held[key], key, revisions)
		}
	}
}

func TestAMailOfWhichOneRecipientIsRefusedGoesToNobody(t *testing.T) {
	box := post(t, withoutTLS)
	box.set(func(word, to string) error {
		switch {
		case word == "RCPT" && strings.HasPrefix(to, "gone"):
			return no(550, "no such user")
		case word == "RCPT" && strings.HasPrefix(to, "grey"):
			return no(450, "come back later")
		}
		return nil
	}, nil)
	s := plain(t, box.address)
	for _, c := range []struct {
		to    []any
		words []string
	}{
		{[]any{"a@example.com", "gone@example.com", "b@example.com"}, []string{"of 3 recipients", "not take 1", "nothing was sent", "gone@example.com: 550 no such user", "correct the address"}},
		{[]any{"gone1@example.com", "grey@example.com", "gone2@example.com"}, []string{"not take 3", "gone1@example.com: 550", "grey@example.com: 450", "gone2@example.com: 550", "correct the address"}},
		{[]any{"grey@example.com", "a@example.com"}, []string{"grey@example.com: 450 come back later", "tried again"}},
	} {
		results := write(t, s, short("SO-1", c.to...), short("SO-2"))
		blamed(t, results[0].Err, connectors.Refused, c.words...)
		if results[1].Err != nil {
			t.Error(results[1].Err)
		}
	}
	for _, mail := range box.all() {
		if !slices.Equal(mail.to, []string{"planning@pearl.example.com"}) {
			t.Errorf("a mail went out to %v", mail.to)
		}
	}
	if len(box.all()) != 3 {
		t.Errorf("%d of the 3 good mails arrived", len(box.all()))
	}
}

func TestAGreylistedMailIsTakenWhenItComesAgain(t *testing.T) {
	box := post(t, withoutTLS)
	seen := map[string]bool{}
	box.set(func(word, to string) error {
		if word != "RCPT" || seen[to] {
			return nil
		}
		seen[to] = true
		return no(451, "greylisted")
	}, nil)
	s := plain(t, box.address)
	blamed(t, write(t, s, short("SO-1"))[0].Err, connectors.Refused, "greylisted", "tried again")
	sent(t, s, short("SO-1"))
	sameHeld(t, box, map[string][]int64{"SO-1": {1}})
}

func TestAMailThatIsTooLargeIsNotEvenBegun(t *testing.T) {
	box := post(t, withoutTLS, atMost(5000))
	large := short("SO-1")
	large.Attachments = []connectors.Attachment{{Name: "a.pdf", MediaType: "application/pdf", Body: pdf}}
	results := write(t, plain(t, box.address), large, short("SO-2"))
	blamed(t, results[0].Err, connectors.Refused, "at most 5000", "smaller papers")
	if results[1].Err != nil || len(box.all()) != 1 {
		t.Errorf("%d mails, %v", len(box.all()), results[1].Err)
	}
}

func TestAddressesBeyondASCIIAreSentWhereTheServerTakesThem(t *testing.T) {
	old, modern := post(t, withoutTLS), post(t, withoutTLS, withSMTPUTF8)
	for _, address := range []string{"李四@example.com", "li@例子.example.com"} {
		results := write(t, plain(t, old.address), short("SO-1", "a@example.com", address), short("SO-2"))
		blamed(t, results[0].Err, connectors.Refused, address, "beyond ASCII", "SMTPUTF8", "correct it")
		if results[1].Err != nil {
			t.Error(results[1].Err)
		}
		reply := short("SO-1")
		reply.Record["reply_to"] = address
		blamed(t, write(t, plain(t, old.address), reply)[0].Err, connectors.Refused, "reply_to", "SMTPUTF8")
		sent(t, plain(t, modern.address), short("SO-1", address), short("SO-2"), reply)
		all := modern.all()
		mails := all[len(all)-3:]
		if !mails[0].utf8 || mails[1].utf8 || !mails[2].utf8 || mails[0].to[0] != address {
			t.Errorf("the server got %v", mails)
		}
		if list, err := opened(t, mails[0].data).head.AddressList("To"); err != nil || list[0].Address != address {
			t.Errorf("the mail is to %v, %v", list, err)
		}
	}
}

func TestAMailCannotBeTakenBack(t *testing.T) {
	box := post(t, withoutTLS)
	gone := entry("SO-1", 2, nil)
	gone.Op = connectors.Remove
	if r := write(t, plain(t, box.address), gone)[0]; r.Err != nil || r.State != connectors.Unchanged || box.opens() != 0 {
		t.Errorf("%v over %d lines", r, box.opens())
	}
}

func TestAllMailsOfOneWriteGoOverOneLine(t *testing.T) {
	box := post(t, withoutTLS)
	s := plain(t, box.address)
	sent(t, s, short("SO-1"), short("SO-2"), short("SO-3"))
	if box.opens() != 1 {
		t.Errorf("three mails took %d lines", box.opens())
	}
	sent(t, s, short("SO-4"))
	if box.opens() != 2 {
		t.Errorf("a second write took %d lines", box.opens()-1)
	}
}
