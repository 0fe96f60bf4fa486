package mail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"net/textproto"
	"strings"
)

// Bounce is what a mail server reports of a message that came back (RFC 3464).
type Bounce struct {
	// MessageID is the left part of the message's Message-ID, as
	// workflow.MessageID makes it.
	MessageID string
	// Status is the report's, "5.1.1"; empty when it has none.
	Status string
}

// Errors of ReadBounce.
var (
	// ErrNoReport says that a message is no delivery status report.
	ErrNoReport = errors.New("mail: no delivery status report")
	// ErrNotFailed says that a report tells of a delay or a delivery.
	ErrNotFailed = errors.New("mail: the report is of no failure")
)

// maxReport bounds what is read of a report, in bytes: the original message may
// come with it.
const maxReport = 4 << 20

// ReadBounce reads a report as mail servers send it to the sender's address.
func ReadBounce(r io.Reader) (Bounce, error) {
	var b Bounce
	m, err := netmail.ReadMessage(io.LimitReader(r, maxReport))
	if err != nil {
		return b, fmt.Errorf("%w: %w", ErrNoReport, err)
	}
	media, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || media != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") {
		return b, ErrNoReport
	}
	failed := false
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return b, fmt.Errorf("%w: %w", ErrNoReport, err)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			return b, fmt.Errorf("%w: %w", ErrNoReport, err)
		}
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind {
		case "message/delivery-status", "message/global-delivery-status":
			b.Status, failed = failure(body)
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			b.MessageID = messageID(body)
		}
	}
	switch {
	case !failed:
		return b, ErrNotFailed
	case b.MessageID == "":
		return b, fmt.Errorf("%w: it does not say which message it is about", ErrNoReport)
	}
	return b, nil
}

// failure looks for a recipient that failed among the groups of a report.
func failure(body []byte) (status string, failed bool) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(body, "\r\n\r\n"...))))
	for {
		group, err := r.ReadMIMEHeader()
		if strings.EqualFold(strings.TrimSpace(group.Get("Action")), "failed") {
			return strings.TrimSpace(group.Get("Status")), true
		}
		if err != nil || len(group) == 0 {
			return "", false
		}
	}
}

// messageID is the left part of the Message-ID in a message's headers.
func messageID(body []byte) string {
	head, _ := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(body, "\r\n\r\n"...)))).ReadMIMEHeader()
	id := strings.Trim(strings.TrimSpace(head.Get("Message-Id")), "<>")
	left, _, ok := strings.Cut(id, "@")
	if !ok || len(left) > 200 {
		return ""
	}
	return left
}
