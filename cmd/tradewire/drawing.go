package main

import (
	"sync"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/mapping/render"
	"tradewire/pipelines"
)

// drawer draws documents. The font is looked for when the first paper is drawn that needs one.
func (p *plant) drawer() pipelines.Drawer {
	look := sync.OnceValues(p.fonts)
	return func(d document.Document, format string) (connectors.Attachment, error) {
		var fonts render.Fonts
		if format == render.FormatPDF {
			var err error
			if fonts, err = look(); err != nil {
				return connectors.Attachment{}, err
			}
		}
		drawn, err := render.Attachments(d, []string{format}, fonts)
		if err != nil {
			return connectors.Attachment{}, err
		}
		return connectors.Attachment(drawn[0]), nil
	}
}
