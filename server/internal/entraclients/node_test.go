package entraclients

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestNode runs node/flow.mjs in the folder that holds its npm packages, which
// `.ci/clients` makes and names. A plain go test has no such folder.
func TestNode(t *testing.T) {
	dir := os.Getenv("CLIENTS_NODE")
	if dir == "" {
		t.Skip("CLIENTS_NODE is not set: `make clients` and .ci/run run the Node clients")
	}
	cert, key := certificate(t)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "client.pem")
	text := slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flow := range []string{"identity-secret", "identity-certificate", "msal-secret", "msal-certificate"} {
		t.Run(flow, func(t *testing.T) {
			profiles(t, func(t *testing.T) {
				cmd := exec.CommandContext(t.Context(), "node", "flow.mjs", flow)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "CLIENT_PEM="+file, "NO_PROXY=localhost,127.0.0.1")
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				if err := cmd.Run(); err != nil {
					t.Fatalf("%v\n%s", err, out.String())
				}
				t.Logf("\n%s", out.String())
			})
		})
	}
}
