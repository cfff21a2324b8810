package smtp_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// What a rude server does instead of an answer.
const (
	polite = ""
	cut    = "(cut)"  // it closes the line
	hang   = "(hang)" // it says nothing any more
	deaf   = "(deaf)" // it answers and closes the line without reading what comes
)

// rude is a mail server that answers as one should, except where its manners say otherwise.
type rude struct {
	address string
	mu      sync.Mutex
	words   []string // what was said to it, the first word of each line
	mails   int      // that it has had whole
	lines   int
}

// script starts a rude server. manners says what it answers to a word on its nth line: "" is the greeting, "." the end
// of a mail.
func script(t testing.TB, manners func(line int, word string) string) *rude {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rude{address: l.Addr().String()}
	var open sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); open.Wait() })
	open.Go(func() {
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { r.talk(conn, func(word string) string { return manners(n, word) }) })
		}
	})
	return r
}

func (r *rude) talk(conn net.Conn, manners func(word string) string) {
	defer func() { _ = conn.Close() }()
	r.note(func() { r.lines++ })
	heard := bufio.NewReader(conn)
	for word := ""; ; {
		var answer string
		r.note(func() { answer = manners(word) })
		switch answer {
		case cut:
			return
		case hang:
			_, _ = io.Copy(io.Discard, heard)
			return
		case polite:
			answer = courteous[word]
		}
		text, leaves := strings.CutSuffix(answer, deaf)
		if _, err := io.WriteString(conn, text+"\r\n"); err != nil || leaves || word == "QUIT" || strings.HasPrefix(text, "421") {
			return
		}
		if strings.HasPrefix(answer, "354") {
			if !letterEnds(heard) {
				return
			}
			r.note(func() { r.mails++ })
			word = "."
			continue
		}
		said, err := heard.ReadString('\n')
		if err != nil {
			return
		}
		word, _, _ = strings.Cut(strings.TrimSpace(said), " ")
		word, _, _ = strings.Cut(word, ":")
		r.note(func() { r.words = append(r.words, word) })
	}
}

func (r *rude) note(what func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	what()
}

func letterEnds(heard *bufio.Reader) bool {
	for {
		line, err := heard.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			return true
		}
	}
}

var courteous = map[string]string{"": "220 mail.example.com", "EHLO": "250 mail.example.com", "HELO": "250 mail.example.com", "MAIL": "250 ok", "RCPT": "250 ok",
	"DATA": "354 go on", ".": "250 taken", "RSET": "250 ok", "NOOP": "250 ok", "QUIT": "221 bye"}

// counted is what the server has seen.
func (r *rude) counted() (lines, mails int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines, r.mails
}

// at is manners at one word only.
func at(word, answer string) func(int, string) string {
	return func(_ int, said string) string {
		if said == word {
			return answer
		}
		return polite
	}
}

// encryptedScript is a server that does nothing but shake hands.
func encryptedScript(t testing.TB, config *tls.Config) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.(*tls.Conn).Handshake()
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}
