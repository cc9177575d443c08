package wire

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// AppendOpen appends the message that opens the plugin with that name.
func AppendOpen(dst []byte, name string, o sdk.Opening) []byte {
	start := len(dst)
	dst = extend(dst, openHeader)
	dst = little.AppendUint64(dst, uint64(o.Started))
	dst = appendText(dst, start, name)
	dst = appendText(dst, start, o.Host)
	dst = little.AppendUint32(dst, uint32(len(o.Values)))
	for _, v := range o.Values {
		dst = appendText(appendText(dst, start, v.Name), start, v.Text)
	}
	dst = little.AppendUint32(dst, uint32(len(o.Loaded)))
	for _, l := range o.Loaded {
		dst = appendText(appendText(dst, start, l.Name), start, l.Version)
	}
	dst = little.AppendUint32(dst, uint32(len(o.Columns)))
	for _, c := range o.Columns {
		dst = appendText(appendText(appendText(dst, start, c.Name), start, c.Type.String()), start, c.Doc)
	}
	return finish(dst, start, kindOpen)
}

// ReadOpen reads the message that opens a plugin. The results do not refer to msg.
func ReadOpen(msg []byte) (name string, o sdk.Opening, err error) {
	c, err := open(msg, kindOpen, openHeader)
	if err != nil {
		return "", o, err
	}
	o.Started = int64(c.u64())
	name, o.Host = string(c.text()), string(c.text())
	for range c.count(8) {
		o.Values = append(o.Values, setting.Value{Name: string(c.text()), Text: string(c.text())})
	}
	for range c.count(8) {
		o.Loaded = append(o.Loaded, sdk.Loaded{Name: string(c.text()), Version: string(c.text())})
	}
	for range c.count(12) {
		column := sdk.Column{Name: string(c.text()), Type: value.TypeNamed(string(c.text())), Doc: string(c.text())}
		if !column.Type.Valid() {
			c.fail("column has an unknown type")
		}
		o.Columns = append(o.Columns, column)
	}
	return name, o, c.end()
}

func appendText(b []byte, start int, s string) []byte {
	b = little.AppendUint32(b, uint32(len(s)))
	return pad(append(b, s...), start, 4)
}
