//go:build !windows && !darwin

package desktop

import "testing"

func TestKeepsHistory(t *testing.T) {
	for desktop, want := range map[string]bool{"KDE": true, "kde": true, "ubuntu:KDE": true, "GNOME": false, "": false, "XKDE": false} {
		if got := keepsHistory(func(string) string { return desktop }); got != want {
			t.Errorf("%q: %v", desktop, got)
		}
	}
}
