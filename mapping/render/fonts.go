package render

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/signintech/gopdf"
)

// Fonts are what papers are drawn with. They are read once and may be used by many at a time. The zero Fonts draw
// nothing.
type Fonts struct {
	regular, bold *face
	container     *gopdf.FontContainer
	chinese       bool
}

// ErrNoFont says that no font was found at all.
var ErrNoFont = errors.New("no TrueType font was found, so no paper can be drawn: run `make fonts`, or set the path of a .ttf font")

// chineseSample tells a Chinese font from a Latin one.
const chineseSample = "装箱单发票送货珠江电线有限公司"

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

// FindFonts looks for a font: at the configured path (a .ttf, or a folder as `make fonts` fills it), which must be
// there when it is set; then in .fonts of dirs and of the folders above them, up to the root of the repository; then
// at the well-known places of the system. A Chinese font wins over a Latin one.
func FindFonts(configured string, dirs []string) (Fonts, error) {
	return findFonts(configured, dirs, systemFamilies)
}

func findFonts(configured string, dirs []string, system []family) (Fonts, error) {
	if configured != "" {
		return configuredFonts(configured)
	}
	candidates := append(fetchedNear(dirs), system...)
	latin := Fonts{}
	for _, candidate := range candidates {
		fonts, err := open(candidate)
		if err != nil {
			continue // not there, or not a font that can be used: the next place
		}
		if fonts.Chinese() {
			return fonts, nil
		}
		if latin.regular == nil {
			latin = fonts
		}
	}
	if latin.regular == nil {
		return Fonts{}, ErrNoFont
	}
	return latin, nil
}

// Chinese says whether papers carry Chinese beside English. Without it they are in English only.
func (f Fonts) Chinese() bool { return f.chinese }

// Path is the file of the regular weight, for people.
func (f Fonts) Path() string {
	if f.regular == nil {
		return ""
	}
	return f.regular.path
}

func configuredFonts(path string) (Fonts, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Fonts{}, fmt.Errorf("find font: there is no %s: correct the path, or run `make fonts` and leave the path out", path)
	}
	if err != nil {
		return Fonts{}, fmt.Errorf("find font: %w", err)
	}
	if info.IsDir() {
		path = filepath.Join(path, fetched.regular)
	}
	fonts, err := open(family{path, boldBeside(path)})
	if err != nil {
		return Fonts{}, fmt.Errorf("find font: %w", err)
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

func open(f family) (Fonts, error) {
	regular, err := readFace(f.regular)
	if err != nil {
		return Fonts{}, err
	}
	if !regular.has("0123456789 ABCXYZabcxyz.,-") {
		return Fonts{}, fmt.Errorf("read font %s: it has no Latin letters", f.regular)
	}
	bold := regular
	if f.bold != "" {
		if bold, err = readFace(f.bold); err != nil {
			return Fonts{}, err
		}
	}
	fonts := Fonts{regular: regular, bold: bold, container: &gopdf.FontContainer{}}
	fonts.chinese = regular.has(chineseSample) && bold.has(chineseSample)
	for name, face := range map[string]*face{regularName: regular, boldName: bold} {
		if err := fonts.container.AddTTFFontData(name, face.data); err != nil {
			return Fonts{}, fmt.Errorf("read font %s: %w", face.path, err)
		}
	}
	return fonts, nil
}

// has says whether both weights can draw r.
func (f Fonts) has(r rune) bool { return f.regular.glyph(r) != 0 && f.bold.glyph(r) != 0 }

// advance is the width of r in thousandths of the font size.
func (f Fonts) advance(r rune, bold bool) int {
	if bold {
		return f.bold.advance(r)
	}
	return f.regular.advance(r)
}
