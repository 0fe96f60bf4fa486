package kit

import (
	"errors"
	"testing"
	"testing/synctest"
)

// slowBoard is a clipboard reached through other programs, one act at a time.
type slowBoard struct {
	board
	failsRead, failsWrite bool
}

func (b *slowBoard) IsSlow() bool { return true }

func (b *slowBoard) Read() (string, error) {
	if b.failsRead {
		return "", errors.New("no owner")
	}
	return b.board.Read()
}

func (b *slowBoard) Write(s string) error {
	if b.failsWrite {
		return errors.New("no display")
	}
	return b.board.Write(s)
}

// later holds what a Keeper asked to run, until the test lets it.
type later []func()

func (l *later) run(work, done func()) { *l = append(*l, func() { work(); done() }) }

func (l *later) step(t *testing.T) {
	t.Helper()
	if len(*l) != 1 {
		t.Fatalf("%d acts under way, want one at a time", len(*l))
	}
	first := (*l)[0]
	*l = (*l)[1:]
	first()
}

func TestKeeper_slowBoardsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNotices()
		window(t, n)
		b, acts := &slowBoard{}, later{}
		k := NewKeeper(b, n)
		k.Run = acts.run
		k.CopySecret("Secreto copiado", "one")
		k.CopySecret("Secreto copiado", "two")
		if b.text != "" || len(n.Texts()) != 0 {
			t.Fatal("told before it was done")
		}
		closed := false
		k.Close(func() { closed = true })
		acts.step(t)
		acts.step(t)
		if b.text != "two" || closed {
			t.Fatalf("holds %q, closed %v", b.text, closed)
		}
		acts.step(t)
		if b.text != "" || !closed || k.HoldsSecret() || len(acts) != 0 {
			t.Errorf("holds %q, closed %v", b.text, closed)
		}
		if told := n.Texts(); len(told) != 0 {
			t.Errorf("told after closing: %q", told)
		}
		k.Copy("Copiado", "after")
		acts.step(t)
		if told := n.Texts(); b.text != "after" || len(told) != 1 {
			t.Errorf("after closing it holds %q and told %q", b.text, told)
		}
		n.Clear()
	})
}

func TestKeeper_boardsThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNotices()
		window(t, n)
		b := &slowBoard{failsWrite: true}
		k := NewKeeper(b, n)
		k.CopySecret("Secreto copiado", "one")
		if got := n.Texts(); len(got) != 1 || got[0] != "No pudimos copiar en este computador. Muestre el valor y cópielo a mano." {
			t.Errorf("told %q", got)
		}
		if k.HoldsSecret() {
			t.Error("waits to clear what was never copied")
		}
		b.failsWrite = false
		k.CopySecret("Secreto copiado", "one")
		b.failsRead = true
		k.ClearNow()
		if got := n.Texts(); len(got) != 1 || got[0] != "No pudimos borrar el portapapeles en este computador. Copie otro texto." {
			t.Errorf("told %q", got)
		}
		n.Clear()
	})
}

// shyBoard is a clipboard that knows of secrets.
type shyBoard struct {
	board
	hidden  bool
	secrets int
}

func (b *shyBoard) WriteSecret(text string) (bool, error) {
	b.secrets++
	return b.hidden, b.Write(text)
}

// Secrets go the way that keeps them out of histories, what is no secret does
// not; a desktop that keeps them all the same is named once.
func TestKeeper_history(t *testing.T) {
	for _, hidden := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b, n := &shyBoard{hidden: hidden}, NewNotices()
			k := NewKeeper(b, n)
			said := 0
			for range 2 {
				k.CopySecret("Secreto copiado", "valor")
				for _, text := range n.Texts() {
					if text == "Este escritorio guarda historial del portapapeles." {
						said++
					}
				}
				n.Dismiss("history")
			}
			k.Copy("Identificador copiado", "id")
			if b.secrets != 2 {
				t.Errorf("%d secrets", b.secrets)
			}
			if want := map[bool]int{true: 0, false: 1}[hidden]; said != want {
				t.Errorf("hidden %v: said %d times", hidden, said)
			}
			k.Close(nil)
			n.Clear()
		})
	}
}
