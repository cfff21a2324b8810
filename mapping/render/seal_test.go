package render

import (
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/boombuler/barcode/qr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

func TestTheSealIsTheHashOfThePaperAsItIsStored(t *testing.T) {
	p := markedPaper(document.OrderConfirmation, "OC-2026-00001")
	p.Revision = 3
	body, err := document.Marshal(p)
	require.NoError(t, err)
	sealed, err := sealOf(p)
	require.NoError(t, err)
	assert.Equal(t, sha(body), sealed.hash)
	assert.Equal(t, "TRADEWIRE 1 order_confirmation OC-2026-00001 r3 sha256:"+sha(body), sealed.content)

	read, err := document.Unmarshal(document.KindPaper, body)
	require.NoError(t, err)
	again, err := sealOf(read.(*document.Paper))
	require.NoError(t, err)
	assert.Equal(t, sealed, again, "the paper that comes out of the store has the seal of the one that went in")

	p.Order.Lines[0].Price = d("0.874")
	other, err := sealOf(p)
	require.NoError(t, err)
	assert.NotEqual(t, sealed.hash, other.hash)
}

func TestThePrintedCodeSaysTheSeal(t *testing.T) {
	for _, paper := range document.PaperTypes() {
		p := markedPaper(paper, "N-2026-00001")
		pdf, err := Paper(p, latinFont(t))
		require.NoError(t, err, paper)
		sealed, err := sealOf(p)
		require.NoError(t, err)
		code, err := qr.Encode(sealed.content, qr.M, qr.Unicode)
		require.NoError(t, err)

		black := blackBoxes(t, pdf)
		size := code.Bounds().Dx()
		module := math.Floor(codeSize/float64(size)*100) / 100
		x0 := right - module*float64(size)
		for y := range size {
			for x := range size {
				want := code.At(x, y) == color.Color(color.Black)
				require.Equal(t, want, black.cover(x0+(float64(x)+0.5)*module, top+(float64(y)+0.5)*module), "%s: module %d, %d", paper, x, y)
			}
		}
		for _, b := range black {
			inside := b.x1 > x0-0.02 && b.x2 < right+0.02 && b.y1 > top-0.02 && b.y2 < top+module*float64(size)+0.02
			assert.True(t, inside, "%s: %v is black and no part of the code", paper, b)
		}
	}
}

// boxes are filled boxes, measured from the top of the page.
type boxes []stroke

func (b boxes) cover(x, y float64) bool {
	for _, s := range b {
		if s.x1 < x && x < s.x2 && s.y1 < y && y < s.y2 {
			return true
		}
	}
	return false
}

var fillOrBox = regexp.MustCompile(`([\d.]+) ([\d.]+) ([\d.]+) rg|([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+) re f`)

// blackBoxes reads the pages of a PDF.
func blackBoxes(t *testing.T, pdf []byte) (black boxes) {
	t.Helper()
	isBlack := false
	for _, m := range fillOrBox.FindAllStringSubmatch(string(streams(pdf)), -1) {
		if m[1] != "" {
			isBlack = strings.Trim(m[1]+m[2]+m[3], "0.") == ""
			continue
		}
		var at [4]float64 // left, below, width, height
		for i := range at {
			var err error
			at[i], err = strconv.ParseFloat(m[4+i], 64)
			require.NoError(t, err)
		}
		if isBlack {
			black = append(black, stroke{x1: at[0], x2: at[0] + at[2], y1: pageHeight - at[1] - at[3], y2: pageHeight - at[1]})
		}
	}
	require.NotEmpty(t, black)
	return black
}

func TestASealThatIsTooLongForACodeRefusesThePaper(t *testing.T) {
	p := markedPaper(document.PackingList, strings.Repeat("9", 3000))
	_, err := layout(p, fixed(p), plainRuler{}, true)
	assert.ErrorContains(t, err, "draw the QR code")
}

func TestACodeIsMadeOnceForAllFormatsAndFewAreKept(t *testing.T) {
	p := markedPaper(document.PackingList, "PL-2026-00077")
	one, err := fixed(p).matrix()
	require.NoError(t, err)
	two, err := fixed(p).matrix()
	require.NoError(t, err)
	assert.Same(t, &one[0][0], &two[0][0])

	var kept codes
	for n := range 3 * mostCodes {
		kept.keep(strconv.Itoa(n), matrix{{true}})
	}
	assert.Len(t, kept.kept, mostCodes)
	assert.Nil(t, kept.find("0"), "the oldest goes first")
	assert.NotNil(t, kept.find(strconv.Itoa(3*mostCodes-1)))
}

func TestACodeThatWasKeptIsThatOfItsOwnPaper(t *testing.T) {
	read := func(content string) (m matrix) {
		code, err := qr.Encode(content, qr.M, qr.Unicode)
		require.NoError(t, err)
		for y := range code.Bounds().Dy() {
			m = append(m, make([]bool, code.Bounds().Dx()))
			for x := range m[y] {
				m[y][x] = code.At(x, y) == color.Color(color.Black)
			}
		}
		return m
	}
	var all sync.WaitGroup
	for n := range 4 {
		sealed := fixed(markedPaper(document.PackingList, "PL-2026-1000"+strconv.Itoa(n)))
		want := read(sealed.content)
		for range 2 {
			all.Go(func() {
				m, err := sealed.matrix()
				assert.NoError(t, err)
				assert.Equal(t, want, m)
			})
		}
	}
	all.Wait()
}
