package pipeline

import (
	"fmt"

	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
)

// Report is a plugin's part of the end report, bounded however much the plugin reports.
type Report struct {
	Summary, Lines []string
	more           uint64 // number of lines left out
}

// maxLines bounds the lines of each kind in a run.
const maxLines = 1000

// add adds lines to one of the report's lists.
func (r *Report) add(to *[]string, lines []string) {
	for _, line := range lines {
		if len(*to) == maxLines {
			r.more++
			continue
		}
		*to = append(*to, answer.CutLine(line))
	}
}

// All returns all lines, the summary last.
func (r *Report) All() []string {
	all := append(r.Lines[:len(r.Lines):len(r.Lines)], r.Summary...)
	if r.more > 0 {
		all = append(all, fmt.Sprintf("… and %d more lines", r.more))
	}
	return all
}

// Unsent ends the run with an error of a target, which names it: it is no error of the plugin.
func (s *Stage) Unsent(err error) { s.unsent = err }

// take hands on what out holds beside its columns: changes to the stages after this one,
// frames to the outlets, lines to log and report.
func (s *Stage) take(changes *batch.Changes, b *sdk.Batch, out *answer.Answer) error {
	if err := changes.Add(out.Deltas); err != nil {
		return err
	}
	for _, line := range out.Logs {
		s.Log(answer.CutLine(line))
	}
	for _, f := range out.Frames {
		if s.unsent != nil {
			return s.unsent
		}
		s.Load.answered.Add(uint64(len(f.Data)))
		s.unsent = s.Send(f, b.Time)
	}
	for i := range out.Rows {
		if s.unsent == nil && s.SendRows != nil {
			s.unsent = s.SendRows(&out.Rows[i], &s.ends, s.passed, b.Time)
		}
	}
	s.Report.add(&s.Report.Summary, out.Summary)
	s.Report.add(&s.Report.Lines, out.Report)
	return s.unsent
}
