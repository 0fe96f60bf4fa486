package maildrop

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"
)

// Mail is one mail as it was taken.
type Mail struct {
	At      time.Time
	From    string   // envelope
	To      []string // envelope
	Subject string   // decoded
	Text    string   // the plain text part, decoded; lines end in \n
	HTML    string   // the HTML part, decoded; empty when there is none
	Raw     []byte   // as sent
	File    string   // of the .eml; empty when none was written
}

func (m Mail) isFor(address string) bool {
	return slices.ContainsFunc(m.To, func(to string) bool { return strings.EqualFold(to, address) })
}

// Parse reads a mail's bytes; the envelope, time and file stay empty.
func Parse(raw []byte) (Mail, error) {
	m := Mail{Raw: raw}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, fmt.Errorf("mail: headers: %w", err)
	}
	words := mime.WordDecoder{CharsetReader: charset}
	if m.Subject, err = words.DecodeHeader(msg.Header.Get("Subject")); err != nil {
		m.Subject = msg.Header.Get("Subject")
	}
	get := func(name string) string { return msg.Header.Get(name) }
	if err := m.part(get, msg.Body, 0); err != nil {
		return m, err
	}
	return m, nil
}

// maxDepth bounds parts within parts.
const maxDepth = 5

// part reads a body, or the bodies in it.
func (m *Mail) part(header func(string) string, body io.Reader, depth int) error {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		kind, params = "text/plain", nil // what RFC 2045 says of a missing one
	}
	if strings.HasPrefix(kind, "multipart/") {
		if depth == maxDepth {
			return fmt.Errorf("mail: more than %d parts within parts", maxDepth)
		}
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return fmt.Errorf("mail: parts: %w", err)
			}
			if err := m.part(p.Header.Get, p, depth+1); err != nil {
				return err
			}
		}
	}
	if kind != "text/plain" && kind != "text/html" {
		return nil
	}
	text, err := decode(header("Content-Transfer-Encoding"), params["charset"], body)
	if err != nil {
		return fmt.Errorf("mail: body: %w", err)
	}
	switch {
	case kind == "text/html" && m.HTML == "":
		m.HTML = text
	case kind == "text/plain" && m.Text == "":
		m.Text = text
	}
	return nil
}

func decode(encoding, set string, body io.Reader) (string, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	if set != "" && !strings.EqualFold(set, "utf-8") {
		r, err := charset(set, body)
		if err != nil {
			return "", err
		}
		body = r
	}
	b, err := io.ReadAll(io.LimitReader(body, maxMessage))
	return strings.ReplaceAll(string(b), "\r\n", "\n"), err
}

func charset(name string, r io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("charset %q: %w", name, err)
	}
	return e.NewDecoder().Reader(r), nil
}
