package render

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// emptyFont is a TrueType font whose letters are all blank: it has the printable characters of ASCII and those given.
func emptyFont(more string) []byte {
	letters := []rune{}
	for r := rune(' '); r < 0x7F; r++ {
		letters = append(letters, r)
	}
	letters = append(letters, []rune("–m³‘’")...)
	for _, r := range more {
		letters = append(letters, r)
	}
	pack := func(values ...any) []byte {
		var b bytes.Buffer
		for _, v := range values {
			if n, is := v.(int); is {
				v = uint16(n)
			}
			if err := binary.Write(&b, binary.BigEndian, v); err != nil {
				panic(err)
			}
		}
		return b.Bytes()
	}
	segments := make(map[rune]bool)
	for _, r := range letters {
		segments[r] = true
	}
	var ends, starts, deltas, offsets []any
	for r := rune(0); r < 0xFFFF; r++ {
		if segments[r] { // every character is a segment of its own and has glyph 1
			ends, starts = append(ends, int(r)), append(starts, int(r))
			deltas, offsets = append(deltas, int(1-r)), append(offsets, 0)
		}
	}
	ends, starts = append(ends, 0xFFFF), append(starts, 0xFFFF)
	deltas, offsets = append(deltas, 1), append(offsets, 0)
	count := len(ends)
	format4 := append(pack(4, 16+8*count, 0, 2*count, 0, 0, 0), pack(ends...)...)
	format4 = append(format4, pack(0)...)
	format4 = append(append(append(format4, pack(starts...)...), pack(deltas...)...), pack(offsets...)...)

	tables := []struct {
		tag  string
		data []byte
	}{
		{"OS/2", append(pack(4, 500, 400, 5, 0), make([]byte, 86)...)},
		{"cmap", append(pack(0, 1, 3, 1, uint32(12)), format4...)},
		{"cvt ", pack(0, 0)},
		{"fpgm", pack(0, 0)},
		{"glyf", make([]byte, 12)},
		{"head", append(append(make([]byte, 12), pack(uint32(0x5F0F3CF5), 0, 1000)...), make([]byte, 34)...)},
		{"hhea", append(pack(1, 0, 800, 0xFF38), append(make([]byte, 26), pack(2)...)...)},
		{"hmtx", pack(500, 0, 500, 0)},
		{"loca", pack(0, 6, 6)},
		{"maxp", append(pack(1, 0, 2), make([]byte, 26)...)},
		{"name", append(pack(0, 1, 18, 3, 1, 0x409, 6, 4, 0), []byte("Test")...)},
		{"post", append(pack(3, 0), make([]byte, 28)...)},
		{"prep", pack(0, 0)},
	}
	directory := pack(1, 0, len(tables), 0, 0, 0)
	var body []byte
	for _, table := range tables {
		offset := 12 + 16*len(tables) + len(body)
		directory = append(append(directory, table.tag...), pack(uint32(0), uint32(offset), uint32(len(table.data)))...) // #nosec G115
		body = append(body, table.data...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(directory, body...)
}

// collection wraps a font file as the only face of a .ttc.
func collection(font []byte) []byte {
	const head = 16
	file := append([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"), font...)
	for i := 0; i < int(binary.BigEndian.Uint16(font[4:])); i++ {
		at := file[head+12+16*i+8:]
		binary.BigEndian.PutUint32(at, binary.BigEndian.Uint32(at)+head)
	}
	return file
}

func write(t *testing.T, data []byte, path ...string) string {
	t.Helper()
	file := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return file
}

func TestAFileThatIsNoFontIsRefused(t *testing.T) {
	for _, data := range []string{"", "hello, this is no font", "ttcf", "ttcf\x00\x01\x00\x00\x00\x00\x00\x01\xff\xff\xff\xf0", "OTTO\x00\x01", string(emptyFont("")[:300])} {
		_, err := NewFonts(Face{Name: "brush.ttf", Data: []byte(data)}, Face{})
		assert.ErrorContains(t, err, "read font brush.ttf: ", "%q", data)
	}
}

func TestTheFirstFaceOfACollectionIsUsed(t *testing.T) {
	fonts, err := NewFonts(Face{"chinese.ttc", collection(emptyFont(chineseSample))}, Face{})
	require.NoError(t, err)
	assert.True(t, fonts.Chinese())
	assert.Equal(t, "chinese.ttc", fonts.Name())
}

func TestAFontIsChineseWhenBothItsWeightsAre(t *testing.T) {
	chinese, latin := Face{"chinese.ttf", emptyFont(chineseSample)}, Face{"latin.ttf", emptyFont("")}
	for _, c := range []struct {
		regular, bold Face
		want          bool
	}{{chinese, chinese, true}, {chinese, Face{}, true}, {chinese, latin, false}, {latin, chinese, false}, {latin, Face{}, false}} {
		fonts, err := NewFonts(c.regular, c.bold)
		require.NoError(t, err)
		assert.Equal(t, c.want, fonts.Chinese(), "%s %s", c.regular.Name, c.bold.Name)
	}
}

func TestAFontKnowsWhatItHasAndHowWideItIs(t *testing.T) {
	fonts, err := NewFonts(Face{"a.ttf", emptyFont("线")}, Face{})
	require.NoError(t, err)
	assert.True(t, fonts.has('A') && fonts.has('线'))
	assert.False(t, fonts.has('电') || fonts.has('\U00020BB7'))
	assert.Equal(t, 500, fonts.advance('A', true))
}

// The fonts without outlines are kept as files too, for those who look for fonts.
func TestTheFontsOfTestdataAreMadeHere(t *testing.T) {
	golden(t, "fonts/latin.ttf", string(emptyFont("")))
	golden(t, "fonts/chinese.ttf", string(emptyFont(chineseSample)))
}
