package main

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tradewire/connectors/connectortest/services"
)

// TestMain lets this test binary be tradewire itself, for tests that must kill it.
func TestMain(m *testing.M) {
	if os.Getenv("TRADEWIRE_IS_THE_PROGRAM") == "" {
		os.Exit(services.Main(m))
	}
	if os.Getenv("TRADEWIRE_IS_THE_PROGRAM") == "in real time" {
		main()
	}
	os.Exit((&app{out: os.Stdout, err: os.Stderr, clock: &clock{jumps: true, start: monday}}).execute(context.Background(), os.Args[1:]))
}

// postOffice is a mail server that keeps what it has accepted.
type postOffice struct {
	mu       sync.Mutex
	accepted []*mail.Message
	bodies   []string

	listener net.Listener
	knocks   chan struct{} // one for every connection
}

func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{p}, nil }

// session is one conversation.
type session struct{ office *postOffice }

func (*session) Mail(string, *smtp.MailOptions) error { return nil }
func (*session) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (*session) Reset()                               {}
func (*session) Logout() error                        { return nil }

func (s *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	s.office.accepted, s.office.bodies = append(s.office.accepted, m), append(s.office.bodies, string(body))
	return nil
}

// subjects are the subjects of what was accepted, sorted; every Message-ID only once.
func (p *postOffice) subjects(t *testing.T) (list []string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[string]bool{}
	for _, m := range p.accepted {
		id := m.Header.Get("Message-Id")
		if id == "" || seen[id] {
			t.Errorf("the message id %q is empty or came twice", id)
		}
		seen[id] = true
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Error(err)
		}
		list = append(list, m.Header.Get("To")+" "+subject)
	}
	slices.Sort(list)
	return list
}

// openPostOffice listens on an address that is free. A closed one is known but answers nobody.
func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return &postOffice{listener: listener, knocks: make(chan struct{}, 100)}
}

// serve answers until the test ends.
func (p *postOffice) serve(t *testing.T) {
	t.Helper()
	server := smtp.NewServer(p)
	server.Domain, server.AllowInsecureAuth = "post.test", true
	go func() { _ = server.Serve(p.listener) }()
	t.Cleanup(func() { _ = server.Close() })
}

// hold takes connections and says nothing to them, and tells of each.
func (p *postOffice) hold(t *testing.T) {
	t.Helper()
	go func() {
		for {
			c, err := p.listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			p.knocks <- struct{}{}
		}
	}()
}

// byMail is the starter configuration with its departments and its customers told by mail.
func byMail(t *testing.T, post *postOffice) *workshop {
	t.Helper()
	w := newWorkshop(t)
	for _, entry := range []string{"mail", "notices_by_mail", "confirmations_by_mail"} {
		w.uncomment(entry)
	}
	w.postTo(post)
	w.edit("tradewire.yaml", "host: mail.example.com", "host: 127.0.0.1")
	w.edit("tradewire.yaml", "tls: starttls", "tls: none")
	w.edit("tradewire.yaml", "user: tradewire@example.com", "")
	w.edit("tradewire.yaml", `password: "env:MAIL_PASSWORD"`, "")
	w.edit("mappings/customer_from_erp.yaml", `email: '""'`, `email: '"buyer@example.com"'`)
	w.edit("policies/distribution.yaml", "      - name: 生产计划部\n        language: zh            # zh or en; without it, both\n        channel: folder",
		"      - name: 生产计划部\n        language: zh\n        address: planning@example.com\n        channel: mail")
	w.edit("policies/distribution.yaml", "channel: folder\n        # channel: mail         # by mail instead, to this address\n        # address:",
		"channel: mail\n        address:")
	return w
}

func (w *workshop) postTo(post *postOffice) {
	w.t.Helper()
	name := filepath.Join(w.dir, "tradewire.yaml")
	body, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(post.listener.Addr().String())
	lines := strings.Split(string(body), "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "port: ") {
			lines[i] = "    port: " + port
		}
	}
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func order(revision int, date string) scenarioStep {
	return scenarioStep{Orders: []map[string]any{{"id": "O1", "revision": revision, "customer": "K1", "requested_on": date,
		"lines": []any{map[string]any{"no": 1, "sku": "P1", "qty": 10, "price": "10"}}}}}
}

