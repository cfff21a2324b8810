package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tradewire/config"
	"tradewire/mapping/render"
)

// fonts looks for a font with Chinese characters: the configured one, one that `make fonts` left, the system's.
func (p *plant) fonts() (render.Fonts, error) {
	configured := p.cfg.Company.Font.Value
	if configured != "" && !filepath.IsAbs(configured) {
		configured = filepath.Join(p.cfg.Dir, configured)
	}
	return findFonts(configured, []string{p.cfg.Dir, "."}, systemFamilies)
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

// draws says whether any target draws papers for which a font is needed: a workbook needs none.
func (p *plant) draws() bool {
	for _, pipeline := range p.cfg.Pipelines {
		for _, t := range pipeline.Targets {
			for _, f := range t.Render {
				if f.Value == render.FormatPDF {
					return true
				}
			}
		}
	}
	return false
}

// family is the two weights of a font under their file names.
type family struct{ regular, bold string }

// fetched is what `make fonts` puts into .fonts.
var fetched = family{"NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf"}

// systemFamilies are well-known places, Chinese fonts first. An empty bold is the regular one.
var systemFamilies = []family{
	{"/usr/share/fonts/truetype/noto/NotoSansSC-Regular.ttf", "/usr/share/fonts/truetype/noto/NotoSansSC-Bold.ttf"},
	{"/usr/share/fonts/noto/NotoSansSC-Regular.ttf", "/usr/share/fonts/noto/NotoSansSC-Bold.ttf"},
	{"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", ""},
	{"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc", ""},
	{"/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc", ""},
	{"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", ""},
	{"/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc", ""},
	{`C:\Windows\Fonts\msyh.ttc`, `C:\Windows\Fonts\msyhbd.ttc`},
	{`C:\Windows\Fonts\simhei.ttf`, ""},
	{"/System/Library/Fonts/Supplemental/Arial Unicode.ttf", ""},
	{"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"},
	{"/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf", "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf"},
	{"/usr/share/fonts/TTF/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf"},
	{"/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf"},
	{"/usr/share/fonts/liberation-sans/LiberationSans-Regular.ttf", "/usr/share/fonts/liberation-sans/LiberationSans-Bold.ttf"},
	{"/usr/share/fonts/truetype/freefont/FreeSans.ttf", "/usr/share/fonts/truetype/freefont/FreeSansBold.ttf"},
	{`C:\Windows\Fonts\arial.ttf`, `C:\Windows\Fonts\arialbd.ttf`},
	{"/System/Library/Fonts/Supplemental/Arial.ttf", "/System/Library/Fonts/Supplemental/Arial Bold.ttf"},
}

// findFonts looks for a font: at the configured path (a .ttf, or a folder as `make fonts` fills it), which must be there
// when it is set; then in .fonts of dirs and of the folders above them, up to the root of the repository; then at the
// well-known places of the system. A Chinese font wins over a Latin one.
func findFonts(configured string, dirs []string, system []family) (render.Fonts, error) {
	if configured != "" {
		return configuredFonts(configured)
	}
	var latin *render.Fonts
	for _, candidate := range append(fetchedNear(dirs), system...) {
		fonts, err := openFonts(candidate)
		if err != nil {
			continue // not there, or not a font that can be used: the next place
		}
		if fonts.Chinese() {
			return fonts, nil
		}
		if latin == nil {
			latin = &fonts
		}
	}
	if latin == nil {
		return render.Fonts{}, render.ErrNoFont
	}
	return *latin, nil
}

func configuredFonts(path string) (render.Fonts, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return render.Fonts{}, fmt.Errorf("find font: there is no %s: correct the path, or run `make fonts` and leave the path out", path)
	}
	if err != nil {
		return render.Fonts{}, fmt.Errorf("find font: %w", err)
	}
	if info.IsDir() {
		path = filepath.Join(path, fetched.regular)
	}
	fonts, err := openFonts(family{path, boldBeside(path)})
	if err != nil {
		return render.Fonts{}, fmt.Errorf("find font: %w", err)
	}
	return fonts, nil
}

// boldBeside is the bold weight that lies beside a regular one; empty when there is none.
func boldBeside(path string) string {
	name := filepath.Base(path)
	if name == fetched.regular {
		name = fetched.bold
	}
	bold := filepath.Join(filepath.Dir(path), strings.Replace(name, "Regular", "Bold", 1))
	if _, err := os.Stat(bold); err != nil {
		return ""
	}
	return bold
}

// fetchedNear lists .fonts of the folders and of those above, up to the one that holds go.mod or .git.
func fetchedNear(dirs []string) (families []family) {
	for _, dir := range dirs {
		dir, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		for {
			fonts := filepath.Join(dir, ".fonts")
			families = append(families, family{filepath.Join(fonts, fetched.regular), filepath.Join(fonts, fetched.bold)})
			above := filepath.Dir(dir)
			if above == dir || holds(dir, "go.mod") || holds(dir, ".git") {
				break
			}
			dir = above
		}
	}
	return families
}

func holds(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

func openFonts(f family) (render.Fonts, error) {
	regular, err := readFace(f.regular)
	if err != nil {
		return render.Fonts{}, err
	}
	var bold render.Face
	if f.bold != "" {
		if bold, err = readFace(f.bold); err != nil {
			return render.Fonts{}, err
		}
	}
	return render.NewFonts(regular, bold)
}

func readFace(path string) (render.Face, error) {
	// #nosec G304 -- the path is the operator's own
	data, err := os.ReadFile(path)
	if err != nil {
		return render.Face{}, fmt.Errorf("read font: %w", err)
	}
	return render.Face{Name: path, Data: data}, nil
}
