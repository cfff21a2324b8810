package smtp

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"

	mail "github.com/wneessen/go-mail"

	"tradewire/connectors"
)

// letter is a mail as it goes over the line.
type letter struct {
	id     string // its Message-ID
	from   *netmail.Address
	to     []*netmail.Address // everyone, once
	whole  []byte             // head and body
	beyond bool               // an address needs SMTPUTF8
}

// compose makes the letter of an entry.
func (c *Connection) compose(entry connectors.Entry) (letter, error) {
	d, err := read(entry)
	if err != nil {
		return letter{}, err
	}
	if len(d.replyTo) == 0 && c.replyTo != nil {
		d.replyTo = []*netmail.Address{c.replyTo}
	}
	mark := fingerprint(entry)
	l := letter{id: "<" + mark + "@" + c.domain + ">", from: c.from, to: once(d.to, d.cc, d.bcc)}
	l.beyond = slices.ContainsFunc(slices.Concat(l.to, d.replyTo), isBeyondASCII)
	var whole bytes.Buffer
	if _, err := c.message(entry, d, mark).WriteTo(&whole); err != nil {
		return letter{}, refused("look at the entry's attachments", "the mail cannot be written: %w", err)
	}
	l.whole = whole.Bytes()
	return l, nil
}

// fingerprint is the same for the same entry, whenever and by whomever it is sent, and another for every other.
func fingerprint(entry connectors.Entry) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", entry.Target, entry.Kind, entry.Key, entry.Revision))
	return hex.EncodeToString(sum[:])
}

// message is the draft in go-mail's words. The same entry at the same time gives the same bytes.
func (c *Connection) message(entry connectors.Entry, d draft, mark string) *mail.Msg {
	m := mail.NewMsg(mail.WithEncoding(encoding(d.text)), mail.WithNoDefaultUserAgent(), mail.WithBoundary(mark))
	m.FromMailAddress(c.from)
	m.ToMailAddress(d.to...)
	m.CcMailAddress(d.cc...)
	m.ReplyToMailAddress(d.replyTo...)
	m.Subject(d.subject)
	m.SetMessageIDWithValue(mark + "@" + c.domain)
	m.SetDateWithValue(c.now())
	for name, value := range map[string]string{
		"Auto-Submitted":       "auto-generated",
		"X-Tradewire-Target":   entry.Target,
		"X-Tradewire-Document": spaced(entry.Kind + " " + entry.Key),
		"X-Tradewire-Revision": strconv.FormatInt(entry.Revision, 10),
	} {
		m.SetGenHeader(mail.Header(name), value)
	}
	m.SetBodyString(mail.TypeTextPlain, lines(d.text))
	for _, file := range d.files {
		_ = m.AttachReader(file.Name, bytes.NewReader(file.Body), headed(file)) // reading from memory does not fail
	}
	return m
}

// encoding is the one in which a text is shortest: quoted-printable takes nine letters for a Chinese one.
func encoding(text string) mail.Encoding {
	beyond := 0
	for i := range len(text) {
		if text[i] > unicode.MaxASCII {
			beyond++
		}
	}
	if 6*beyond > len(text) {
		return mail.EncodingB64
	}
	return mail.EncodingQP
}

// lines is a text whose lines end as those of a mail do.
func lines(text string) string {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return strings.ReplaceAll(text, "\n", "\r\n")
}

// headed names a file in both ways that mail programs read: RFC 2231, and an encoded word for those that do not.
func headed(file connectors.Attachment) mail.FileOption {
	kind, params, err := mime.ParseMediaType(file.MediaType)
	if err != nil || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") {
		kind, params = "application/octet-stream", nil
	}
	media := mime.FormatMediaType(kind, params)
	if name := mime.BEncoding.Encode("UTF-8", file.Name); name != file.Name {
		media += `; name="` + name + `"`
	}
	return func(f *mail.File) {
		f.Header.Set("Content-Type", media)
		f.Header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	}
}
