package main

import (
	"path/filepath"
	"slices"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/mapping/render"
	"tradewire/pipelines"
)

// drawer draws in the formats that the target asks for.
func (p *plant) drawer(formats []config.Text) pipelines.Drawer {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Value
	}
	var fonts render.Fonts
	looked := false
	return func(d document.Document) ([]connectors.Attachment, error) {
		if !looked && slices.Contains(names, "pdf") {
			var err error
			if fonts, err = p.fonts(); err != nil {
				return nil, err
			}
			looked = true
		}
		drawn, err := render.Attachments(d, names, fonts)
		files := make([]connectors.Attachment, len(drawn))
		for i, f := range drawn {
			files[i] = connectors.Attachment(f)
		}
		return files, err
	}
}

// fonts looks for a font with Chinese characters: the configured one, one that `make fonts` left, the system's.
func (p *plant) fonts() (render.Fonts, error) {
	configured := p.cfg.Company.Font.Value
	if configured != "" && !filepath.IsAbs(configured) {
		configured = filepath.Join(p.cfg.Dir, configured)
	}
	return render.FindFonts(configured, []string{p.cfg.Dir, "."})
}

// checkFont refuses a configured font that is not there: papers would be drawn without it only weeks later.
func (p *plant) checkFont() config.Faults {
	font := p.cfg.Company.Font
	if font.Value == "" || !p.draws() {
		return nil
	}
	if _, err := p.fonts(); err != nil {
		return config.Faults{font.Pos.Fault("missing-font", err.Error(), "correct company.font, or leave it out")}
	}
	return nil
}

// draws says whether any target draws papers.
func (p *plant) draws() bool {
	for _, pipeline := range p.cfg.Pipelines {
		for _, t := range pipeline.Targets {
			for _, f := range t.Render {
				if f.Value == "pdf" {
					return true
				}
			}
		}
	}
	return false
}
