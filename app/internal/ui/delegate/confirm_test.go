package delegate

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func confirmSnapshot() state.Confirm {
	return state.Confirm{
		Link: online, Entity: state.Entity{Provider: clinic()}, Number: "SOL-1", Kind: access.KindEnroll,
		Texts: consentTexts(), ContentHash: strings.Repeat("ab", 32),
		Code: &wire.CodeSent{
			To: "j•••@example.org", From: "llaves@ministerio.example", SentAt: noon, ExpiresAt: noon.Add(10 * time.Minute),
			ResendAt: noon.Add(30 * time.Second), Sends: 1, TriesLeft: 5,
		},
	}
}

func TestConfirm_firstTheCodeThenTheSignature(t *testing.T) {
	c := NewConfirm(func() time.Time { return noon })
	c.Beat = nil
	asked, signed := 0, ""
	c.OnSendCode = func() { asked++ }
	c.OnSign = func(code secret.Text) { signed = code.Reveal() }
	s := confirmSnapshot()
	code := s.Code
	s.Code = nil
	c.Render(s)
	w := show(t, c)
	c.Focus()
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if asked != 1 {
		t.Fatalf("asked for %d codes", asked)
	}
	s.Code = code
	c.Render(s)
	entry := w.Canvas().Focused()
	if entry != c.code.Entry() {
		t.Fatalf("with a code sent the keyboard is at %T", entry)
	}
	test.Type(entry, "12 3-45")
	c.Submit()
	if signed != "" || !c.sign.Disabled() {
		t.Error("five digits sign")
	}
	test.Type(entry, "6")
	if signed != "" {
		t.Error("the last digit signs by itself")
	}
	press(entry, fyne.KeyReturn)
	if signed != "123456" {
		t.Errorf("signed with %q", signed)
	}
}

func TestConfirm_troubles(t *testing.T) {
	cases := []struct {
		err        *access.Error
		underField bool
		want       string
	}{
		{&access.Error{Code: access.CodeInvalid, Hint: access.HintCodeWrong, Args: map[string]string{"left": "4"}}, true, "El código no coincide. Le quedan 4 intentos."},
		{access.Refuse(access.CodeExpired, access.HintCodeReplaced), true, "Ese código ya no sirve. Use uno de los más recientes."},
		{access.Refuse(access.CodeConflict, access.HintCodeSpent), false, "Se agotaron los intentos. Revise la solicitud y empiece la firma de nuevo."},
		{&access.Error{Code: access.CodeConflict, Hint: access.HintContentChanged, Args: map[string]string{"field": "lead.email"}}, false, "Cambió el dato “Correo Líder Técnico”. Anulamos el código; pida uno nuevo."},
	}
	for _, x := range cases {
		t.Run(string(x.err.Hint), func(t *testing.T) {
			c := NewConfirm(func() time.Time { return noon })
			c.Beat = nil
			s := confirmSnapshot()
			c.Render(s)
			c.code.SetText("123456")
			s.Trouble = &state.Trouble{Err: x.err}
			c.Render(s)
			under, above := c.field.Error(), c.banner.Message().Text
			if x.underField && (under != x.want || above != "") || !x.underField && (above != x.want || under != "") {
				t.Errorf("under the field %q, above %q", under, above)
			}
			if x.underField && c.code.Text() != "" {
				t.Error("the refused code is still there")
			}
		})
	}
}

// testBeat ticks on the test's goroutine, which is the UI goroutine of a test,
// while after waits.
type testBeat struct {
	ticker *time.Ticker
	tick   func()
}

func (b *testBeat) beat(tick func()) (stop func()) {
	b.ticker, b.tick = time.NewTicker(time.Second), tick
	return b.ticker.Stop
}

func (b *testBeat) after(d time.Duration) {
	end := time.After(d)
	for {
		select {
		case <-b.ticker.C:
			b.tick()
		case <-end:
			return
		}
	}
}

func TestEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ticks atomic.Int32
		stop := everySecond(func() { ticks.Add(1) })
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		if got := ticks.Load(); got != 10 {
			t.Errorf("%d ticks in 10 s", got)
		}
		stop()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := ticks.Load(); got != 10 {
			t.Errorf("%d ticks after the stop", got-10)
		}
	})
}

// A count-down moves by itself once a second, and stops with the screen.
func TestConfirm_countsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := confirmSnapshot()
		s.Code.SentAt, s.Code.ExpiresAt, s.Code.ResendAt = start, start.Add(40*time.Second), start.Add(30*time.Second)
		c := NewConfirm(time.Now)
		var b testBeat
		c.Beat = b.beat
		c.Render(s)
		after := b.after
		if c.send.Text != "Reenviar código (en 30 s)" || !c.send.Disabled() {
			t.Errorf("at first: %q", c.send.Text)
		}
		after(10*time.Second + time.Millisecond)
		if c.send.Text != "Reenviar código (en 20 s)" || c.left.Text() != "El código sirve 0:30 min más." {
			t.Errorf("after 10 s: %q, %q", c.send.Text, c.left.Text())
		}
		after(20 * time.Second)
		if c.send.Text != "Reenviar código" || c.send.Disabled() {
			t.Errorf("after 30 s: %q", c.send.Text)
		}
		after(10 * time.Second)
		if !strings.HasPrefix(c.left.Text(), "El código venció a las") {
			t.Errorf("after 40 s: %q", c.left.Text())
		}
		c.Close()
		said := c.left.Text()
		s.Code.ExpiresAt = start.Add(time.Hour)
		after(5 * time.Second)
		if c.left.Text() != said {
			t.Error("it counts on after Close")
		}
	})
}

func TestProgress_elapsedMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewProgress(time.Now)
		var b testBeat
		p.Beat = b.beat
		s := state.Progress{Link: online, Request: wire.RequestRow{Status: access.StatusIssuing, SignedAt: time.Now()}}
		p.Render(s)
		if p.elapsed.Visible() {
			t.Error("elapsed time at once")
		}
		b.after(patience + time.Second + time.Millisecond)
		if !strings.HasPrefix(p.elapsed.Text(), "Han pasado 11 s.") {
			t.Errorf("got %q", p.elapsed.Text())
		}
		s.Request.Status = access.StatusDone
		p.Render(s)
		if p.elapsed.Visible() || p.ticker.stop != nil {
			t.Error("it counts on once done")
		}
	})
}

func TestProgress_messages(t *testing.T) {
	for status, want := range map[access.Status]string{
		access.StatusIssuing: "Creando sus llaves",
		access.StatusDone:    "Solicitud registrada con éxito",
		access.StatusPending: "Solicitud enviada",
	} {
		p := NewProgress(func() time.Time { return noon })
		p.Beat = nil
		opened := false
		p.OnOpenKeys = func(access.LicenseCode) { opened = true }
		p.Render(state.Progress{Link: online, Request: wire.RequestRow{Status: status, Number: "SOL-1"}})
		if p.page.Title.Text() != want {
			t.Errorf("%s: %q", status, p.page.Title.Text())
		}
		if p.open.Visible() != (status == access.StatusDone) {
			t.Errorf("%s: «Ir a Consultar Token» visible %t", status, p.open.Visible())
		}
		if status == access.StatusDone {
			press(p.open, fyne.KeyReturn)
			if !opened {
				t.Error("it opens nothing")
			}
		}
	}
}
