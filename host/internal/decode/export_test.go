package decode

import "github.com/t2host/t2host/host/capture"

// DecodeByWalk is Decode without plain's short cut.
func (d *Decoder) DecodeByWalk(f *capture.Frame, h *Headers) {
	h.begin(f)
	d.walked = walked{}
	d.count(h, d.walk(f.Link, f.Data, h))
}
