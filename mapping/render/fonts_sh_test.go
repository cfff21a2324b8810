package render

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runFontsScript runs the script of `make fonts` in a repository of its own, with only the named tools at hand.
func runFontsScript(t *testing.T, root string, tools ...string) string {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("SKIPPED: fonts.sh is not tested, there is no shell")
	}
	bin := t.TempDir()
	for _, tool := range tools {
		path, err := exec.LookPath(tool)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(bin, tool)))
	}
	script, err := os.ReadFile("fonts.sh")
	require.NoError(t, err)
	run := exec.CommandContext(t.Context(), shell, write(t, script, root, "mapping", "render", "fonts.sh")) // #nosec G204 -- ours
	run.Env = []string{"PATH=" + bin}
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

func TestWithoutNpmTheFontScriptSaysSoAndTheDemoGoesOn(t *testing.T) {
	root := t.TempDir()
	out := runFontsScript(t, root, "dirname")
	assert.Regexp(t, `^fonts: npm is missing, .*make fonts.*\n$`, out)
	assert.NoDirExists(t, filepath.Join(root, ".fonts"))
}

func TestTheFontScriptFetchesNothingTwice(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf", "LICENSE_FONT"} {
		write(t, []byte("there"), root, ".fonts", name)
	}
	assert.Equal(t, "fonts: Noto Sans SC is in .fonts already\n", runFontsScript(t, root, "dirname"))
}
