package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/render"
)

// testFont is a font without outlines: latin.ttf or chinese.ttf.
func testFont(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../testdata/papers/fonts", name))
	require.NoError(t, err)
	return data
}

func writeFile(t *testing.T, data []byte, path ...string) string {
	t.Helper()
	file := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return file
}

func TestAConfiguredFontThatIsNotThereIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brush.ttf")
	_, err := findFonts(path, nil, nil)
	assert.ErrorContains(t, err, path)
	assert.ErrorContains(t, err, "make fonts")
}

func TestAConfiguredFileThatIsNoFontIsRefused(t *testing.T) {
	path := writeFile(t, []byte("hello, this is no font"), t.TempDir(), "x.ttf")
	_, err := findFonts(path, nil, nil)
	assert.ErrorContains(t, err, "find font: read font "+path)
}

func TestTheFetchedFontIsFoundFromAnyFolderOfTheRepository(t *testing.T) {
	root := t.TempDir()
	writeFile(t, nil, root, "go.mod")
	regular := writeFile(t, testFont(t, "chinese.ttf"), root, ".fonts", fetched.regular)
	writeFile(t, testFont(t, "chinese.ttf"), root, ".fonts", fetched.bold)
	deep := filepath.Dir(writeFile(t, nil, root, "cmd", "tradewire", "main.go"))

	fonts, err := findFonts("", []string{deep}, nil)
	require.NoError(t, err)
	assert.True(t, fonts.Chinese())
	assert.Equal(t, regular, fonts.Name())
}

func TestTheSearchStopsAtTheRootOfTheRepository(t *testing.T) {
	outside := t.TempDir()
	writeFile(t, testFont(t, "chinese.ttf"), outside, ".fonts", fetched.regular)
	writeFile(t, testFont(t, "chinese.ttf"), outside, ".fonts", fetched.bold)
	writeFile(t, nil, outside, "repository", "go.mod")

	_, err := findFonts("", []string{filepath.Join(outside, "repository")}, nil)
	assert.ErrorIs(t, err, render.ErrNoFont)
	assert.ErrorContains(t, err, "make fonts")
}

func TestAChineseFontOfTheSystemWinsOverALatinOne(t *testing.T) {
	dir := t.TempDir()
	latin := family{regular: writeFile(t, testFont(t, "latin.ttf"), dir, "latin.ttf")}
	broken := family{regular: writeFile(t, []byte("broken"), dir, "broken.ttf")}
	chinese := family{regular: writeFile(t, testFont(t, "chinese.ttf"), dir, "chinese.ttf")}

	fonts, err := findFonts("", nil, []family{broken, latin, chinese})
	require.NoError(t, err)
	assert.True(t, fonts.Chinese())
	assert.Equal(t, chinese.regular, fonts.Name())

	fonts, err = findFonts("", nil, []family{broken, latin})
	require.NoError(t, err)
	assert.False(t, fonts.Chinese())
}

func TestAConfiguredFolderOrRegularFileBringsItsBoldWeight(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, testFont(t, "chinese.ttf"), dir, fetched.regular)
	bold := writeFile(t, testFont(t, "latin.ttf"), dir, fetched.bold)
	for _, configured := range []string{dir, filepath.Join(dir, fetched.regular)} {
		fonts, err := findFonts(configured, nil, nil)
		require.NoError(t, err)
		assert.False(t, fonts.Chinese(), "the bold weight is Latin, so it was read")
	}
	require.NoError(t, os.Remove(bold))
	fonts, err := findFonts(dir, nil, nil)
	require.NoError(t, err)
	assert.True(t, fonts.Chinese(), "without a bold weight the regular one is bold as well")
}
