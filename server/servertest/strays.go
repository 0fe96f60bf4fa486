package servertest

import (
	"net/http"
	"sync"
	"testing"

	"llavero/server/internal/httpapi"
	"llavero/server/internal/openapi"
)

// spec holds every exchange with every server of a test run against openapi.json.
var spec = sync.OnceValues(func() (*openapi.Checker, error) { return openapi.NewChecker(httpapi.Document()) })

// strays are the exchanges of one server that are not in openapi.json. They are
// told at its end: a handler may outlive the test that called it.
type strays struct {
	mu   sync.Mutex
	seen []error
}

func (s *strays) watch(next http.Handler) http.Handler {
	checker, err := spec()
	if err != nil {
		s.add(err)
		return next
	}
	return checker.Watch(next, s.add)
}

func (s *strays) add(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, err)
}

func (s *strays) tell(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, err := range s.seen {
		t.Error(err)
	}
}
