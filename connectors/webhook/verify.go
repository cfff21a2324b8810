package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tradewire/config"
)

// errForged is all that a caller with a wrong signature is told.
var errForged = errors.New("no signature of this message is ours")

// check says whether the message comes from one who knows a secret, and the message's id. keys are revealed anew for
// every message, so that a secret can be changed while we run.
func (v verify) check(h http.Header, body []byte, keys [][]byte, now time.Time) (id string, err error) {
	switch v.Scheme.Value {
	case "standard":
		return v.standard(h, body, keys, now)
	case "hmac":
		id, _ = header(h, v.ID)
		return id, v.hmac(h, body, keys)
	}
	id, _ = header(h, v.ID)
	return id, nil
}

// standard is the scheme of Standard Webhooks: what is signed is id.timestamp.body.
func (v verify) standard(h http.Header, body []byte, keys [][]byte, now time.Time) (string, error) {
	id, ok := header(h, "webhook-id")
	if !ok {
		return "", errors.New("the header webhook-id is missing")
	}
	stamp, ok := header(h, "webhook-timestamp")
	if !ok {
		return "", errors.New("the header webhook-timestamp is missing")
	}
	if err := v.fresh(stamp, now); err != nil {
		return "", err
	}
	signatures, ok := header(h, "webhook-signature")
	if !ok {
		return "", errors.New("the header webhook-signature is missing")
	}
	signed := append([]byte(id+"."+stamp+"."), body...)
	for _, one := range strings.Fields(signatures) { // several while a secret is being changed
		if text, ok := strings.CutPrefix(one, "v1,"); ok {
			if signature, err := base64.StdEncoding.DecodeString(text); err == nil && signedBy(keys, signed, signature) {
				return id, nil
			}
		}
	}
	return "", errForged
}

// fresh refuses a message that was sent too long ago, or that comes from the future: it may be an old one again.
func (v verify) fresh(stamp string, now time.Time) error {
	const latest = 1 << 36 // seconds: far beyond any date, and far from what overflows
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || seconds > latest || strconv.FormatInt(seconds, 10) != stamp {
		return errors.New("the header webhook-timestamp is not a time in seconds")
	}
	if away := now.Sub(time.Unix(seconds, 0)).Abs(); away > v.Tolerance {
		return fmt.Errorf("the message was sent %s from now, at most %s are taken", away.Round(time.Second), v.Tolerance)
	}
	return nil
}

// hmac is the scheme of a hexadecimal SHA-256 over the body.
func (v verify) hmac(h http.Header, body []byte, keys [][]byte) error {
	text, ok := header(h, v.Header)
	if !ok {
		return fmt.Errorf("the header %s is missing", v.Header)
	}
	signature, err := hex.DecodeString(strings.TrimPrefix(text, "sha256="))
	if err != nil || !signedBy(keys, body, signature) {
		return errForged
	}
	return nil
}

func signedBy(keys [][]byte, message, signature []byte) bool {
	good := false
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write(message)
		good = hmac.Equal(mac.Sum(nil), signature) || good // every key in the same time
	}
	return good
}

// reveal reads the secrets. One that begins with whsec_ is base64 behind that word.
func reveal(secrets []config.Secret) ([][]byte, error) {
	keys := make([][]byte, len(secrets))
	for i, secret := range secrets {
		text, err := secret.Reveal()
		if err != nil {
			return nil, err
		}
		keys[i] = []byte(text)
		if encoded, ok := strings.CutPrefix(text, "whsec_"); ok {
			if keys[i], err = base64.StdEncoding.DecodeString(encoded); err != nil {
				return nil, errors.New("a secret begins with whsec_ and is not base64 behind it")
			}
		}
		if len(keys[i]) == 0 {
			return nil, errors.New("a secret is empty")
		}
	}
	return keys, nil
}
