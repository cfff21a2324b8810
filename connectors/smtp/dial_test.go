package smtp

import (
	"bufio"
	"io"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	protocol "github.com/wneessen/go-mail/smtp"

	"tradewire/config"
	"tradewire/connectors"
)

func TestThePortIsTheUsualOneUnlessAnotherIsSaid(t *testing.T) {
	for _, c := range []struct {
		tls  string
		host string
		port int
		want string
	}{{startTLS, "h", 0, "h:587"}, {fullTLS, "h", 0, "h:465"}, {noTLS, "::1", 0, "[::1]:25"}, {startTLS, "h", 2525, "h:2525"}} {
		connection := &Connection{settings: settings{Host: config.Text{Value: c.host}, Port: c.port, TLS: c.tls}}
		if is := connection.address(); is != c.want {
			t.Errorf("%s %d: %s", c.tls, c.port, is)
		}
	}
}

func TestWeGreetWithOurAddress(t *testing.T) {
	for ip, want := range map[string]string{"192.0.2.7": "[192.0.2.7]", "2001:db8::1": "[IPv6:2001:db8::1]"} {
		if is := literal(&net.TCPAddr{IP: net.ParseIP(ip), Port: 25, Zone: ""}); is != want {
			t.Errorf("%s: %s", ip, is)
		}
	}
	if is := literal(&net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0"}); is != "[IPv6:fe80::1]" {
		t.Error(is)
	}
}

func TestAMailWhoseLastLineDidNotGoOutWasNotSent(t *testing.T) {
	// On a pipe nothing is under way: what the other side has not read has not gone out.
	ours, theirs := net.Pipe()
	go func() {
		heard := bufio.NewScanner(theirs)
		_, _ = io.WriteString(theirs, "220 hello\r\n")
		for heard.Scan() && heard.Text() != "DATA" {
			_, _ = io.WriteString(theirs, "250 ok\r\n")
		}
		_, _ = io.WriteString(theirs, "354 go on\r\n")
		_ = theirs.Close()
	}()
	l := &line{ctx: t.Context(), wire: stretch(t.Context(), ours, 5*time.Second)}
	defer l.hangUp()
	var err error
	if l.client, err = protocol.NewClient(l.wire, "mail.example.com"); err != nil {
		t.Fatal(err)
	}
	a := &netmail.Address{Address: "a@example.com"}
	err = l.deliver(letter{from: a, to: []*netmail.Address{a}, whole: []byte("Subject: x\r\n\r\ntext\r\n")})
	if connectors.KindOf(err) != connectors.Unavailable || !strings.Contains(err.Error(), "nothing was sent") || !l.lost {
		t.Errorf("%v", err)
	}
}
