package seed

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"llavero/shared/access"
	"llavero/shared/divipola"
	"llavero/shared/wire"
)

// failures are why automatic issue gives up, as Entra and Graph say it.
var failures = []access.Failure{
	{Step: access.StepApplication, Status: 403, Code: "Authorization_RequestDenied"},
	{Step: access.StepApplication, Status: 403, Code: "Directory_QuotaExceeded"},
	{Step: access.StepPrincipal, Status: 404, Code: "Request_ResourceNotFound"},
	{Step: access.StepPermissions, Status: 409, Code: "Directory_ConcurrencyViolation"},
	{Step: access.StepSecret, Status: 429, Code: "TooManyRequests"},
	{Step: access.StepSecret, Status: 400, Code: "CredentialInvalidLifetimeAsPerAppPolicy"},
	{Step: access.StepApplication, Status: 503, Code: "ServiceUnavailable"},
	{Step: access.StepVerify, Status: 401, Code: "AADSTS7000215"},
	{Step: access.StepSecret}, // the connection was cut: no answer came
}

// Requests invents n pending requests as an officer's list shows them, oldest
// first: of all ages up to three weeks before now, for every reason, first
// requests and changes of key, a few of them taken. No two are for one code, so
// there are at most as many as the country has codes.
func Requests(n int, now time.Time) []wire.RequestRow {
	r := rand.New(rand.NewPCG(uint64(n), 0x5e9))
	rows := make([]wire.RequestRow, 0, n)
	step := 21 * 24 * time.Hour / time.Duration(max(n, 1))
	for p := range shuffled() {
		for _, c := range p.Codes() {
			if len(rows) == n {
				return rows
			}
			rows = append(rows, request(r, p, c, len(rows)+1, now.Add(-step*time.Duration(n-len(rows)))))
		}
	}
	return rows
}

// shuffled is the demonstration world, then the country with its kinds mixed.
func shuffled() iter.Seq[Provider] {
	return func(yield func(Provider) bool) {
		for _, p := range Demo().Providers {
			if !yield(p) {
				return
			}
		}
		const apart = 12_007 // a country's kinds come one after the other
		var waiting []Provider
		for p := range Country(1) {
			waiting = append(waiting, p)
		}
		for i, at := 0, 0; i < len(waiting); i++ {
			if !yield(waiting[at]) {
				return
			}
			at = (at + apart) % len(waiting)
		}
	}
}

func request(r *rand.Rand, p Provider, c access.LicenseCode, number int, at time.Time) wire.RequestRow {
	at = at.UTC().Truncate(time.Second)
	parked := at.Add(time.Duration(2+r.IntN(300)) * time.Second)
	fail := failures[r.IntN(len(failures))]
	fail.At, fail.Environment = parked, access.Environments()[r.IntN(2)]
	if fail.Status != 0 {
		fail.RequestID = guid(r)
	}
	row := wire.RequestRow{
		ID: access.RequestID(guid(r)), Number: fmt.Sprintf("SOL-%d-%06d", at.Year(), number), Kind: access.KindEnroll,
		Status: access.StatusPending, Code: c, NIT: access.NIT(p.Document.Number), ProviderNo: int64(number * 3),
		Provider: p.Name, Place: divipola.Place(c.Municipality()), RequestedAt: at.Add(-4 * time.Minute), SignedAt: at,
		UpdatedAt: parked, Environment: fail.Environment, Step: fail.Step, Failure: &fail, Version: 4,
	}
	if r.IntN(5) == 0 {
		row.Kind = access.KindRenew
		row.Reason = []access.Reason{access.ReasonSecurity, access.ReasonVendor, access.ReasonExpiry}[r.IntN(3)]
	}
	if number%17 == 5 {
		row.TakenBy, row.TakenName, row.TakenAt = "officer-2", "Beatriz Quiñones Demostración", parked.Add(time.Minute)
	}
	return row
}

// guid is random but repeatable, in the shape of version 4.
func guid(r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

// ProviderRows are the license codes of an entity as a delegate's list shows
// them, by code; all entities' if it is empty.
func ProviderRows(rows iter.Seq[Provider], entity access.EntityID) []wire.ProviderRow {
	var all []wire.ProviderRow
	for p := range rows {
		if entity != "" && p.Entity() != entity {
			continue
		}
		for _, c := range p.Codes() {
			m, _ := divipola.Lookup(c.Municipality())
			row := wire.ProviderRow{
				Code: c, NIT: access.NIT(p.Document.Number), Name: p.Name, Department: m.Department, Municipality: m.Name,
				Current: true, Version: 1,
			}
			for _, s := range p.Sites {
				if s.Code == c {
					row.Sites = append(row.Sites, wire.SiteRow{Number: s.Number, Name: s.Name})
				}
			}
			all = append(all, row)
		}
	}
	return all
}
