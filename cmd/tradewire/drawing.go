package main

import (
	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/mapping/render"
	"tradewire/pipelines"
)

// drawer draws documents. The font is looked for when the first paper is drawn that needs one.
func (p *plant) drawer() pipelines.Drawer {
	var fonts render.Fonts
	looked := false
	return func(d document.Document, format string) (connectors.Attachment, error) {
		if !looked && format == render.FormatPDF {
			var err error
			if fonts, err = p.fonts(); err != nil {
				return connectors.Attachment{}, err
			}
			looked = true
		}
		drawn, err := render.Attachments(d, []string{format}, fonts)
		if err != nil {
			return connectors.Attachment{}, err
		}
		return connectors.Attachment(drawn[0]), nil
	}
}
