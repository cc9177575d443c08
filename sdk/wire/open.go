package wire

import (
	"slices"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// AppendOpen appends the message that opens the plugin with that name.
func AppendOpen(dst []byte, name string, o sdk.Opening) []byte {
	start := len(dst)
	dst = begin(extend(dst, head), tagRun)
	body := len(dst)
	dst = little.AppendUint64(dst, uint64(o.Started))
	dst = appendText(dst, start, name)
	dst = end(appendText(dst, start, o.Host), start, body)
	dst = texts(dst, start, tagSettings, len(o.Values), func(i int) []string { return []string{o.Values[i].Name, o.Values[i].Text} })
	dst = texts(dst, start, tagPlugins, len(o.Loaded), func(i int) []string { return []string{o.Loaded[i].Name, o.Loaded[i].Version} })
	dst = texts(dst, start, tagAll, len(o.Columns), func(i int) []string {
		return []string{o.Columns[i].Name, o.Columns[i].Type.String(), o.Columns[i].Doc}
	})
	dst = list(dst, start, tagFiles, len(o.Files), func(dst []byte) []byte {
		for _, f := range o.Files {
			dst = appendText(appendText(dst, start, f.Setting), start, string(f.Data))
		}
		return dst
	})
	if o.PacketColumns {
		dst = begin(dst, tagPacketColumns)
		body := len(dst)
		dst = end(little.AppendUint64(dst, 1), start, body)
	}
	return finish(dst, start, kindOpen)
}

// texts appends a section of n things, each some texts.
func texts(dst []byte, start int, tag uint16, n int, of func(i int) []string) []byte {
	return list(dst, start, tag, n, func(dst []byte) []byte {
		for i := range n {
			for _, s := range of(i) {
				dst = appendText(dst, start, s)
			}
		}
		return dst
	})
}

// ReadOpen reads the message that opens a plugin. The results do not refer to msg.
func ReadOpen(msg []byte) (name string, o sdk.Opening, err error) {
	c, err := open(msg, kindOpen)
	if err != nil {
		return "", o, err
	}
	if !c.section(tagRun) {
		c.fail("message lacks a section")
	}
	o.Started = int64(c.u64())
	name, o.Host = string(c.text()), string(c.text())
	c.leave()
	for range c.list(tagSettings, 8) {
		o.Values = append(o.Values, setting.Value{Name: string(c.text()), Text: string(c.text())})
	}
	c.leave()
	for range c.list(tagPlugins, 8) {
		o.Loaded = append(o.Loaded, sdk.Loaded{Name: string(c.text()), Version: string(c.text())})
	}
	c.leave()
	for range c.list(tagAll, 12) {
		column := sdk.ColumnInfo{Name: string(c.text()), Type: value.TypeNamed(string(c.text())), Doc: string(c.text())}
		if !column.Type.Valid() {
			c.fail("column has an unknown type")
		}
		o.Columns = append(o.Columns, column)
	}
	c.leave()
	for range c.list(tagFiles, 8) {
		o.Files = append(o.Files, sdk.FileData{Setting: string(c.text()), Data: slices.Clone(c.text())})
	}
	c.leave()
	if c.section(tagPacketColumns) {
		if c.u64() != 1 {
			c.fail("message says nothing of columns of packets")
		}
		o.PacketColumns = true
	}
	c.leave()
	return name, o, c.end()
}

func appendText(b []byte, start int, s string) []byte {
	b = little.AppendUint32(b, uint32(len(s)))
	return pad(append(b, s...), start, 4)
}
