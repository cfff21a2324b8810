package kafka

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The conversation is the example of RFC 7677.
const (
	exampleFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
	exampleProof = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
	exampleLast  = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
)

func conversation() *scram {
	return &scram{hash: sha256.New, password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO"}
}

func TestBothSidesProveThatTheyKnowThePassword(t *testing.T) {
	s := conversation()
	require.Equal(t, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", string(s.first("user")))
	done, proof, err := s.Next(t.Context(), []byte(exampleFirst))
	require.NoError(t, err)
	require.False(t, done)
	require.Equal(t, exampleProof, string(proof))
	done, _, err = s.Next(t.Context(), []byte(exampleLast))
	require.NoError(t, err)
	require.True(t, done)
}

func TestABrokerThatDoesNotKnowThePasswordIsNotBelieved(t *testing.T) {
	for _, last := range []string{"", "v=", "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "e=other-error", "done"} {
		s := conversation()
		s.first("user")
		_, _, err := s.Next(t.Context(), []byte(exampleFirst))
		require.NoError(t, err)
		done, _, err := s.Next(t.Context(), []byte(last))
		require.ErrorIs(t, err, errNotTheBroker, last)
		require.False(t, done)
	}
}

func TestNoProofIsGivenToABrokerThatAsksWrongly(t *testing.T) {
	for what, first := range map[string]string{
		"another nonce":      strings.Replace(exampleFirst, "rOprNG", "XXXXXX", 1),
		"our nonce alone":    "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		"few rounds":         strings.Replace(exampleFirst, "4096", "1", 1),
		"rounds without end": strings.Replace(exampleFirst, "4096", "2000000000", 1),
		"rounds in words":    strings.Replace(exampleFirst, "4096", "many", 1),
		"no salt":            strings.Replace(exampleFirst, "s=W22ZaJ0SNY7soEsUEjb6gQ==", "s=", 1),
		"salt that is none":  strings.Replace(exampleFirst, "s=W22", "s=?", 1),
		"nothing":            "",
	} {
		s := conversation()
		s.first("user")
		_, proof, err := s.Next(t.Context(), []byte(first))
		require.ErrorIs(t, err, errNotTheBroker, what)
		require.Empty(t, proof)
	}
}

func TestAUserMayHaveSignsInTheName(t *testing.T) {
	require.Equal(t, "n,,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO", string(conversation().first("a=b,c")))
}

func TestEveryConversationHasANonceOfItsOwn(t *testing.T) {
	m := mechanism{Login{Mechanism: ScramSHA512, User: "u", Password: func() (string, error) { return "p", nil }}}
	require.Equal(t, "SCRAM-SHA-512", m.Name())
	_, one, err := m.Start(t.Context())
	require.NoError(t, err)
	_, other, err := m.Start(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, one, other)
}
