//go:build !unix

package daemon

import "llavero/server/internal/config"

// checkRights has nothing to look at where rights are not modes.
func checkRights(config.Config) ([]string, error) { return nil, nil }
