package daemon

import (
	"slices"
)

// graphPermissions are what the provisioning application needs on Graph: to make
// and change its own applications, to find the IHCE API and to grant its roles.
// With tolerated, which read the directory's quota and its policies, it is all
// that it should have.
var (
	graphPermissions = []string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All", "Application.ReadWrite.OwnedBy"}
	tolerated        = []string{"Organization.Read.All", "Policy.Read.All"}
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
