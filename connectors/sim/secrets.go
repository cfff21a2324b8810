package sim

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The files of a world, beside each other in its folder.
const (
	stateFile = "world.db"
	erpFile   = "erp.db"
	placeFile = "erp-place" // where the ERP lies when it is no file here
	tokenFile = "crm-token"
	// #nosec G101 -- the name of a file
	secretFile   = "crm-hook-secret"
	forwarderDir = "forwarder"
	answersDir   = "answers"
)

// writeSecrets writes the CRM's key and the secret of its webhooks, as a person would who set the CRM up.
func writeSecrets(opt Options) error {
	r := line(opt.Seed, "secrets")
	raw := make([]byte, 40)
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	token := fmt.Sprintf("crm_%x", raw[:16])
	secret := "whsec_" + base64.StdEncoding.EncodeToString(raw[16:])
	if err := os.WriteFile(filepath.Join(opt.Dir, tokenFile), []byte(token), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(opt.Dir, secretFile), []byte(secret), 0o600)
}

func readSecrets(dir string) (token string, secret []byte, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, tokenFile)) // #nosec G304 -- the world's own folder
	if err != nil {
		return "", nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, secretFile)) // #nosec G304 -- the world's own folder
	if err != nil {
		return "", nil, err
	}
	secret, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(text)), "whsec_"))
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w (it is whsec_ and base64)", secretFile, err)
	}
	return strings.TrimSpace(string(raw)), secret, nil
}
