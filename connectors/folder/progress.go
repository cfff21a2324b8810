package folder

import (
	"encoding/json"
	"fmt"
	"hash/crc64"
	"strconv"

	"tradewire/connectors"
)

// mark says how far one file has been read. The sum is that of the bytes read, so that a file which was replaced by
// another of the same name is read from its beginning.
type mark struct {
	Records int    `json:"records"`
	Bytes   int    `json:"bytes"`
	Sum     string `json:"sum"`
}

// progress is the Position: the marks of the files that are in the folder. A late file with an early name has no mark
// and is read; a file that was moved away is forgotten.
type progress map[string]mark

func parseProgress(pos connectors.Position) (progress, error) {
	p := progress{}
	if pos == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(pos), &p); err != nil {
		return nil, fmt.Errorf("the position %.40q is not one of a folder", pos)
	}
	return p, nil
}

func (p progress) position() connectors.Position {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // names and numbers always encode
	}
	return connectors.Position(text)
}

var table = crc64.MakeTable(crc64.ECMA)

func sum(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	return strconv.FormatUint(crc64.Checksum(body, table), 16)
}
