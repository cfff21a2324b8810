package smtp

import (
	"fmt"
	"maps"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"tradewire/connectors"
)

// longestSubject bounds a subject's characters.
const longestSubject = 250

// draft is what an entry says about its mail, checked.
type draft struct {
	to, cc, bcc, replyTo []*netmail.Address
	subject, text        string
	files                []connectors.Attachment
}

// fields are what a record may hold.
var fields = []string{"bcc", "cc", "reply_to", "subject", "text", "to"}

// read makes a draft of an entry, or says what is wrong with the entry and where to correct it.
func read(entry connectors.Entry) (draft, error) {
	var d draft
	for _, field := range slices.Sorted(maps.Keys(entry.Record)) {
		// What a mail cannot carry would be lost without a word.
		if !slices.Contains(fields, field) {
			return d, refused("take it out of the target's mapping; a mail knows "+strings.Join(fields, ", "), "the record has a field %q", field)
		}
	}
	if flaw := flawOf(entry.Kind + entry.Key); flaw != "" {
		return d, refused("mend the key where the document comes from", "the document's key holds %s", flaw)
	}
	if err := d.people(entry); err != nil {
		return d, err
	}
	if err := d.words(entry); err != nil {
		return d, err
	}
	return d, d.check()
}

func (d *draft) people(entry connectors.Entry) (err error) {
	for _, list := range []struct {
		field string
		into  *[]*netmail.Address
	}{{"to", &d.to}, {"cc", &d.cc}, {"bcc", &d.bcc}, {"reply_to", &d.replyTo}} {
		if *list.into, err = addresses(entry.Record, list.field); err != nil {
			return err
		}
	}
	return nil
}

// words finds the text, the subject and what is attached.
func (d *draft) words(entry connectors.Entry) (err error) {
	if d.text, err = textOf(entry.Record, "text"); err != nil {
		return err
	}
	if d.subject, err = textOf(entry.Record, "subject"); err != nil {
		return err
	}
	d.subject = spaced(d.subject)
	d.files = entry.Attachments
	drawn := slices.IndexFunc(entry.Attachments, isText)
	if d.text != "" || drawn < 0 {
		return nil
	}
	d.text = string(entry.Attachments[drawn].Body)
	d.files = slices.Concat(entry.Attachments[:drawn], entry.Attachments[drawn+1:])
	if d.subject == "" {
		d.subject = firstLine(d.text)
	}
	return nil
}

// textOf is a field's text, empty when it says nothing.
func textOf(record connectors.Record, field string) (string, error) {
	switch v := record[field].(type) {
	case nil:
		return "", nil
	case string:
		if strings.TrimSpace(v) == "" {
			return "", nil
		}
		return v, nil
	}
	return "", refused("let the mapping write a text", "%s is not a text", field)
}

func isText(file connectors.Attachment) bool {
	kind, _, err := mime.ParseMediaType(file.MediaType)
	return err == nil && kind == "text/plain"
}

// firstLine is the first line that says something, short enough for a subject.
func firstLine(text string) string {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	line := spaced(text[:strings.IndexAny(text+"\n", "\r\n")])
	if letters := []rune(line); len(letters) > longestSubject {
		return string(letters[:longestSubject-1]) + "…"
	}
	return line
}

func (d *draft) check() error {
	switch everyone := once(d.to, d.cc, d.bcc); {
	case len(d.to) == 0:
		return refused(fmt.Sprintf("let the target's mapping fill %q, and write the recipient's address where it is kept", "to"), "the mail has no recipient")
	case len(everyone) > mostRecipients:
		return refused("write to a list that the mail server keeps", "the mail has %d recipients, at most %d are taken", len(everyone), mostRecipients)
	case len(d.replyTo) > 1:
		return refused(correct("reply_to"), "reply_to has %d addresses, where one is due", len(d.replyTo))
	case strings.TrimSpace(d.text) == "":
		return refused(`let the target's mapping fill "text", or draw a paper that is text/plain`, "the mail has no text")
	case !utf8.ValidString(d.text):
		return refused(correct("text"), "the text is not UTF-8")
	case d.subject == "":
		return refused(`let the target's mapping fill "subject"`, "the mail has no subject")
	case flawOf(d.subject) != "":
		return refused(correct("subject"), "the subject holds %s", flawOf(d.subject))
	case utf8.RuneCountInString(d.subject) > longestSubject:
		return refused(correct("subject"), "the subject has more than %d characters", longestSubject)
	}
	for _, file := range d.files {
		if file.Name == "" || len(file.Name) > 200 || flawOf(file.Name) != "" || strings.ContainsAny(file.Name, `/\`) {
			return refused("look at how the paper is named", "the attachment %q has no plain file name", file.Name)
		}
	}
	return nil
}
