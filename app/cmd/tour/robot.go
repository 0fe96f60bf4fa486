package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is what the client's socket tells of one thing on screen.
type object struct {
	Type     string
	Text     string
	Hint     string
	X, Y     float64
	W, H     float64
	Depth    int
	Overlay  bool
	Focused  bool
	Disabled bool
	Checked  bool
	Tappable bool
	Top      float64 // bounds of what is in sight, when it scrolls
	Bottom   float64

	first bool // the first of its tree
}

// patience is how long a step waits for what it expects; shortly is for what
// follows a click at once.
const (
	patience = 30 * time.Second
	shortly  = time.Second
)

// tree asks the client what is on screen.
func (s *stage) tree(ctx context.Context) ([]object, error) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			if port, ok := strings.CutPrefix(s.socket, "tcp:"); ok {
				return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
			}
			return (&net.Dialer{}).DialContext(ctx, "unix", s.socket)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://client/", http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var objects []object
	if err := json.NewDecoder(res.Body).Decode(&objects); err != nil {
		return nil, err
	}
	if len(objects) > 0 {
		objects[0].first = true
	}
	return objects, nil
}

// look is a condition on one object.
type look func(o object) bool

// text matches objects whose text holds part, in any case.
func text(part string) look {
	part = strings.ToLower(part)
	return func(o object) bool { return strings.Contains(strings.ToLower(o.Text), part) }
}

// button matches what can be pressed with that text on it.
func button(label string) look {
	return func(o object) bool { return o.Tappable && !o.Disabled && strings.Contains(o.Text, label) }
}

// or matches what either does.
func (l look) or(other look) look { return func(o object) bool { return l(o) || other(o) } }

// and matches what both do.
func (l look) and(other look) look { return func(o object) bool { return l(o) && other(o) } }

// not matches what l does not.
func (l look) not() look { return func(o object) bool { return !l(o) } }

// box matches the tick box whose words hold part.
func box(part string) look {
	return func(o object) bool { return strings.HasSuffix(o.Type, "Check") && strings.Contains(o.Text, part) }
}

// unticked matches boxes without a tick.
var unticked look = func(o object) bool { return strings.HasSuffix(o.Type, "Check") && !o.Checked && !o.Disabled }

// nth matches the n-th match from the top, counted anew in each tree.
func nth(l look, n int) look {
	seen := 0
	last := -1.0
	return func(o object) bool {
		if o.first {
			seen, last = 0, -1
		}
		if !l(o) || o.Y == last {
			return false
		}
		last = o.Y
		seen++
		return seen == n
	}
}

// field matches an entry by its label's accessibility text or grey example.
func field(label string) look {
	return func(o object) bool {
		return strings.Contains(o.Type, "ntry") && (strings.Contains(o.Hint, label) || strings.Contains(o.Text, label))
	}
}

// find waits for the last object in drawing order that matches: the front one.
func (s *stage) find(ctx context.Context, what string, matches look) (object, error) {
	return s.findWithin(ctx, patience, what, matches)
}

func (s *stage) findWithin(ctx context.Context, limit time.Duration, what string, matches look) (object, error) {
	var found object
	err := until(ctx, limit, what+" on "+s.name+"'s screen", func() error {
		objects, err := s.tree(ctx)
		if err != nil {
			return err
		}
		ok := false
		for _, o := range objects {
			if matches(o) && o.W > 0 && o.H > 0 {
				found, ok = o, true
			}
		}
		if !ok {
			return errors.New("not there; on screen: " + words(objects))
		}
		return nil
	})
	return found, err
}

// gone waits until nothing matches any more.
func (s *stage) gone(ctx context.Context, what string, matches look) error {
	return until(ctx, patience, what+" to leave "+s.name+"'s screen", func() error {
		objects, err := s.tree(ctx)
		if err != nil {
			return err
		}
		for _, o := range objects {
			if matches(o) {
				return errors.New("still there")
			}
		}
		return nil
	})
}

// words lists what can be read on screen, for the message of a failed step.
func words(objects []object) string {
	var b strings.Builder
	last := ""
	for _, o := range objects {
		if o.Text == "" || o.Text == last {
			continue
		}
		last = o.Text
		fmt.Fprintf(&b, "%q ", o.Text)
		if b.Len() > 3000 {
			break
		}
	}
	return b.String()
}

var corner = regexp.MustCompile(`Absolute upper-left ([XY]):\s+(-?\d+)`)

// origin is where the window's contents begin on the display.
func (s *stage) origin(ctx context.Context) (x, y float64, err error) {
	out, err := s.run(ctx, "xwininfo", "-id", s.window)
	if err != nil {
		return 0, 0, err
	}
	for _, m := range corner.FindAllStringSubmatch(out, -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return 0, 0, err
		}
		if m[1] == "X" {
			x = v
		} else {
			y = v
		}
	}
	return x, y, nil
}

