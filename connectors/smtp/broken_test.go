package smtp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	server "github.com/emersion/go-smtp"

	"tradewire/connectors"
)

const impatient = "tls: none\ntimeout: 250ms"

func TestALineThatBreaksBeforeAMailIsOutSendsNothing(t *testing.T) {
	for _, word := range []string{"", "EHLO", "MAIL", "RCPT", "DATA"} {
		for _, how := range []string{cut, hang, "421 closing"} {
			t.Run(strings.TrimSpace(word+" "+how), func(t *testing.T) {
				t.Parallel()
				r := script(t, at(word, how))
				began := time.Now()
				for _, result := range write(t, sink(t, r.address, impatient), short("SO-1"), short("SO-2"), short("SO-3")) {
					blamed(t, result.Err, connectors.Unavailable)
				}
				lines, mails := r.counted()
				if mails != 0 || lines > 2 {
					t.Errorf("%d mails over %d lines", mails, lines)
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		}
	}
}

func TestAMailWhoseAnswerIsLostMayHaveArrived(t *testing.T) {
	for _, how := range []string{cut, hang, "gibberish", "354 more"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			first := true
			r := script(t, func(_ int, word string) string {
				if word == "." && first {
					first = false
					return how
				}
				return polite
			})
			s := sink(t, r.address, impatient)
			results := write(t, s, short("SO-1"), short("SO-2"))
			blamed(t, results[0].Err, connectors.Unknown, "may arrive twice", "same Message-ID")
			if how == hang {
				blamed(t, results[1].Err, connectors.Unavailable, "not sent: mail: send notice SO-")
			} else if results[1].Err != nil {
				t.Errorf("the next mail did not get a line of its own: %v", results[1].Err)
			}
			sent(t, s, short("SO-1"))
		})
	}
}

func TestALostAnswerAndItsRepetitionAreOneMail(t *testing.T) {
	box := post(t, withoutTLS)
	var once sync.Once
	box.set(nil, func(c *server.Conn) { once.Do(func() { _ = c.Conn().Close() }) })
	s := plain(t, box.address)
	blamed(t, write(t, s, short("SO-1"))[0].Err, connectors.Unknown)
	sent(t, s, short("SO-1"))
	if len(box.all()) != 2 {
		t.Errorf("the server has it %d times", len(box.all()))
	}
	sameHeld(t, box, map[string][]int64{"SO-1": {1}})
}

func TestAServerThatEndsALineAfterSoManyMailsGetsAnother(t *testing.T) {
	for _, how := range []string{cut, "421 too many mails on this line"} {
		mails := map[int]int{}
		r := script(t, func(line int, word string) string {
			if word == "MAIL" {
				if mails[line]++; mails[line] > 2 {
					return how
				}
			}
			return polite
		})
		sent(t, plain(t, r.address), short("SO-1"), short("SO-2"), short("SO-3"), short("SO-4"), short("SO-5"))
		if lines, mails := r.counted(); lines != 3 || mails != 5 {
			t.Errorf("%d mails over %d lines", mails, lines)
		}
	}
}

func TestAMailAtWhichTheLineBreaksStopsNoOther(t *testing.T) {
	rcpts := 0
	r := script(t, func(_ int, word string) string {
		if word == "RCPT" {
			if rcpts++; rcpts == 2 {
				return cut
			}
		}
		return polite
	})
	results := write(t, plain(t, r.address), short("SO-1"), short("SO-2"), short("SO-3"))
	if results[0].Err != nil || results[2].Err != nil {
		t.Errorf("%v, %v", results[0].Err, results[2].Err)
	}
	blamed(t, results[1].Err, connectors.Refused, "breaks at this mail and not at the next")
}

func TestARefusedMailIsForgottenEvenWhereTheServerCannotForget(t *testing.T) {
	for _, how := range []string{cut, hang, "502 what?"} {
		rcpts := 0
		r := script(t, func(line int, word string) string {
			if word == "RCPT" {
				if rcpts++; rcpts == 1 {
					return "550 no such user"
				}
			}
			if word == "RSET" && line == 1 {
				return how
			}
			return polite
		})
		results := write(t, sink(t, r.address, impatient), short("SO-1"), short("SO-2"))
		blamed(t, results[0].Err, connectors.Refused)
		if lines, mails := r.counted(); results[1].Err != nil || lines != 2 || mails != 1 {
			t.Errorf("%s: %d mails over %d lines: %v", how, mails, lines, results[1].Err)
		}
	}
}

func TestALineThatIsCutUnderALargeMailSendsNothing(t *testing.T) {
	large := short("SO-1")
	large.Attachments = []connectors.Attachment{{Name: "a.pdf", MediaType: "application/pdf", Body: make([]byte, 20<<20)}}
	r := script(t, at("DATA", "354 go on"+deaf))
	blamed(t, write(t, plain(t, r.address), large)[0].Err, connectors.Unavailable, "nothing was sent")
	r = script(t, at("DATA", "354 go on\r\n552 that is too much"+deaf))
	blamed(t, write(t, plain(t, r.address), large)[0].Err, connectors.Refused, "552 that is too much")
}

func TestWhatIsNoMailServerIsAMistakeInTheSettings(t *testing.T) {
	for _, greeting := range []string{"* OK IMAP4rev1", "554 no mail from you", "HTTP/1.1 400 Bad Request"} {
		r := script(t, at("", greeting))
		blamed(t, write(t, plain(t, r.address), short("SO-1"))[0].Err, connectors.Misconfigured, "check host and port")
	}
}

func TestAServerThatTalksWithoutEndIsNotHeardOut(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		conn, err := l.Accept()
		for err == nil {
			_, err = io.WriteString(conn, strings.Repeat("220-welcome\r\n", 100))
		}
	}()
	blamed(t, write(t, plain(t, l.Addr().String()), short("SO-1"))[0].Err, connectors.Misconfigured, "talks without end")
}

func TestAServerThatDoesNotSayGoodByeTakesNothingAway(t *testing.T) {
	for _, how := range []string{cut, "500 what?"} {
		r := script(t, at("QUIT", how))
		sent(t, plain(t, r.address), short("SO-1"))
	}
}

func TestAMailOnItsWayIsHeardOutWhenWeAreToldToStop(t *testing.T) {
	box := post(t, withoutTLS)
	ctx, stop := context.WithCancelCause(t.Context())
	box.set(nil, func(c *server.Conn) {
		stop(fmt.Errorf("shutting down"))
		_ = c.Conn().SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		if _, err := c.Conn().Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the line was cut while the answer was due: %v", err)
		}
	})
	results, err := plain(t, box.address).Write(ctx, []connectors.Entry{short("SO-1"), short("SO-2")})
	if err != nil || results[0].Err != nil || results[0].State != connectors.Applied {
		t.Errorf("the server had the mail, and it is %v, %v", results, err)
	}
	blamed(t, results[1].Err, connectors.Unavailable)
	if len(box.all()) != 1 {
		t.Errorf("%d mails arrived", len(box.all()))
	}
}

func TestAServerThatOwesItsAnswerDoesNotHoldUsWhenWeAreToldToStop(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancelCause(t.Context())
	r := script(t, func(_ int, word string) string {
		if word == "." {
			stop(fmt.Errorf("shutting down"))
			return hang
		}
		return polite
	})
	began := time.Now()
	results, err := plain(t, r.address).Write(ctx, []connectors.Entry{short("SO-1")})
	if err != nil {
		t.Fatal(err)
	}
	blamed(t, results[0].Err, connectors.Unknown, "shutting down")
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %s", took)
	}
}
