package api

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// SigningKeys fetches the file of the public keys that the server signs with.
func (c *Client) SigningKeys(ctx context.Context) ([]byte, error) {
	return ask[[]byte](ctx, c, call{route: wire.RouteSigningKeys})
}

// Receipt fetches the receipt of a signed request, JSON or PDF; the server records
// it.
func (c *Client) Receipt(ctx context.Context, id access.RequestID, isPDF bool) ([]byte, error) {
	route := wire.RouteReceipt
	if isPDF {
		route = wire.RouteReceiptPDF
	}
	return ask[[]byte](ctx, c, call{route: route, id: string(id), isFile: true})
}
