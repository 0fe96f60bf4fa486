// Package receiptpdf puts a receipt on paper: a PDF made from the signed JSON alone,
// with that JSON as its attachment. The same JSON gives the same bytes: no clock, no
// random id, no setting goes in.
//
// Characters that the embedded fonts do not have are drawn as a box; the attachment
// has them as they were signed. The fonts are those of package assets, under the SIL
// Open Font License.
//
// Everything here is a pure function; nothing is kept between calls.
package receiptpdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"codeberg.org/go-pdf/fpdf"

	"llavero/shared/receipt"
)

// Make draws the PDF of a receipt's file. What it shows is not checked here: the
// file comes from the server that signed it.
func Make(file []byte) ([]byte, error) {
	signed, err := receipt.ParseSigned(file)
	if err != nil {
		return nil, err
	}
	paper, err := receipt.ParseReceipt(signed.Document)
	if err != nil {
		return nil, err
	}
	said, err := receipt.ParseContent([]byte(paper.Action.Content))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file)
	d := drawing{file: file, hash: hex.EncodeToString(sum[:]), signed: signed, paper: paper, said: said}
	if err := d.draw(); err != nil { // to count the pages
		return nil, err
	}
	d.total = d.pdf.PageNo()
	if err := d.draw(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("receipt %s on paper: %w", paper.Number, err)
	}
	return out.Bytes(), nil
}

// drawing is one receipt on its way to paper.
type drawing struct {
	file   []byte
	hash   string // SHA-256 of file, hex
	signed receipt.Signed
	paper  receipt.Receipt
	said   receipt.Said
	total  int // pages; 0 while they are counted

	pdf     *fpdf.Fpdf
	section int
}

func (d *drawing) draw() error {
	pdf := fpdf.New("P", "mm", "Letter", "")
	d.pdf, d.section = pdf, 0
	at := d.signed.Signature.At
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(at)
	pdf.SetModificationDate(at)
	pdf.SetLang("es-CO")
	pdf.SetProducer("Llavero IHCE", true)
	pdf.SetCreator("Llavero IHCE", true)
	pdf.SetTitle("Constancia de consentimiento "+d.paper.Number, true)
	pdf.SetSubject("Solicitud "+d.paper.Action.Number, true)
	pdf.SetAttachments([]fpdf.Attachment{{
		Content: d.file, Filename: "constancia-" + d.paper.Number + ".json", Description: "Constancia firmada (JSON)",
	}})
	if err := addFonts(pdf); err != nil {
		return err
	}
	pdf.SetMargins(margin, top, margin)
	pdf.SetCellMargin(0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetHeaderFuncMode(d.header, false)
	pdf.SetFooterFunc(d.footer)
	pdf.AddPage()
	d.opening()
	d.who()
	d.what()
	d.texts()
	d.code()
	d.when()
	d.prior()
	if err := d.integrity(); err != nil {
		return err
	}
	d.howTo()
	d.annex()
	return pdf.Error()
}
