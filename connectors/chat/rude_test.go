package chat_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tradewire/connectors"
)

func TestARudeServiceIsAnsweredByKind(t *testing.T) {
	for name, c := range map[string]struct {
		manners func(http.ResponseWriter, *http.Request) bool
		more    string
		kind    connectors.Kind
		words   string
	}{
		"a web page to log in": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>please log in</html>")
			return true
		}, "", connectors.Unavailable, "a web page answers"},
		"the answer is cut": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "500")
			_, _ = io.WriteString(w, `{"errcode"`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "", connectors.Unknown, "breaks off"},
		"the answer never ends": {func(w http.ResponseWriter, r *http.Request) bool {
			for range 1 << 10 {
				if _, err := io.WriteString(w, strings.Repeat(" ", 1<<10)); err != nil {
					return true
				}
			}
			return true
		}, "", connectors.Unknown, "cannot be read"},
		"it says nothing": {func(_ http.ResponseWriter, r *http.Request) bool {
			<-r.Context().Done()
			return true
		}, "timeout: 150ms", connectors.Unknown, "then twice"},
		"it repeats the address": {says(500, `no robot at `+path+`?key=`+key), "", connectors.Unavailable, "***"},
	} {
		t.Run(name, func(t *testing.T) {
			r := waiting(t, "wecom")
			r.set(c.manners, nil)
			blamed(t, write(t, r.group(t, c.more), notice("SO-1", 1, "held"))[0].Err, c.kind, c.words)
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	elsewhere := waiting(t, "wecom")
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect} {
		asked := 0
		elsewhere.set(func(http.ResponseWriter, *http.Request) bool { asked++; return false }, nil)
		r := waiting(t, "wecom")
		r.set(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, elsewhere.address(), status)
			return true
		}, nil)
		blamed(t, write(t, r.group(t, ""), notice("SO-1", 1, "held"))[0].Err, connectors.Misconfigured, "redirects are not followed")
		if asked > 0 {
			t.Errorf("%d: another house was asked %d times", status, asked)
		}
	}
}

func TestAServiceThatIsNotThereIsWaitedFor(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	s := group(t, "wecom", "http://"+l.Addr().String()+path+"?key="+key, "")
	blamed(t, write(t, s, notice("SO-1", 1, "held"))[0].Err, connectors.Unavailable, "refused", "check that this machine reaches the service")
	blamed(t, s.(connectors.Prober).Probe(t.Context()), connectors.Unavailable, "probe: ")
}

func TestACertificateThatNobodyKnowsIsNotTrusted(t *testing.T) {
	taken := false
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { taken = true }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	blamed(t, write(t, group(t, "wecom", server.URL+path+"?key="+key, ""), notice("SO-1", 1, "held"))[0].Err, connectors.Unavailable, "certificate")
	if taken {
		t.Error("the notice went to a service that is not trusted")
	}
}

func TestTheMetadataOfACloudIsNoChat(t *testing.T) {
	s := group(t, "wecom", "https://169.254.169.254"+path+"?key="+key, "")
	blamed(t, write(t, s, notice("SO-1", 1, "held"))[0].Err, connectors.Unavailable, "is not one of a chat")
}
