package e2e_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var updateScreenshots = flag.Bool("update-screenshots", false, "write the pictures to docs/images")

const (
	patience = 30 * time.Second // for one step of the browser
	phone    = 360              // CSS pixels
	desktop  = 1280
)

// browser is a headless Chromium with one page.
type browser struct {
	t        *testing.T
	ctx      context.Context //nolint:containedctx // chromedp keeps the page in it
	pictures string          // folder
}

// newBrowser starts Chromium with nothing in its profile. It ends with the test.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // which root can't have; only our own pages are opened
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, closePage := chromedp.NewContext(ctx)
	b := &browser{t: t, ctx: ctx, pictures: t.TempDir()}
	t.Cleanup(func() {
		closePage()
		cancel()
	})
	if *updateScreenshots {
		b.pictures = filepath.Join("..", "docs", "images")
		if err := os.MkdirAll(b.pictures, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	b.colors("light")
	b.width(desktop)
	return b
}

// chromium returns the browser's path. To do without one is no option: a test
// that can't run has not passed.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no chromium on the PATH, and these tests need one: apt-get install chromium")
	return ""
}

// run runs an action on the page, or fails the test.
func run[T any](b *browser, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	return result
}

// open opens an address and returns the status of the answer.
func (b *browser) open(url string) int {
	b.t.Helper()
	return int(run(b, "open "+url, chromedp.NavigateResponse(url)).Status)
}

// press clicks what the selector finds, and returns the status of the page that
// this leads to.
func (b *browser) press(selector string) int {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	if err != nil {
		b.t.Fatalf("press %s: %v", selector, err)
	}
	return int(response.Status)
}

// write types text into a field.
func (b *browser) write(selector, text string) {
	b.t.Helper()
	run(b, "write into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// text returns what a person reads there.
func (b *browser) text(selector string) string {
	b.t.Helper()
	return run(b, "read "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// location returns the page's path.
func (b *browser) path() string {
	b.t.Helper()
	return run(b, "where it is", chromedp.Evaluate[string]("location.pathname"))
}

// width sets the width of the window, in CSS pixels.
func (b *browser) width(pixels int64) {
	b.t.Helper()
	var options []chromedp.EmulateViewportOption
	if pixels <= phone {
		options = append(options, chromedp.EmulateScale(1.5))
	}
	run(b, "resize", chromedp.EmulateViewport(pixels, 800, options...))
}

// colors sets what the person prefers: "light" or "dark".
func (b *browser) colors(scheme string) {
	b.t.Helper()
	run(b, "set the colors", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// check fails the test if the page would have to be scrolled sideways, on a phone
// or on a desktop, and if a text is hard to read, in light colors or in dark.
func (b *browser) check(name string) {
	b.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		b.colors(scheme)
		for _, fault := range run(b, "measure contrasts", chromedp.Evaluate[[]string](contrasts)) {
			b.t.Errorf("%s, %s: %s", name, scheme, fault)
		}
	}
	for _, pixels := range []int64{phone, desktop} {
		b.width(pixels)
		if wide := run(b, "measure the width", chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); wide > pixels {
			b.t.Errorf("%s: the page is %d pixels wide in a window of %d", name, wide, pixels)
		}
	}
}

// picture checks the page, and takes pictures of the whole of it at both widths:
// name-360.png and name-1280.png.
func (b *browser) picture(name string) {
	b.t.Helper()
	b.check(name)
	defer b.width(desktop)
	for _, pixels := range []int64{phone, desktop} {
		b.width(pixels)
		file := filepath.Join(b.pictures, name+"-"+strconv.FormatInt(pixels, 10)+".png")
		if err := os.WriteFile(file, run(b, "take a picture", chromedp.FullScreenshot(100)), 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

// contrasts lists the texts whose contrast is less than WCAG 2.2 asks for at level
// AA (success criterion 1.4.3): 4.5, or 3 for large text.
const contrasts = `(() => {
	const luminance = ([r, g, b]) => [r, g, b]
		.map(c => c / 255)
		.map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const numbers = color => color.match(/[0-9.]+/g).map(Number);
	const faults = [];
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const text = texts.currentNode.data.trim(), element = texts.currentNode.parentElement;
		if (text === "" || !element.checkVisibility()) continue;
		const style = getComputedStyle(element);
		let behind = element, color;
		do {
			color = numbers(getComputedStyle(behind).backgroundColor);
			behind = behind.parentElement;
		} while (behind && color[3] === 0);
		const [light, dark] = [luminance(numbers(style.color)), luminance(color)].sort((a, b) => b - a);
		const ratio = (light + 0.05) / (dark + 0.05);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
		if (ratio < (large ? 3 : 4.5)) faults.push("the contrast of " + JSON.stringify(text) + " is " + ratio.toFixed(2));
	}
	return faults;
})()`
