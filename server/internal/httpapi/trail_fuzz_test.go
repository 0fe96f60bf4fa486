package httpapi

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"llavero/shared/access"
)

// FuzzTrailQuery: whatever stands behind the question mark is a search or refused as
// bad input, and a search takes nothing that is not one of its members, once.
func FuzzTrailQuery(f *testing.F) {
	for _, seed := range []string{
		"", "limit=20&each=true", "limit=0", "limit=-1", "limit=99999999999999999999", "from=2026-09-16T00:00:00Z&to=x", "text=%zz", "text=a&text=b",
		"code=0500199001;x", "unknown=1", "document=9999000001&entity=999100005&group=keys&subject=s&cursor=c&opening=o", "%00=%ff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c := &call{r: &http.Request{URL: &url.URL{RawQuery: raw}}}
		q, err := c.trailQuery()
		if err != nil {
			if e, ok := errors.AsType[*access.Error](err); !ok || e.Code != access.CodeInvalid {
				t.Errorf("%q: %v", raw, err)
			}
			return
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatalf("%q is no query, and was taken", raw)
		}
		for name, all := range values {
			if _, ok := trailParams[name]; !ok || len(all) != 1 {
				t.Errorf("%q: %s was taken", raw, name)
			}
		}
		if q.Limit < 0 || values.Get("limit") == "" && q.Limit != 0 {
			t.Errorf("%q: limit %d", raw, q.Limit)
		}
	})
}
