package scenes

import (
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/verify"
	"llavero/shared/wire"
)

const proofTitle = "Ver constancia"

const proofKey = receipt.KeyID("3f9a01bc77d2e410")

// keysReceipt is a code whose last signed request has a receipt.
func keysReceipt(change func(*state.Receipt)) state.Keys {
	s := keysData()
	s.Receipt = state.Receipt{Request: "r-1", Loaded: true, Ref: &wire.ReceiptRef{
		Number: "CON-2026-000123", KeyID: proofKey, At: now.Add(-50 * time.Hour),
		Hash: "9c1e44d0a2b75f3386e0c1d29f4b6a7081d3e5f7a9bbccddeeff001122334455",
	}}
	change(&s.Receipt)
	return s
}

// tampered is a receipt whose words somebody changed.
func tampered() verify.Report {
	return verify.Report{Kind: verify.KindReceipt, Fault: &receipt.FaultError{Fault: receipt.FaultAltered, KeyID: proofKey}}
}

// brokenExport is an export that a row was taken out of.
func brokenExport() verify.Report {
	return verify.Report{Kind: verify.KindExport, Break: &trail.BreakError{Line: 1208, Seq: 1207, Fault: trail.FaultMissing}}
}

// receiptScenes are the receipt (constancia) of a code.
func receiptScenes() []Scene {
	proof := func(name string, change func(*state.Receipt)) Scene {
		return top(name, func() fyne.CanvasObject { return opened(keysScreen(keysReceipt(change)), proofTitle) })
	}
	return []Scene{
		proof("delegate-receipt-data", func(*state.Receipt) {}),
		proof("delegate-receipt-checked", func(r *state.Receipt) { r.Checked = proofKey }),
		proof("delegate-receipt-busy", func(r *state.Receipt) { r.Busy = true }),
		proof("delegate-receipt-refused", func(r *state.Receipt) { bad := tampered(); r.Refused = &bad }),
		proof("delegate-receipt-keys", func(r *state.Receipt) {
			r.Trouble = &state.Trouble{Err: access.Refuse(access.CodeInvalid, access.HintSigningKeys), At: now}
		}),
		proof("delegate-receipt-none", func(r *state.Receipt) { r.Ref = nil }),
		tall("ministry-attend-receipt", func() fyne.CanvasObject {
			s := attendData()
			s.Detail.Receipt = keysReceipt(func(*state.Receipt) {}).Receipt.Ref
			return attend(s)
		}),
		top("delegate-receipt-offline", func() fyne.CanvasObject {
			s := keysReceipt(func(r *state.Receipt) { r.Ref, r.Loaded = nil, false })
			s.Link = offline()
			return opened(keysScreen(s), proofTitle)
		}),
	}
}
