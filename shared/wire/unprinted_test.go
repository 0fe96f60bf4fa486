package wire

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

// A body with a secret goes out as JSON, and is printed and logged as its kind, on
// its own or in another value.
func TestUnprinted(t *testing.T) {
	const value = "planted-value-9"
	for _, body := range []any{
		&SignIn{},
		&SignedIn{},
		&Enrolment{},
		&SecondFactor{},
		&ConfirmEnrolment{},
		&BeginSecondFactor{},
		&ProveSecondFactor{},
		&SetPassword{},
		&AccountLink{},
		&Unlock{},
		&Sign{},
		&TypedKey{},
		&AmendKey{},
		&ImageAnswer{},
	} {
		v := reflect.ValueOf(body).Elem()
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String {
				f.SetString(value)
			}
		}
		raw, err := json.Marshal(body)
		if err != nil || !strings.Contains(string(raw), value) {
			t.Errorf("%T: %s, %v", body, raw, err)
		}
		var log strings.Builder
		plain := v.Interface()
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "a", plain, "b", body, "c", struct{ S any }{plain})
		for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q %d", plain, plain, plain, plain, plain, plain), fmt.Sprintf("%+v %v", body, []any{plain, body}), log.String()} {
			if strings.Contains(text, value) {
				t.Errorf("%T is printed: %s", body, text)
			}
		}
	}
}
