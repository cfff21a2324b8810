package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"tradewire/connectors"
)

func TestALongMessageIsCutAtALineAndSaysHowMuchIsMissing(t *testing.T) {
	var lines []string
	for i := range 2000 {
		lines = append(lines, fmt.Sprintf("%04d 订单冻结，超出信用额度", i))
	}
	whole := strings.Join(lines, "\n")
	for service, most := range map[string]int{"wecom": 2048, "dingtalk": 20_000, "feishu": 20_000} {
		r := waiting(t, service)
		sent(t, r.group(t, ""), notice("SO-1", 1, whole))
		h := r.only(t)
		size := len(h.body)
		if service == "wecom" {
			size = len(h.text())
		}
		if size > most || size < most-200 {
			t.Errorf("%s: %d bytes are sent of at most %d", service, size, most)
		}
		said := strings.Split(h.text(), "\n")
		shown := len(said) - 2
		if said[shown] != "…" || said[shown+1] != fmt.Sprintf("(%d lines left out / 另有 %d 行未显示)", 2000-shown, 2000-shown) {
			t.Errorf("%s: it ends with %q", service, said[shown:])
		}
		if got := strings.Join(said[:shown], "\n"); got != strings.Join(lines[:shown], "\n") {
			t.Errorf("%s: what is shown is not the beginning", service)
		}
	}
}

func TestAMessageThatJustFitsIsWhole(t *testing.T) {
	for bytes, cut := range map[int]bool{2048: false, 2049: true} {
		r := waiting(t, "wecom")
		text := strings.Repeat("a", bytes-2) + "\nb"
		sent(t, r.group(t, ""), notice("SO-1", 1, text))
		if got := r.only(t).text(); (got != text) != cut {
			t.Errorf("%d bytes: cut is %v", bytes, got != text)
		}
	}
}

func TestALineThatIsTooLongAloneIsCutBetweenLetters(t *testing.T) {
	r := waiting(t, "wecom")
	sent(t, r.group(t, ""), notice("SO-1", 1, strings.Repeat("额", 900)))
	text := r.only(t).text()
	if !utf8.ValidString(text) || len(text) > 2048 || len(text) < 2000 || !strings.HasPrefix(text, "额额") || !strings.HasSuffix(text, "额…\n(1 line left out / 另有 1 行未显示)") {
		t.Errorf("%d bytes: …%s", len(text), text[len(text)-60:])
	}
}

func TestWhatIsNoMessageIsRefusedAndStopsNothing(t *testing.T) {
	r := waiting(t, "wecom")
	bare := func(record connectors.Record) connectors.Entry {
		return connectors.Entry{Target: "alerts", Kind: "notice", Key: "SO-2", Revision: 1, Op: connectors.Put, Record: record}
	}
	paper := notice("SO-2", 1, "held")
	paper.Attachments = append(paper.Attachments, connectors.Attachment{Name: "SO-2.pdf", MediaType: "application/pdf", Body: []byte("%PDF")})
	broken := notice("SO-2", 1, "held \xff")
	removed := notice("SO-2", 2, "held")
	removed.Op = connectors.Remove
	s := r.group(t, "")
	results := write(t, s, bare(nil), bare(connectors.Record{"text": connectors.Number("1")}), bare(connectors.Record{"text": "held", "order": "SO-2"}), paper, broken, removed,
		bare(connectors.Record{"text": "written by a mapping"}))
	for i, words := range []string{"write render: [text]", "not a text", `a field "order"`, `"SO-2.pdf" cannot be sent`, "not UTF-8"} {
		blamed(t, results[i].Err, connectors.Refused, words)
	}
	if results[5].State != connectors.Unchanged || results[5].Err != nil {
		t.Errorf("a message that is taken back: %+v", results[5])
	}
	if text := r.only(t).text(); text != "written by a mapping" {
		t.Errorf("the robot was sent %q", text)
	}
}