// whole are the mails that a released order comes to.
var whole = []string{
	"<buyer@example.com> Order confirmation OC-2026-00001, your order PO-O1",
	"<planning@example.com> 新订单 SO-O1，要求交期 2026-03-20（Alpha Lamps 阿尔法灯饰）",
	"<purchasing@example.com> New order SO-O1, required 2026-03-20 (Alpha Lamps 阿尔法灯饰)",
}

func TestWhatIsToldByMailWaitsForTheMailServerAndIsSentOnce(t *testing.T) {
	post := openPostOffice(t)
	_ = post.listener.Close() // nobody answers there
	w := byMail(t, post)
	w.inbox(1, order(1, "2026-03-20"))
	if _, errOut, code := w.tradewire("run", "--until-idle", "--wait", "1m"); code != exitOtherSystem || !strings.Contains(errOut, "mail") {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	if got := w.query("SELECT EXT_REF FROM SOHD"); !slices.Equal(got, []string{"O1"}) {
		t.Errorf("the mail server is down and the ERP has %v", got)
	}

	post = openPostOffice(t)
	post.serve(t)
	w.postTo(post)
	w.pass("2h")
	w.mustRun("run", "--until-idle")
	if got := post.subjects(t); !slices.Equal(got, whole) {
		t.Errorf("%q\nwant %q", got, whole)
	}
	w.mustRun("run", "--until-idle")
	w.inbox(2, order(2, "2026-03-25"))
	w.mustRun("run", "--until-idle")
	want := append(slices.Clone(whole), whole[0], "<planning@example.com> 订单 SO-O1 已更改：要求交期（Alpha Lamps 阿尔法灯饰）")
	slices.Sort(want)
	if got := post.subjects(t); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q: planning and the customer hear of a new date, and nothing is sent twice", got, want)
	}
	post.checkPaper(t)
}

// checkPaper wants a PDF of ours on the customer's mails.
func (p *postOffice) checkPaper(t *testing.T) {
	t.Helper()
	found := 0
	for i, m := range p.accepted {
		if !strings.Contains(m.Header.Get("To"), "buyer") {
			continue
		}
		_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		parts := multipart.NewReader(strings.NewReader(p.bodies[i]), params["boundary"])
		for {
			part, err := parts.NextPart()
			if err != nil {
				break
			}
			if strings.HasPrefix(part.FileName(), "order_confirmation-OC-2026-00001-r") && part.Header.Get("Content-Type") != "" {
				found++
			}
		}
	}
	if found != 2 {
		t.Errorf("%d confirmations were attached, want 2", found)
	}
}

func TestARestartBetweenTheCommitAndTheNoticeSendsItOnce(t *testing.T) {
	post := openPostOffice(t)
	post.hold(t)
	w := byMail(t, post)
	w.inbox(1, order(1, "2026-03-20"))
	// The program has committed its decision and is on the way to the mail server, which keeps it waiting: it is killed there.
	program := exec.CommandContext(t.Context(), os.Args[0], "run", "--until-idle", "--config", filepath.Join(w.dir, "tradewire.yaml")) // #nosec G204 -- this very binary
	program.Env = append(os.Environ(), "TRADEWIRE_IS_THE_PROGRAM=1")
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-post.knocks:
	case <-time.After(30 * time.Second):
		t.Error("it never came to the mail server")
	}
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := program.Wait(); err == nil {
		t.Fatal("it ended by itself")
	}

	post = openPostOffice(t)
	post.serve(t)
	w.postTo(post)
	w.mustRun("run", "--until-idle")
	w.mustRun("run", "--until-idle")
	if got := post.subjects(t); !slices.Equal(got, whole) {
		t.Errorf("%q\nwant %q", got, whole)
	}
	if got := w.query("SELECT COUNT(*) FROM SOHD"); !slices.Equal(got, []string{"1"}) {
		t.Errorf("%v orders in the ERP", got)
	}
}
