package kafka

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go/sasl"
)

// mechanism is the library's word for Login, nil when there is none.
func (c Config) mechanism() sasl.Mechanism {
	if c.Login == nil {
		return nil
	}
	return mechanism{*c.Login}
}

// mechanism logs in; a conversation of its own begins at every connection.
type mechanism struct{ Login }

func (m mechanism) Name() string { return strings.ToUpper(m.Mechanism) }

// Start returns the conversation and its first word.
func (m mechanism) Start(context.Context) (sasl.StateMachine, []byte, error) {
	password, err := m.Password()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errNoPassword, err)
	}
	switch m.Mechanism {
	case ScramSHA256:
		return m.scram(sha256.New, password)
	case ScramSHA512:
		return m.scram(sha512.New, password)
	}
	return plain{}, []byte("\x00" + m.User + "\x00" + password), nil
}

var errNoPassword = errors.New("the password cannot be read")

// plain has said all with its first word.
type plain struct{}

func (plain) Next(context.Context, []byte) (bool, []byte, error) { return true, nil, nil }

func (m mechanism) scram(hash func() hash.Hash, password string) (sasl.StateMachine, []byte, error) {
	s := &scram{hash: hash, password: password, nonce: rand.Text()}
	return s, s.first(m.User), nil
}

// scram is one conversation by RFC 5802, without channel binding: both sides prove that they know the password, and neither
// says it. The user and the password are taken as they are written, as the broker does.
type scram struct {
	hash     func() hash.Hash
	password string
	nonce    string

	said   string // our first word without its header
	expect []byte // the broker's proof, once we have given ours
}

const noBinding = "n,,"

func (s *scram) first(user string) []byte {
	s.said = "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user) + ",r=" + s.nonce
	return []byte(noBinding + s.said)
}

// Next answers the broker's first word with our proof, and checks its proof in the second.
func (s *scram) Next(_ context.Context, challenge []byte) (done bool, answer []byte, err error) {
	if s.expect == nil {
		answer, err = s.prove(string(challenge))
		return false, answer, err
	}
	proof, err := base64.StdEncoding.DecodeString(field(string(challenge), "v="))
	if err != nil || subtle.ConstantTimeCompare(proof, s.expect) != 1 {
		return false, nil, fmt.Errorf("%w: it answers %q", errNotTheBroker, challenge)
	}
	return true, nil, nil
}

var errNotTheBroker = errors.New("the broker does not prove that it knows the password")

// How often a password may be hashed: fewer is no protection, more would let a broker keep us busy.
const leastRounds, mostRounds = 4096, 1_000_000

func (s *scram) prove(challenge string) ([]byte, error) {
	nonce := field(challenge, "r=")
	salt, err := base64.StdEncoding.DecodeString(field(challenge, "s="))
	rounds, notNumber := strconv.Atoi(field(challenge, "i="))
	if err != nil || notNumber != nil || len(salt) == 0 || !strings.HasPrefix(nonce, s.nonce) || nonce == s.nonce ||
		rounds < leastRounds || rounds > mostRounds {
		return nil, fmt.Errorf("%w: it asks %q", errNotTheBroker, challenge)
	}
	salted, err := pbkdf2.Key(s.hash, s.password, salt, rounds, s.hash().Size())
	if err != nil {
		return nil, err
	}
	answer := "c=" + base64.StdEncoding.EncodeToString([]byte(noBinding)) + ",r=" + nonce
	all := []byte(s.said + "," + challenge + "," + answer)

	own := s.mac(salted, []byte("Client Key"))
	stored := s.hash()
	stored.Write(own)
	proof := make([]byte, len(own))
	subtle.XORBytes(proof, own, s.mac(stored.Sum(nil), all))
	s.expect = s.mac(s.mac(salted, []byte("Server Key")), all)
	return []byte(answer + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

func (s *scram) mac(key, data []byte) []byte {
	mac := hmac.New(s.hash, key)
	mac.Write(data)
	return mac.Sum(nil)
}

// field is the value of a field in a message such as "r=..,s=..,i=..".
func field(message, name string) string {
	for part := range strings.SplitSeq(message, ",") {
		if value, ok := strings.CutPrefix(part, name); ok {
			return value
		}
	}
	return ""
}
