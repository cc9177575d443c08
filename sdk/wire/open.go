package wire

import "github.com/t2host/t2host/sdk"

// AppendOpen appends the message that opens the plugin of that name with these
// values of its settings.
func AppendOpen(dst []byte, name string, values []sdk.Value) []byte {
	start := len(dst)
	dst = extend(dst, openHeader)
	dst = appendText(dst, start, name)
	dst = append32(dst, uint32(len(values)))
	for _, v := range values {
		dst = appendText(appendText(dst, start, v.Name), start, v.Text)
	}
	return finish(dst, start, kindOpen)
}

// ReadOpen reads it. What it gives are copies.
func ReadOpen(msg []byte) (name string, values []sdk.Value, err error) {
	c, err := open(msg, kindOpen, openHeader)
	if err != nil {
		return "", nil, err
	}
	name = string(c.text())
	for range c.count(8) {
		values = append(values, sdk.Value{Name: string(c.text()), Text: string(c.text())})
	}
	return name, values, c.end()
}

func appendText(b []byte, start int, s string) []byte {
	b = append32(b, uint32(len(s)))
	return pad(append(b, s...), start, 4)
}
