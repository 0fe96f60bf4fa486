package daemon

import (
	"context"
	"log/slog"
	"slices"

	"llavero/server/internal/entra"
	"llavero/shared/access"
)

// graphPermissions are what the provisioning application needs on Graph: to make
// and change its own applications, to find the IHCE API and to grant its roles.
// With tolerated, which reads the directory's quota, it is all it should have.
var (
	graphPermissions = []string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All", "Application.ReadWrite.OwnedBy"}
	tolerated        = []string{"Organization.Read.All"}
)

// comparePermissions says which permissions are missing and which are in excess.
func comparePermissions(have []string) (missing, excess []string) {
	for _, p := range graphPermissions {
		if !slices.Contains(have, p) {
			missing = append(missing, p)
		}
	}
	for _, p := range have {
		if !slices.Contains(graphPermissions, p) && !slices.Contains(tolerated, p) {
			excess = append(excess, p)
		}
	}
	return missing, excess
}

// tellPermissions asks the directory what each provisioning application may do,
// and tells the log what is missing or in excess. It stops nothing: a request
// that meets a missing permission says so itself, on the pending list.
func tellPermissions(ctx context.Context, check bool, clients map[access.Environment]*entra.Client, log *slog.Logger) {
	var asked []*entra.Client
	for _, env := range access.Environments() {
		client, log := clients[env], log.With("environment", string(env))
		switch {
		case client == nil:
			log.WarnContext(ctx, "no directory is configured: requests go to the pending list at once")
		case check && !slices.Contains(asked, client):
			asked = append(asked, client)
			askPermissions(ctx, client, log)
		}
	}
}

func askPermissions(ctx context.Context, client *entra.Client, log *slog.Logger) {
	info, err := client.OwnToken(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		log.WarnContext(ctx, "the directory cannot be asked for permissions", "err", err)
		return
	}
	missing, excess := comparePermissions(info.Roles)
	if len(missing)+len(excess) == 0 {
		log.InfoContext(ctx, "the provisioning application has the permissions it needs and no other", "tls", info.TLSVersion)
		return
	}
	log.WarnContext(ctx, "the provisioning application has not the permissions it should", "missing", missing, "excess", excess, "tls", info.TLSVersion)
}