// size of the window's contents.
func (s *stage) size(ctx context.Context) (w, h float64, err error) {
	objects, err := s.tree(ctx)
	if err != nil || len(objects) == 0 {
		return 0, 0, fmt.Errorf("no window contents: %w", err)
	}
	return objects[0].X + objects[0].W, objects[0].Y + objects[0].H, nil
}

// press finds an object and clicks its middle, scrolling it into sight first.
func (s *stage) press(ctx context.Context, what string, matches look) error {
	o, err := s.inSight(ctx, what, matches)
	if err != nil {
		return err
	}
	return s.clickAt(ctx, o.X+o.W/2, o.Y+o.H/2)
}

// pressAway presses what goes away by it. It may move just before the click: a
// notice does, when the one before it ends.
func (s *stage) pressAway(ctx context.Context, what string, matches look) error {
	return until(ctx, patience, what+" to leave "+s.name+"'s screen", func() error {
		if err := s.press(ctx, what, matches); err != nil {
			return err
		}
		return until(ctx, shortly, what+" to go", func() error {
			objects, err := s.tree(ctx)
			if err == nil && slices.ContainsFunc(objects, matches) {
				err = errors.New("still there")
			}
			return err
		})
	})
}

func (s *stage) clickAt(ctx context.Context, x, y float64) error {
	left, top, err := s.origin(ctx)
	if err != nil {
		return err
	}
	_, err = s.run(ctx, "xdotool", "mousemove", strconv.Itoa(int(left+x)), strconv.Itoa(int(top+y)), "click", "1")
	return err
}

// inSight turns the wheel beside the form, where no list swallows it, until the
// object lies in sight.
func (s *stage) inSight(ctx context.Context, what string, matches look) (object, error) {
	const margin, bottom = 150, 90 // the header above; room below for what is fixed there
	for range 40 {
		o, err := s.find(ctx, what, matches)
		if err != nil {
			return o, err
		}
		w, _, err := s.size(ctx)
		if err != nil {
			return o, err
		}
		wheel, middle, far := "", o.Y+o.H/2, 0.0
		switch {
		case o.Bottom == 0:
		case middle > o.Bottom-8:
			wheel, far = "5", middle-o.Bottom
		case middle < o.Top+8:
			wheel, far = "4", o.Top-middle
		}
		if wheel == "" {
			return o, nil
		}
		left, top, err := s.origin(ctx)
		if err != nil {
			return o, err
		}
		if _, err := s.run(ctx, "xdotool", "mousemove", strconv.Itoa(int(left+w-120)), strconv.Itoa(int(top+(o.Top+o.Bottom)/2)), "click", "--repeat", turns(far), wheel); err != nil {
			return o, err
		}
		before := o.Y
		// The first turn after a move of the pointer may go unnoticed: the next one counts.
		_ = until(ctx, shortly, "the scroll", func() error {
			if now, err := s.find(ctx, what, matches); err != nil || now.Y == before {
				return errors.New("not moved")
			}
			return nil
		})
	}
	return object{}, fmt.Errorf("%s cannot be scrolled into sight on %s's screen", what, s.name)
}

// turns is how often to turn the wheel for a way: one turn goes some 25 pixels.
func turns(far float64) string { return strconv.Itoa(min(20, 1+int(far/30))) }

// key presses a key or a chord, in xdotool's names: "Return", "ctrl+f".
func (s *stage) key(ctx context.Context, keys ...string) error {
	_, err := s.run(ctx, "xdotool", append([]string{"key", "--delay", "30"}, keys...)...)
	return err
}

// write types text where the focus is.
func (s *stage) write(ctx context.Context, what string) error {
	_, err := s.run(ctx, "xdotool", "type", "--delay", "12", "--", what)
	return err
}

// fill clicks an entry, empties it and types into it.
func (s *stage) fill(ctx context.Context, label, value string) error {
	return s.fillIn(ctx, "the field "+label, field(label), value)
}

func (s *stage) fillIn(ctx context.Context, what string, matches look, value string) error {
	// A click may fall while the form still scrolls: only the focus proves it.
	err := until(ctx, patience, "the keyboard in "+what, func() error {
		if err := s.press(ctx, what, matches); err != nil {
			return err
		}
		return s.holdsWithin(ctx, shortly, what, matches)
	})
	if err != nil {
		return err
	}
	if err := s.key(ctx, "ctrl+a"); err != nil {
		return err
	}
	return s.write(ctx, value)
}
