package kafka

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// silentServer takes every word and says none.
func silentServer(t *testing.T) (addr string) {
	t.Helper()
	return listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
}

func TestNobodyIsListenedToForEver(t *testing.T) {
	addr := silentServer(t)
	l := configOf(addr).lines(50 * time.Millisecond)
	conn, err := l.dial(t.Context(), "tcp", addr)
	require.NoError(t, err)
	defer conn.Close()

	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, errNoAnswer)
	_, temporary := errors.AsType[net.Error](err)
	require.False(t, temporary, "the library would ask again on the same connection")

	require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Millisecond)))
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "the library's own deadline is its own")

	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Hour)))
	read := make(chan error)
	go func() {
		_, err := conn.Read(make([]byte, 1))
		read <- err
	}()
	require.NoError(t, conn.SetDeadline(time.Time{}), "taken back while somebody reads")
	require.Error(t, <-read)
}

func TestLinesThatAreCutEndAtOnceAndForGood(t *testing.T) {
	addr := silentServer(t)
	l := configOf(addr).lines(time.Hour)
	conn, err := l.dial(t.Context(), "tcp", addr)
	require.NoError(t, err)
	read := make(chan error)
	go func() {
		_, err := conn.Read(make([]byte, 1))
		read <- err
	}()
	l.cut()
	require.ErrorIs(t, <-read, net.ErrClosed)
	_, err = l.dial(t.Context(), "tcp", addr)
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestASilentBrokerIsShunnedWhileThereAreOthers(t *testing.T) {
	silent, other := silentServer(t), silentServer(t)
	config, err := Config{Brokers: []string{silent, other}}.filled("test")
	require.NoError(t, err)
	l := config.lines(time.Hour)
	hear := func(addr string) error {
		conn, err := l.dial(t.Context(), "tcp", addr)
		if err == nil {
			err = conn.Close() // it has said nothing
		}
		return err
	}
	require.NoError(t, hear(silent))
	require.ErrorIs(t, hear(silent), errNoAnswer)
	require.NoError(t, hear(other))
	require.NoError(t, hear(silent), "where all are silent none is shunned")
}
