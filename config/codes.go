package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// codesFile is a file that holds one code list: which of their codes is which of ours.
type codesFile struct {
	Values map[string]string `yaml:"values" required:"true" example:"{C-1001: K0012}"`
}

// codesRead is one as it was read.
type codesRead struct {
	codesFile
	hash string
}

// readCodes reads the code lists of a mapping that lie in files of their own. What they say is part of the mapping's version.
func (l *loader) readCodes(m *Mapping) {
	for _, name := range slices.Sorted(maps.Keys(m.Codes)) {
		list, at := m.Codes[name], m.Source.At("codes").At(name)
		switch {
		case list.File.Value == "" && list.Values == nil:
			if !l.broken[m.Pos.File] {
				l.add(at.Pos().Fault("missing-key", "codes."+name+" needs values, or a file that holds them", "write values: {PCS: C62, M: MTR}"))
			}
		case list.File.Value == "":
		case list.Values != nil:
			l.add(list.File.Pos.Fault("bad-codes", "the code list "+name+" stands here and in a file", "leave out values: or file:"))
		case !filepath.IsLocal(filepath.FromSlash(list.File.Value)):
			l.add(list.File.Pos.Fault("bad-path", list.File.Value+" does not lie beside tradewire.yaml", "write codes/"+filepath.Base(list.File.Value)))
		default:
			m.Codes[name] = l.codesOf(m, list)
		}
	}
}

func (l *loader) codesOf(m *Mapping, list Codes) Codes {
	list.Values = map[string]string{}
	file, known := l.codes[list.File.Value]
	if !known {
		file = l.readCodesFile(list.File)
		l.codes[list.File.Value] = file
	}
	if file.Values != nil {
		list.Values = file.Values
	}
	sum := sha256.Sum256([]byte(m.Hash + file.hash))
	m.Hash = hex.EncodeToString(sum[:])
	return list
}

// readCodesFile reads such a file, once for all mappings that name it.
func (l *loader) readCodesFile(at Text) (file codesRead) {
	if _, err := os.Stat(filepath.Join(l.config.Dir, filepath.FromSlash(at.Value))); errors.Is(err, fs.ErrNotExist) {
		l.add(at.Pos.Fault("missing-file", "there is no file "+at.Value, "make it with the line values: {THEIRS: OURS}, or values: {} until tradewire backfill match --accept writes it"))
		return file
	}
	section, data, ok := l.read(at.Value)
	if ok {
		l.add(section.Decode(&file.codesFile)...)
		sum := sha256.Sum256(data)
		file.hash = hex.EncodeToString(sum[:])
	}
	return file
}
