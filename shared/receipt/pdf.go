package receipt

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"strconv"
	"time"
)

// A receipt on paper is a PDF whose last line is a comment, after the mark of its
// end, with a signature over all bytes before it. The signed JSON is inside it, as
// its one attachment.

// pdfLine begins the last line of a signed PDF.
const pdfLine = "%llavero-signature "

// maxPDFLine keeps the mark of a PDF's end within the last kibibyte, where readers
// look for it.
const maxPDFLine = 400

// SignPDF adds the last line to a PDF.
func SignPDF(key ed25519.PrivateKey, at time.Time, pdf []byte) []byte {
	return AppendSignature(pdf, Sign(key, KindReceiptPDF, at, pdf))
}

// AppendSignature adds the last line to the PDF that it was made for.
func AppendSignature(pdf []byte, s Signature) []byte {
	return append(bytes.Clone(pdf), pdfComment(s)...)
}

func pdfComment(s Signature) string {
	return pdfLine + Algorithm + " " + string(s.KeyID) + " " + instant(s.At) + " " + base64.StdEncoding.EncodeToString(s.Value) + "\n"
}

// IsPDF reports that a file begins as a PDF.
func IsPDF(file []byte) bool { return bytes.HasPrefix(file, []byte("%PDF-")) }

// SplitPDF takes the last line off a signed PDF. It believes nothing. The refusal
// is a *FaultError.
func SplitPDF(file []byte) (pdf []byte, s Signature, err error) {
	i := bytes.LastIndex(file, []byte(pdfLine))
	if !IsPDF(file) || i < 0 {
		return nil, s, faultf(FaultForeign, "not a signed PDF")
	}
	words := bytes.Fields(file[i+len(pdfLine):])
	if len(file)-i > maxPDFLine || len(words) != 4 {
		return nil, s, faultf(FaultMalformed, "the line of the signature")
	}
	s.KeyID = KeyID(words[1])
	if s.At, err = parseInstant(string(words[2])); err != nil {
		return nil, s, faultf(FaultMalformed, "the time of the signature")
	}
	if s.Value, err = decode64(string(words[3])); err != nil {
		return nil, s, faultf(FaultMalformed, "the value of the signature")
	}
	if string(file[i:]) != pdfComment(s) {
		return nil, s, faultf(FaultAltered, "the line of the signature is not written as it was")
	}
	return file[:i], s, nil
}

// embedded finds the stream of a PDF's attachment and how long it is.
var embedded = regexp.MustCompile(`/Type /EmbeddedFile /Length ([0-9]{1,9}) /Filter /FlateDecode [^\n]{0,200}>>\s{0,4}stream\r?\n`)

// Embedded takes the signed JSON out of a PDF of ours. It is meant for PDFs whose
// signature was found good.
func Embedded(pdf []byte) ([]byte, error) {
	at := embedded.FindSubmatchIndex(pdf)
	if at == nil {
		return nil, faultf(FaultMalformed, "the PDF has no attachment")
	}
	length, err := strconv.Atoi(string(pdf[at[2]:at[3]]))
	if err != nil || length > len(pdf)-at[1] {
		return nil, faultf(FaultMalformed, "the PDF's attachment is cut off")
	}
	z, err := zlib.NewReader(bytes.NewReader(pdf[at[1] : at[1]+length]))
	if err != nil {
		return nil, faultf(FaultMalformed, "the PDF's attachment")
	}
	body, err := io.ReadAll(io.LimitReader(z, maxSigned+1))
	if err = errors.Join(err, z.Close()); err != nil || len(body) > maxSigned {
		return nil, faultf(FaultMalformed, "the PDF's attachment")
	}
	return body, nil
}
