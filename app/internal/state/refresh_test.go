package state

import (
	"errors"
	"testing"
	"testing/synctest"

	"llavero/shared/access"
)

func TestRefresh_connectsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		m.Refresh() // nobody is signed in: nothing to ask
		s.signIn()
		synctest.Wait()
		for range 2 {
			m.Refresh()
			<-s.feedOn
			synctest.Wait()
			if _, isIn := m.Who(); !isIn {
				t.Fatal("asking again signed out")
			}
		}
		s.feedEnd <- &access.Error{Code: access.CodeUnauthorized, Err: errors.New("over")}
		synctest.Wait()
		if _, isIn := m.Who(); isIn {
			t.Error("the session's end went unheard after asking again")
		}
	})
}
