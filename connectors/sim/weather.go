package sim

import (
	"fmt"
	"net/http"
	"strconv"
)

// Weather says how often the CRM's interface fails, in requests of a thousand. No request fails more than twice in a
// row, so that whoever asks again is answered.
type Weather struct {
	TooMany   int  // 429 with Retry-After
	Errors    int  // 500
	LoginPage int  // 200 with a page for people instead of an answer
	CutShort  int  // the connection ends in the middle of the answer
	Down      bool // 503 for everything, until the weather changes
}

// Weathers to choose from.
var (
	Calm   = Weather{}
	Mild   = Weather{TooMany: 8, Errors: 8} // a day like others
	Stormy = Weather{TooMany: 80, Errors: 80, LoginPage: 20, CutShort: 20}
)

// Break changes the weather. A fresh or reopened world has Mild weather.
func (w *World) Break(weather Weather) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.weather = weather
}

// asked is what is known of one request: how often it was seen, and how often it just failed in a row.
type asked struct{ times, failures int }

// maxFailures is how often one request fails in a row at most.
const maxFailures = 2

// mishap is what goes wrong with a request. Two worlds of one seed answer the same request, seen for the same time,
// alike.
type mishap int

const (
	none mishap = iota
	tooMany
	serverError
	loginPage
	cutShort
	down
)

func (w *World) mishap(r *http.Request) mishap {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.weather.Down {
		return down
	}
	key := r.Method + " " + r.URL.RequestURI()
	a := w.asked[key]
	if a == nil {
		a = &asked{}
		w.asked[key] = a
	}
	a.times++
	// #nosec G115 -- below 1000
	m := w.weather.of(int(dice(w.story.opt.Seed, "weather", key, strconv.Itoa(a.times)) % 1000))
	if m == none || a.failures == maxFailures {
		a.failures = 0
		return none
	}
	a.failures++
	return m
}

func (weather Weather) of(throw int) mishap {
	for _, each := range []struct {
		often int
		what  mishap
	}{{weather.TooMany, tooMany}, {weather.Errors, serverError}, {weather.LoginPage, loginPage}, {weather.CutShort, cutShort}} {
		if throw < each.often {
			return each.what
		}
		throw -= each.often
	}
	return none
}

// spoil answers in place of the interface when something goes wrong, and says whether it did.
func (w *World) spoil(out http.ResponseWriter, r *http.Request) bool {
	switch w.mishap(r) {
	case none:
		return false
	case tooMany:
		out.Header().Set("Retry-After", "1")
		answer(out, http.StatusTooManyRequests, `{"error":"too many requests"}`)
	case serverError:
		answer(out, http.StatusInternalServerError, `{"error":"internal error"}`)
	case loginPage:
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(out, "<!doctype html><title>Sign in</title><p>Your session has ended. Please sign in.")
	case cutShort:
		out.Header().Set("Content-Type", "application/json")
		out.Header().Set("Content-Length", "4096")
		fmt.Fprint(out, `{"data":[{"id":"CO-`)
		_ = http.NewResponseController(out).Flush()
		panic(http.ErrAbortHandler) // net/http ends the connection
	case down:
		out.Header().Set("Retry-After", "5")
		answer(out, http.StatusServiceUnavailable, `{"error":"maintenance"}`)
	}
	return true
}
