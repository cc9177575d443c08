package view

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// document is what a saved page has in it.
type document struct {
	Update *update  `json:"update"`
	Charts []*chart `json:"charts"`
}

// Save returns the page of a run that has ended as one file, which needs neither a server nor a network.
func Save(c Config) ([]byte, error) {
	f := &feed{c: &c}
	d := document{Update: f.next(), Charts: []*chart{}}
	points := c.Watch.Points(0)
	for i, t := range c.Watch.Tables() {
		d.Charts = append(d.Charts, chartOf(&t, i, -1, points))
		for k := range t.Fields {
			if _, ok := numberOf(t.Fields[k].Type); ok {
				d.Charts = append(d.Charts, chartOf(&t, i, len(t.Key)+k, points))
			}
		}
	}
	data, err := json.Marshal(d) // it escapes <, > and &, so that no value ends the script
	if err != nil {
		return nil, err
	}
	return inlined(string(data))
}

var (
	scripts = regexp.MustCompile(`<script src="([a-z]+\.js)" defer></script>\n`)
	styles  = regexp.MustCompile(`<link rel="stylesheet" href="([a-z]+\.css)">`)
)

// inlined returns the page with its files and data in it. Its policy names its scripts by their checksums: no other runs.
func inlined(data string) ([]byte, error) {
	read := func(name string) string {
		text, err := fs.ReadFile(page, name)
		if err != nil {
			panic(err) // it is embedded
		}
		return string(text)
	}
	html := read("index.html")
	var body, sums strings.Builder
	for _, m := range scripts.FindAllStringSubmatch(html, -1) {
		text := read(m[1])
		if strings.Contains(text, "</script") {
			return nil, fmt.Errorf("%s cannot stand in a page", m[1])
		}
		sum := sha256.Sum256([]byte(text))
		fmt.Fprintf(&sums, " 'sha256-%s'", base64.StdEncoding.EncodeToString(sum[:]))
		body.WriteString("<script>" + text + "</script>\n")
	}
	html = scripts.ReplaceAllLiteralString(html, "")
	html = styles.ReplaceAllStringFunc(html, func(link string) string {
		return "<style>" + read(styles.FindStringSubmatch(link)[1]) + "</style>"
	})
	policy := `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src` + sums.String() + `; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`
	html = strings.Replace(html, `<meta charset="utf-8">`, `<meta charset="utf-8">`+"\n"+policy, 1)
	html = strings.Replace(html, "</body>", `<script type="application/json" id="saved">`+data+"</script>\n"+body.String()+"</body>", 1)
	return []byte(html), nil
}
