package render

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

// chineseFont is the font of `make fonts`. The layout is tested without it; only its drawing needs it.
func chineseFont(t testing.TB) Fonts {
	t.Helper()
	fonts, err := fetchedFonts()
	if err != nil {
		t.Skip("SKIPPED: PDF papers in Chinese are not tested, .fonts is empty: run `make fonts`")
	}
	return fonts
}

var fetchedFonts = sync.OnceValues(func() (Fonts, error) {
	var faces [2]Face
	for i, name := range []string{"NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf"} {
		data, err := os.ReadFile(filepath.Join("../../.fonts", name))
		if err != nil {
			return Fonts{}, err
		}
		faces[i] = Face{name, data}
	}
	return NewFonts(faces[0], faces[1])
})

func latinFont(t *testing.T) Fonts {
	t.Helper()
	fonts, err := NewFonts(Face{"latin.ttf", emptyFont("")}, Face{})
	require.NoError(t, err)
	return fonts
}

// drawn are the check sums of a sample in both formats, a line each.
func drawn(t *testing.T, fonts Fonts, name string) (lines string) {
	t.Helper()
	files, err := Attachments(samples()[name], []string{FormatPDF, FormatXLSX}, fonts)
	require.NoError(t, err, name)
	for _, f := range files {
		lines += sha(f.Body) + "  " + f.Name + "\n"
	}
	return lines
}

func sha(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// unpacked is the check sum of the streams of a PDF: the same whatever release of Go packed them.
func unpacked(pdf []byte) string { return sha(streams(pdf)) }

// streams are those of a PDF after unpacking.
func streams(pdf []byte) []byte {
	var all bytes.Buffer
	for _, part := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			all.Write(part)
			continue
		}
		_, _ = io.Copy(&all, r)
	}
	return all.Bytes()
}

func TestDrawnPapersAreWhatTheyWere(t *testing.T) {
	t.Parallel()
	fonts, lines := chineseFont(t), ""
	for _, name := range slices.Sorted(maps.Keys(samples())) {
		p := samples()[name]
		s, err := layout(p, fixed(p), fonts, fonts.Chinese())
		require.NoError(t, err, name)
		pdf, err := drawPDF(s, p, fonts)
		require.NoError(t, err, name)
		lines += unpacked(pdf) + "  " + name + ".pdf\n"
	}
	golden(t, "pdf.sha256", lines)
}

// sameTwice is drawn again and again: three pages in both languages.
const sameTwice = "packing_list_three_pages"

func TestTheSamePaperGivesTheSameBytes(t *testing.T) {
	fonts := chineseFont(t)
	want := drawn(t, fonts, sameTwice)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { assert.Equal(t, want, drawn(t, fonts, sameTwice)) })
	}
	all.Wait()
}

// printSums makes a second process of this test binary print its check sums.
const printSums = "TRADEWIRE_PRINT_SUMS"

func TestTheSamePaperGivesTheSameBytesInAnotherProcess(t *testing.T) {
	fonts := chineseFont(t)
	if os.Getenv(printSums) != "" {
		fmt.Printf("<<%s>>", drawn(t, fonts, sameTwice))
		return
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$") // #nosec G204 -- this binary
	again.Env = append(os.Environ(), printSums+"=1")
	out, err := again.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "<<"+drawn(t, fonts, sameTwice)+">>")
}

func TestAnEnglishOnlyPaperIsDrawnWithALatinFont(t *testing.T) {
	p := exportPaper(document.PackingList, "PL-2026-00001", 3)
	fonts := latinFont(t)
	one, err := Paper(p, fonts)
	require.NoError(t, err)
	two, err := Paper(p, fonts)
	require.NoError(t, err)
	assert.Equal(t, one, two)
	assert.True(t, bytes.HasPrefix(one, []byte("%PDF-")))

	p.Buyer.Name = ""
	_, err = Paper(p, fonts)
	var nameless *NoLatinName
	assert.ErrorAs(t, err, &nameless)
	assert.ErrorContains(t, err, "draw packing_list PL-2026-00001: customer C-0007")

	p.Buyer.Name = "北光"
	_, err = Paper(p, fonts)
	assert.ErrorAs(t, err, &nameless, "a name in Chinese alone is no name for this paper")

	p.Buyer.Name, p.Buyer.Contact = "Northlight 北光", "邓小姐 ext. 7"
	_, err = Paper(p, fonts)
	assert.NoError(t, err, "what is left out is said where it stood")

	p.Buyer.Marks = "北光\nHAMBURG"
	_, err = Paper(p, fonts)
	var missing *MissingGlyphs
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, []rune("北光"), missing.Characters)
}

