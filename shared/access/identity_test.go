package access

import "testing"

func TestNIT_CheckDigit(t *testing.T) {
	// Two public bodies, then invented numbers of one series.
	for nit, want := range map[NIT]int{
		"800197268": 4, "900474727": 4,
		"999100005": 0, "999100001": 1, "999100008": 2, "999100004": 3, "999100015": 4,
		"999100007": 5, "999100003": 6, "999100014": 7, "999100006": 8, "999100002": 9,
	} {
		if got := nit.CheckDigit(); got != want {
			t.Errorf("%s: got %d, want %d", nit, got, want)
		}
	}
}

func TestNIT_LooksTypedWithCheckDigit(t *testing.T) {
	for nit, want := range map[NIT]bool{"9991000050": true, "9991000051": false, "999100005": false, "99910000500": false} {
		if got := nit.LooksTypedWithCheckDigit(); got != want {
			t.Errorf("%s: got %v", nit, got)
		}
	}
}

func TestNIT_Display(t *testing.T) {
	for nit, want := range map[NIT]string{"999100005": "999.100.005-0", "": ""} {
		if got := nit.Display(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParseLicenseCode(t *testing.T) {
	for in, want := range map[string]bool{
		"0500199001": true, "500199001": false, "05001990011": false, "": false,
		"05001-9900": false, "050019900a": false, "٠٥٠٠١٩٩٠٠١": false,
	} {
		code, ok := ParseLicenseCode(in)
		if ok != want {
			t.Errorf("%q: got %v", in, ok)
		}
		if ok && code.Municipality() != in[:5] {
			t.Errorf("%q: municipality %q", in, code.Municipality())
		}
	}
}

func TestDigitsOnly(t *testing.T) {
	for in, want := range map[string]string{
		" 999.100.005 ": "999100005", "300 123-4567": "3001234567", "12a": "12a", "1,5": "15", "1\u00a02": "12",
	} {
		if got := DigitsOnly(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func TestIsEmail(t *testing.T) {
	for in, want := range map[string]bool{
		"lider@empresa.example": true, "a.b+c@x.co": true, "": false, "lider": false, "@x.co": false,
		"a@b": false, "a b@x.co": false, "a@x..co": false, "a@-x.co": false, "a@x.c": false,
		"a@x.co\r\nBcc: b@x.co": false, "<a@x.co>": false,
	} {
		if got := IsEmail(in); got != want {
			t.Errorf("%q: got %v", in, got)
		}
	}
}

func TestIsPhone(t *testing.T) {
	for in, want := range map[string]bool{
		"3001234567": true, "6011234567": true, "6031234567": false, "1234567": false, "30012345678": false, "+573001234567": false,
	} {
		if got := IsPhone(in); got != want {
			t.Errorf("%q: got %v", in, got)
		}
	}
}

func FuzzDigitsOnly(f *testing.F) {
	f.Add("999.100.005-0")
	f.Fuzz(func(t *testing.T, s string) {
		once := DigitsOnly(s)
		if twice := DigitsOnly(once); twice != once {
			t.Errorf("not idempotent: %q %q", once, twice)
		}
	})
}

func TestMaskEmail(t *testing.T) {
	for in, want := range map[string]string{
		"juana@Example.org": "j•••@example.org", "j@example.org": "j•••@example.org", "": "", "juana": "", "a b@example.org": "",
	} {
		if got := MaskEmail(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
