package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"sync"

	"github.com/boombuler/barcode/qr"

	"tradewire/mapping/document"
)

// seal ties what is printed to the snapshot that it was printed from: it stands on the paper as a QR code, and shortened
// in words.
type seal struct {
	content string // of the QR code: TRADEWIRE 1 packing_list PL-2026-00001 r1 sha256:...
	hash    string // 64 hexadecimal digits
}

// sealOf takes the hash over the paper as it is stored. It is the one that the store keeps for this revision, so that
// whoever holds a print can ask whether it is genuine and whether it is the last.
func sealOf(p *document.Paper) (seal, error) {
	body, err := document.Marshal(p)
	if err != nil {
		return seal{}, fmt.Errorf("seal: %w", err)
	}
	sum := sha256.Sum256(body)
	return sealed(p, hex.EncodeToString(sum[:])), nil
}

func sealed(p *document.Paper, hash string) seal {
	return seal{fmt.Sprintf("TRADEWIRE 1 %s %s r%d sha256:%s", p.Type, p.Number, p.Revision, hash), hash}
}

// short is as much of the hash as people compare by eye.
func (s seal) short() string { return "sha256:" + s.hash[:16] }

// matrix is the modules of a QR code, row by row; true is black.
type matrix [][]bool

// quietZone is the empty space that a reader needs around a QR code, in modules.
const quietZone = 4

// matrix is the seal as a QR code that can still be read when a seventh of it is stained. It is shared: not to be changed.
func (s seal) matrix() (matrix, error) {
	if m := lastCodes.find(s.content); m != nil {
		return m, nil
	}
	code, err := qr.Encode(s.content, qr.M, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("draw the QR code of %q: %w", s.content, err)
	}
	m := make(matrix, code.Bounds().Dy())
	for y := range m {
		m[y] = make([]bool, code.Bounds().Dx())
		for x := range m[y] {
			m[y][x] = code.At(x, y) == color.Color(color.Black)
		}
	}
	lastCodes.keep(s.content, m)
	return m, nil
}

// lastCodes spares a paper that is drawn as PDF and then as a workbook its second code: to choose the best of the eight
// masks of a code takes milliseconds.
var lastCodes codes

// codes are the last few that were made, the oldest first. They may be used by many at a time.
type codes struct {
	sync.Mutex
	kept []keptCode
}

type keptCode struct {
	content string
	matrix  matrix
}

// mostCodes is more than there are papers in drawing at a time.
const mostCodes = 32

func (c *codes) find(content string) matrix {
	c.Lock()
	defer c.Unlock()
	for _, kept := range c.kept {
		if kept.content == content {
			return kept.matrix
		}
	}
	return nil
}

func (c *codes) keep(content string, m matrix) {
	c.Lock()
	defer c.Unlock()
	if len(c.kept) == mostCodes {
		c.kept = slices.Delete(c.kept, 0, 1)
	}
	c.kept = append(c.kept, keptCode{content, m})
}

// bars are the black modules as filled boxes, those beside each other in one.
func (c *code) bars() (bars []stroke) {
	module := c.size / float64(len(c.matrix))
	for y, row := range c.matrix {
		for from := 0; from < len(row); from++ {
			to := from
			for to < len(row) && row[to] {
				to++
			}
			if to > from {
				bars = append(bars, stroke{x1: c.x + float64(from)*module, y1: c.y + float64(y)*module,
					x2: c.x + float64(to)*module, y2: c.y + float64(y+1)*module})
				from = to
			}
		}
	}
	return bars
}

// picture is the code as a PNG with its quiet zone.
func (m matrix) picture() ([]byte, error) {
	const scale = 4
	side := (len(m) + 2*quietZone) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			row, column := y/scale-quietZone, x/scale-quietZone
			if row >= 0 && row < len(m) && column >= 0 && column < len(m) && m[row][column] {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}