func TestAPaperIsAttachedUnderItsTypeNumberAndRevision(t *testing.T) {
	p := exportPaper(document.PackingList, "PL-2026-00001", 3)
	files, err := Attachments(p, []string{FormatPDF, FormatXLSX}, latinFont(t))
	require.NoError(t, err)
	require.Len(t, files, 2)
	assert.Equal(t, "packing_list-PL-2026-00001-r1.pdf", files[0].Name)
	assert.Equal(t, "application/pdf", files[0].MediaType)
	assert.Equal(t, "packing_list-PL-2026-00001-r1.xlsx", files[1].Name)
	assert.Equal(t, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", files[1].MediaType)

	_, err = Attachments(p, []string{"html"}, Fonts{})
	assert.ErrorContains(t, err, `is not drawn as "html": papers are drawn as pdf or xlsx, notices as text`)

	p.Number, p.Revision = "PL/2026/1", 2
	assert.Regexp(t, `^packing_list-PL-2026-1-r2-[0-9a-f]{8}$`, paperName(p))
}

func TestChineseThatCannotBeDrawnIsSaidToBeLeftOut(t *testing.T) {
	fonts := latinFont(t)
	for text, want := range map[string]string{
		"Contact 邓小姐":      "Contact [Chinese text]",
		"邓小姐, ext. 7 (中文)": "[Chinese text], ext. 7 ([Chinese text])",
		"请送到三号门，谢谢。Gate 3": "[Chinese text]Gate 3",
		"plain":            "plain",
		"":                 "",
	} {
		assert.Equal(t, want, inEnglish(fonts, text))
	}
}

func TestAPaperIsTheSameWhateverWasDrawnBeforeAndBesideIt(t *testing.T) {
	for _, fonts := range []Fonts{latinFont(t), chineseFont(t)} {
		want := make(map[string][]byte)
		papers := samples()
		for name, p := range papers {
			if pdf, err := Paper(p, fonts); err == nil { // some have names in Chinese only
				want[name] = pdf
			}
		}
		require.NotEmpty(t, want)
		var all sync.WaitGroup
		for name := range want {
			all.Go(func() {
				pdf, err := Paper(papers[name], fonts)
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(want[name], pdf), name)
			})
		}
		all.Wait()
	}
}

func TestOnlyTheWidthsOfCharactersOnThePaperAreEmbedded(t *testing.T) {
	file := emptyFont("")
	before := bytes.Clone(file)
	fonts, err := NewFonts(Face{"latin.ttf", file}, Face{})
	require.NoError(t, err)
	face := fonts.regular
	require.Equal(t, []byte{1, 0xF4, 0, 0, 1, 0xF4, 0, 0}, face.hmtx())

	// The font has two glyphs: none, and one for all letters, whose width holds for all behind it too.
	binary.BigEndian.PutUint16(face.metrics, 777)
	for _, used := range []map[rune]bool{{}, {'A': true}} {
		face.keepMetrics(used)
		assert.Equal(t, []byte{3, 9, 0, 0, 1, 0xF4, 0, 0}, face.hmtx(), "the glyph for what is missing, and the last, are kept")
	}
	assert.Equal(t, 500, fonts.advance('A', false))
	assert.Equal(t, before, file, "the file of the caller is left as it is")
}

func TestTheWidthsOfCharactersOnThePaperAreThoseOfTheFont(t *testing.T) {
	fonts := chineseFont(t)
	fonts.embedding.Lock()
	defer fonts.embedding.Unlock()
	face := fonts.regular
	face.keepMetrics(map[rune]bool{'A': true, '线': true, 'é': true, 'Ａ': true})
	table := face.hmtx()
	for r, kept := range map[rune]bool{'A': true, '线': true, 'é': true, 'Ａ': true, 'B': false, '电': false, 'ü': false} {
		at := widthSize * face.glyph(r)
		want := make([]byte, widthSize)
		if kept {
			want = face.metrics[at : at+widthSize]
			assert.Equal(t, face.advance(r), int(binary.BigEndian.Uint16(want)))
		}
		assert.Equal(t, want, table[at:at+widthSize], "%q", r)
	}
}

// BenchmarkPaper compares a paper with the widths of the whole font and with those it uses.
func BenchmarkPaper(b *testing.B) {
	fonts := chineseFont(b)
	p := samples()["commercial_invoice_export"]
	s, err := layout(p, fixed(p), fonts, fonts.Chinese())
	require.NoError(b, err)
	b.Run("whole_face", func(b *testing.B) {
		for b.Loop() {
			pdf, err := compose(s, p, fonts)
			require.NoError(b, err)
			copy(fonts.regular.hmtx(), fonts.regular.metrics)
			copy(fonts.bold.hmtx(), fonts.bold.metrics)
			_, err = pdf.GetBytesPdfReturnErr()
			require.NoError(b, err)
		}
	})
	b.Run("used_widths", func(b *testing.B) {
		for b.Loop() {
			_, err := drawPDF(s, p, fonts)
			require.NoError(b, err)
		}
	})
}
