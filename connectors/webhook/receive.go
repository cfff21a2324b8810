package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"tradewire/connectors"
)

const (
	slots    = 64               // messages that are taken at once: what bounds memory under a flood
	patience = 2 * time.Second  // how long a message waits for a slot
	drain    = 10 * time.Second // how long messages under way may take when we stop
)

// Receiver is called at the connection's address.
type Receiver struct {
	connection *Connection
	kind       string
	wakeUp     bool
	record     string
	identity   connectors.Identity
	slots      chan struct{}

	once   sync.Once
	addr   string
	bound  chan struct{} // closed when addr is known
	stop   sync.Once
	closed chan struct{}
}

// Addr waits until the receiver listens and returns the address, with its port when the configuration left it open.
func (r *Receiver) Addr(ctx context.Context) (string, error) {
	select {
	case <-r.bound:
		return r.addr, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Receive listens until ctx ends or the receiver is closed. Messages that are being taken then are still answered.
func (r *Receiver) Receive(ctx context.Context, take func(context.Context, []connectors.Change) error) error {
	if _, err := reveal(r.connection.settings.Verify.Secrets); err != nil {
		return r.fault(connectors.Misconfigured, "check verify: secret", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", r.connection.settings.Listen.Value)
	if err != nil {
		return r.fault(connectors.Unavailable, "another program may use the address, or it is not one of this machine", err)
	}
	r.once.Do(func() { r.addr = listener.Addr().String(); close(r.bound) })

	server := &http.Server{
		Handler: r.handler(take),
		// Messages under way are taken to their end when ctx ends: the sender must hear what became of them.
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return r.fault(connectors.Unavailable, "", err)
	case <-ctx.Done():
	case <-r.closed:
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		return r.fault(connectors.Unavailable, "messages under way were cut off; their senders will send them again", errors.Join(err, server.Close()))
	}
	return nil
}

// Close ends Receive. It may be called again.
func (r *Receiver) Close() error {
	r.stop.Do(func() { close(r.closed) })
	return nil
}

func (r *Receiver) fault(kind connectors.Kind, hint string, err error) error {
	return &connectors.Error{Kind: kind, System: r.connection.name, Op: "receive " + r.kind, Hint: hint, Err: err}
}

// refusal is an answer that is not 2xx.
type refusal struct {
	status int
	reason string
	after  time.Duration // for Retry-After
}

func (r *Receiver) handler(take func(context.Context, []connectors.Change) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if no := r.answer(w, request, take); no != nil {
			if no.status == http.StatusMethodNotAllowed {
				w.Header().Set("Allow", http.MethodPost)
			}
			if no.after > 0 {
				w.Header().Set("Retry-After", fmt.Sprint(int64((no.after+time.Second-1)/time.Second)))
			}
			http.Error(w, no.reason, no.status)
			return
		}
		w.WriteHeader(http.StatusAccepted) // take has returned: the changes are durable
	})
}

// answer takes one message; nil means that it is durable.
func (r *Receiver) answer(w http.ResponseWriter, request *http.Request, take func(context.Context, []connectors.Change) error) *refusal {
	if no := r.admit(request); no != nil {
		return no
	}
	if !r.slot(request.Context()) {
		return &refusal{http.StatusServiceUnavailable, "too many messages at once", time.Second}
	}
	defer func() { <-r.slots }()

	body, no := read(w, request)
	if no != nil {
		return no
	}
	v := r.connection.settings.Verify
	keys, err := reveal(v.Secrets)
	if err != nil {
		return &refusal{http.StatusServiceUnavailable, "signatures cannot be checked now", time.Minute}
	}
	id, err := v.check(request.Header, body, keys, r.connection.now())
	if err != nil {
		return &refusal{status: http.StatusUnauthorized, reason: err.Error()}
	}
	changes, err := r.changes(body, id)
	if err != nil {
		return &refusal{status: http.StatusUnprocessableEntity, reason: err.Error()}
	}
	return judge(take(request.Context(), changes))
}

// admit looks at what costs nothing.
func (r *Receiver) admit(request *http.Request) *refusal {
	switch kind, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type")); {
	case request.URL.Path != r.connection.settings.Path.Value:
		return &refusal{status: http.StatusNotFound, reason: "nothing is here"}
	case request.Method != http.MethodPost:
		return &refusal{status: http.StatusMethodNotAllowed, reason: "only POST is taken"}
	case kind != "application/json":
		return &refusal{status: http.StatusUnsupportedMediaType, reason: "only application/json is taken"}
	case !strings.EqualFold(request.Header.Get("Content-Encoding"), "identity") && request.Header.Get("Content-Encoding") != "":
		return &refusal{status: http.StatusUnsupportedMediaType, reason: "a compressed body is not taken"}
	case request.ContentLength > int64(connectors.DefaultLimits.Bytes):
		return tooLarge
	}
	return nil
}

var tooLarge = &refusal{status: http.StatusRequestEntityTooLarge, reason: fmt.Sprintf("a body has at most %d bytes", connectors.DefaultLimits.Bytes)}

// slot waits a moment for a free slot.
func (r *Receiver) slot(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case r.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func read(w http.ResponseWriter, request *http.Request) ([]byte, *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, int64(connectors.DefaultLimits.Bytes)))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge
	}
	if err != nil {
		return nil, &refusal{status: http.StatusRequestTimeout, reason: "the body did not arrive"}
	}
	return body, nil
}

// judge turns what became of the changes into an answer. Without a word from take that they are durable, or that
// they are not to be sent again, the sender shall send them again.
func judge(err error) *refusal {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		switch e.Kind {
		case connectors.Conflict:
			return &refusal{status: http.StatusConflict, reason: said(e)}
		case connectors.Refused:
			return &refusal{status: http.StatusUnprocessableEntity, reason: said(e)}
		}
		return &refusal{http.StatusServiceUnavailable, "it cannot be taken now", max(e.After, time.Second)}
	}
	return &refusal{http.StatusServiceUnavailable, "it cannot be taken now", time.Second}
}

// said is the reason for the sender, without the hint for the operator.
func said(e *connectors.Error) string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return string(e.Kind)
}
