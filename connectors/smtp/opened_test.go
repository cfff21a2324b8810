package smtp_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
)

// letter is a mail as a mail program shows it.
type letter struct {
	head    netmail.Header
	subject string
	text    string
	files   []file
}

type file struct {
	name, kind string
	body       []byte
}

// opened reads a mail as mail programs do.
func opened(t testing.TB, data []byte) letter {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	l := letter{head: m.Header}
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "multipart/mixed" {
		l.text = textIn(t, m.Header.Get("Content-Type"), decoded(t, m.Header.Get("Content-Transfer-Encoding"), m.Body))
		return l
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for first := true; ; first = false {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		if err != nil {
			t.Fatal(err)
		}
		body := decoded(t, part.Header.Get("Content-Transfer-Encoding"), part)
		if first {
			l.text = textIn(t, part.Header.Get("Content-Type"), body)
			continue
		}
		l.files = append(l.files, file{part.FileName(), part.Header.Get("Content-Type"), body})
	}
}

func decoded(t testing.TB, encoding string, r io.Reader) []byte {
	t.Helper()
	switch encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	default:
		t.Errorf("the encoding is %q", encoding)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// textIn is a text as it was before its lines were ended as mails end them.
func textIn(t testing.TB, kind string, body []byte) string {
	t.Helper()
	if media, params, err := mime.ParseMediaType(kind); err != nil || media != "text/plain" || !strings.EqualFold(params["charset"], "utf-8") {
		t.Errorf("the text is of the kind %q", kind)
	}
	return strings.ReplaceAll(string(body), "\r\n", "\n")
}
