package httpapi

import (
	"net/http"

	"llavero/server/internal/accountpage"
	"llavero/server/internal/contactpage"
)

// page is a row of what browsers are shown.
type page struct {
	id      string // in openapi.json
	pattern string
	handle  http.HandlerFunc
	tells   operation
}

// pages is the table of them.
func (a *API) pages() []page {
	return []page{
		{"showAccountPage", accountpage.Show, a.accountPage, says("Shows the page that sets a password.").file("text/html")},
		{"stepAccountPage", accountpage.Act, a.accountPage, says("Takes a step of the page that sets a password.").form("step", "token", "password", "repeat", "ticket", "code")},
		{"accountPageStyle", accountpage.Style, a.Page.File, says("Answers with the style of the pages.").file("text/css")},
		{"accountPageScript", accountpage.Script, a.Page.File, says("Answers with the script of the page.").file("text/javascript")},
		{"accountPageMark", accountpage.Mark, a.Page.File, says("Answers with the mark of the pages.").file("image/svg+xml")},

		{"showContactPage", contactpage.Show, a.contactPage, says("Shows the page where a contact confirms or objects.").file("text/html")},
		{"stepContactPage", contactpage.Act, a.contactPage, says("Takes a step of the page where a contact confirms or objects.").form("step", "token", "why")},
		{"contactPageScript", contactpage.Script, a.Contact.File, says("Answers with the script of the page.").file("text/javascript")},
	}
}
