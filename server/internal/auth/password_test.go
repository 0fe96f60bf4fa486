package auth

import (
	"crypto/rand"
	"strings"
	"testing"

	"llavero/shared/access"
	"llavero/shared/secret"
)

func TestHasher(t *testing.T) {
	h, err := newHasher(cost{memory: 64, time: 1, threads: 1}, 1, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pw := password(t)
	one, err := h.hash(t.Context(), pw)
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.hash(t.Context(), pw)
	if err != nil || one == two {
		t.Fatalf("two hashes of one password are equal: %v", err)
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("got %s", one[:30])
	}
	for phc, want := range map[string]bool{one: true, two: true, h.dummy: false} {
		if ok, err := h.matches(t.Context(), phc, pw); err != nil || ok != want {
			t.Errorf("matches: %t, %v, want %t", ok, err, want)
		}
	}
	if ok, err := h.matches(t.Context(), one, secret.New(pw.Reveal()+" ")); err != nil || ok {
		t.Errorf("a longer password matches: %v", err)
	}
	dear, err := newHasher(cost{memory: 128, time: 1, threads: 1}, 1, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if dear.isCurrent(one) || !h.isCurrent(one) {
		t.Error("isCurrent is wrong")
	}
	if ok, err := dear.matches(t.Context(), one, pw); err != nil || !ok {
		t.Errorf("an older cost does not match: %v", err)
	}
}

func TestSignIn_rehashes(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	added := b.delegate(ana, pw)
	a := settings()
	a.ArgonMemory *= 2
	b.start(a, b.box)
	for range 2 {
		if _, err := b.signIn(delegate, pw); err != nil {
			t.Fatal(err)
		}
	}
	all, err := b.Accounts(t.Context())
	if err != nil || len(all) != 1 || all[0].ID != added.ID || !b.hasher.isCurrent(all[0].PasswordHash) {
		t.Errorf("not made anew: %v", err)
	}
}

func TestAdd_refuses(t *testing.T) {
	b := newBench(t, settings())
	good := NewAccount{Person: ana, Role: access.RoleDelegate, Entity: nit, Password: password(t)}
	if _, err := b.Add(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	same := good
	same.Password = password(t)
	_, err := b.Add(t.Context(), same)
	want(t, err, access.CodeConflict, access.HintState)
	for name, change := range map[string]func(*NewAccount){
		"person.name":            func(n *NewAccount) { n.Person.Name = " " },
		"person.document.number": func(n *NewAccount) { n.Person.Document.Number = "" },
		"email":                  func(n *NewAccount) { n.Email = "nobody" },
		"password":               func(n *NewAccount) { n.Password = secret.New("short") },
		"entity":                 func(n *NewAccount) { n.Entity = access.Document{} },
		"role":                   func(n *NewAccount) { n.Role = "king"; n.Entity = access.Document{} },
	} {
		n := good
		change(&n)
		_, err := b.Add(t.Context(), n)
		if access.CodeOf(err) != access.CodeInvalid || !strings.Contains(err.Error(), "["+name+" ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	self, err := b.Add(t.Context(), NewAccount{Person: beto, Role: access.RoleDelegate, Independent: true, Password: password(t)})
	if err != nil || self.Login != "CC9999000012" {
		t.Errorf("an independent: %+v %v", self, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=255$$")
	f.Add("$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA")
	f.Add("")
	f.Fuzz(func(t *testing.T, phc string) {
		c, salt, sum, err := decode(phc)
		if err != nil {
			return
		}
		if c.memory == 0 || c.time == 0 || c.threads == 0 || c.memory > 4<<20 {
			t.Fatalf("accepted a cost of %+v", c)
		}
		if again, _, _, err := decode(encode(c, salt, sum)); err != nil || again != c {
			t.Fatalf("does not go round: %v", err)
		}
	})
}
