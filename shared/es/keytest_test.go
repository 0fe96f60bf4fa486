package es

import (
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

var monday = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC) // 12:00 in Colombia

// The three refusals whose words people are promised.
func TestLightFailure_promised(t *testing.T) {
	for code, want := range map[string]string{
		"AADSTS7000215": "Entra no aceptó el secreto. Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos.",
		"AADSTS7000222": "La llave venció el 23/11/2026 y ya no sirve.",
		"AADSTS700016":  "Ese identificador no existe en el directorio. Revise que no sea del otro ambiente.",
	} {
		if got := LightFailure(access.LightResult{Light: access.LightSecret, Status: 401, Code: code}, monday).Text(); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	acts := map[string]Remedy{"AADSTS7000215": RemedyAgain, "AADSTS7000222": RemedyRenew}
	for code, want := range acts {
		if got := LightFailure(access.LightResult{Code: code}, monday).Act; got != want {
			t.Errorf("%s: the act is %q", code, got)
		}
	}
}

// Whatever fails, a person reads a cause and what to do, and no machine word.
func TestLightFailure_always(t *testing.T) {
	codes := []string{"", "AADSTS99999", "UnknownError"}
	for _, c := range FailureCases() {
		codes = append(codes, c.Codes...)
	}
	for _, l := range access.Lights() {
		for _, status := range []int{0, 200, 400, 401, 403, 404, 418, 429, 500, 503} {
			for _, code := range codes {
				f := LightFailure(access.LightResult{Light: l, Status: status, Code: code}, monday)
				if f.Cause == "" || f.Advice == "" && f.Act != RemedyRenew || strings.Contains(f.Text(), "eanude") {
					t.Errorf("%s %d %q: %+v", l, status, code, f)
				}
				if strings.Contains(f.Text(), "AADSTS") || code != "" && strings.Contains(f.Text(), code) {
					t.Errorf("%s %d %q says the code: %s", l, status, code, f.Text())
				}
			}
		}
	}
}

func TestLights_words(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range access.Lights() {
		name := Light(l)
		if name == string(l) || seen[name] {
			t.Errorf("%s is called %q", l, name)
		}
		seen[name] = true
		for _, s := range []access.LightState{access.LightWaiting, access.LightRunning, access.LightOn, access.LightSkipped} {
			if LightState(s) == string(s) {
				t.Errorf("state %s has no word", s)
			}
			if LightMeans(access.LightResult{Light: l, State: s}, false) == "" {
				t.Errorf("%s %s means nothing", l, s)
			}
		}
	}
	young := access.LightResult{Light: access.LightSteady, State: access.LightRunning, Tries: 4, Status: 401, Code: "AADSTS7000215"}
	if got := LightMeans(young, false); !strings.Contains(got, "van 4 intentos") || !strings.Contains(got, "Aún no todos") {
		t.Errorf("a young key: %q", got)
	}
	skipped := access.LightResult{Light: access.LightGateway, State: access.LightSkipped}
	if after, alone := LightMeans(skipped, true), LightMeans(skipped, false); after == alone {
		t.Errorf("skipped after a failure and without a gateway are told alike: %q", after)
	}
}

func TestStage_words(t *testing.T) {
	for s, want := range map[access.Stage]string{access.StageCreated: "Creada", access.StagePropagating: "Propagándose", access.StageReady: "Lista"} {
		if got := Stage(s); got != want {
			t.Errorf("%s: %q", s, got)
		}
		if (s == access.StageReady) != strings.Contains(StageMeans(s), "Ya se puede usar") {
			t.Errorf("%s means %q", s, StageMeans(s))
		}
	}
}

func TestTestLine(t *testing.T) {
	for _, c := range []struct {
		test *access.KeyTest
		want string
	}{
		{nil, NotTestedYet},
		{&access.KeyTest{StartedAt: monday.Add(-time.Minute)}, "Empezó hoy a las 11:59 · la pidió el servidor"},
		{&access.KeyTest{StartedAt: monday.Add(-time.Minute), EndedAt: monday, By: "Lucía"}, "Terminó hoy a las 12:00 · la pidió Lucía"},
	} {
		if got := TestLine(c.test, monday); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestCheck_words(t *testing.T) {
	if got := Check(nil) + Check(&access.KeyCheck{State: access.CheckPassed}); got != "" {
		t.Errorf("nothing to say, and it says %q", got)
	}
	seen := map[string]bool{}
	for _, h := range []access.Hint{access.HintNotInEntra, access.HintOtherEnvironment, access.HintSecretUnknown, access.HintExpired, access.HintRefused, "new"} {
		got := Check(&access.KeyCheck{State: access.CheckFailed, Problem: h})
		if got == "" || seen[got] {
			t.Errorf("%s: %q", h, got)
		}
		seen[got] = true
	}
}

func TestTokensLive(t *testing.T) {
	until := monday.Add(86*time.Minute + 30*time.Second)
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{monday, "Los tokens ya emitidos sirven hasta las 13:26 (quedan 87 min)."},
		{until.Add(-time.Second), "Los tokens ya emitidos sirven hasta las 13:26 (quedan 1 min)."},
		{until, ""},
		{until.Add(time.Hour), ""},
	} {
		if got := TokensLive(until, c.now); got != c.want {
			t.Errorf("%s: %q, want %q", c.now, got, c.want)
		}
	}
	if got := TokensLive(time.Time{}, monday); got != "" {
		t.Errorf("no token lives, and it says %q", got)
	}
}

func TestReminder_words(t *testing.T) {
	r := &access.Reminder{Days: 30, SentAt: monday.AddDate(0, 0, -1)}
	if got := ReminderText(r, monday); got != "Aviso de 30 días, enviado ayer a las 12:00. Cambie la llave antes de que venza." {
		t.Errorf("got %q", got)
	}
	r.Act, r.By, r.At, r.Until = access.ReminderSnooze, "Lucía", monday, monday.AddDate(0, 0, 7)
	if got := ReminderText(r, monday); !strings.Contains(got, "Lucía lo pospuso hasta el 30/11/2026 (hoy a las 12:00).") {
		t.Errorf("got %q", got)
	}
	r.EscalatedAt = monday
	if got := ReminderText(r, monday); !strings.Contains(got, "el Ministerio está avisado desde el 23/11/2026 12:00") {
		t.Errorf("got %q", got)
	}
	if got := ReminderTitle(monday.AddDate(0, 0, 12), monday); got != "Aviso de vencimiento: "+lowerFirst(Expiry(monday.AddDate(0, 0, 12), monday))+"." {
		t.Errorf("got %q", got)
	}
}

func TestKeyError(t *testing.T) {
	for _, c := range []struct {
		err  *access.Error
		want string
	}{
		{&access.Error{Code: access.CodeThrottled, Args: map[string]string{"wait": "9"}}, "Esta llave se acaba de probar. Espere 9 s y pruebe de nuevo."},
		{&access.Error{Code: access.CodeThrottled, Args: map[string]string{"seconds": "7"}}, "Esta llave se acaba de probar. Espere 7 s y pruebe de nuevo."},
		{access.Refuse(access.CodeConflict, access.HintState), "Esta llave ya no está en ese estado. Revise los datos actuales."},
		{access.Refuse(access.CodeConflict, access.HintUnderWay), Error(access.Refuse(access.CodeConflict, access.HintUnderWay))},
		{nil, ""},
	} {
		if got := KeyError(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
