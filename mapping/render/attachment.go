package render

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"tradewire/mapping/document"
)

// Attachment is a drawn document as a file.
type Attachment struct {
	Name      string // a plain file name, without folders
	MediaType string
	Body      []byte
}

// The formats that a target may ask for.
const (
	FormatPDF  = "pdf"
	FormatXLSX = "xlsx"
	FormatText = "text"
)

// Attachments draws a document in every format. Papers are drawn as pdf and xlsx, notices as text. Fonts are needed for
// pdf only.
func Attachments(d document.Document, formats []string, fonts Fonts) ([]Attachment, error) {
	var files []Attachment
	for _, format := range formats {
		file, err := attachment(d, format, fonts)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

func attachment(d document.Document, format string, fonts Fonts) (Attachment, error) {
	switch d := d.(type) {
	case *document.Paper:
		switch format {
		case FormatPDF:
			body, err := Paper(d, fonts)
			return Attachment{paperName(d) + ".pdf", "application/pdf", body}, err
		case FormatXLSX:
			body, err := Workbook(d)
			return Attachment{paperName(d) + ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body}, err
		}
	case *document.Notice:
		if format == FormatText {
			return Attachment{noticeName(d), "text/plain; charset=utf-8", noticeBody(d)}, nil
		}
	}
	return Attachment{}, fmt.Errorf("draw %s: a %s is not drawn as %q: papers are drawn as %s or %s, notices as %s",
		d.Key(), d.Kind(), format, FormatPDF, FormatXLSX, FormatText)
}

// paperName is packing_list-PL-2026-00001-r1; the format is its ending.
func paperName(p *document.Paper) string {
	return fileName(string(p.Type), p.Number, fmt.Sprintf("r%d", p.Revision))
}

// longestName leaves room for an ending and for the path around it.
const longestName = 120

// fileName joins parts with hyphens. When a character had to be replaced, or the name cut, a check sum is added, so
// that two documents never share a file.
func fileName(parts ...string) string {
	whole := strings.Join(parts, "\x00")
	var kept []string
	changed := false
	for _, part := range parts {
		safe := strings.Map(safeInName, part)
		changed = changed || safe != part
		if safe != "" {
			kept = append(kept, safe)
		}
	}
	name := strings.Join(kept, "-")
	if name == "" || strings.HasPrefix(name, ".") || len(name) > longestName {
		name, changed = "_"+name[:min(len(name), longestName)], true
	}
	if changed {
		sum := sha256.Sum256([]byte(whole))
		name += "-" + hex.EncodeToString(sum[:4])
	}
	return name
}

func safeInName(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		return r
	}
	return '-'
}
