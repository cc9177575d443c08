package printable

import (
	"strings"
	"unicode/utf8"
)

// leastColumn is the least width, in characters, in which words are wrapped.
const leastColumn = 20

// Fit returns lines in a width, in characters; 0 is any width. A longer line is wrapped at blanks below the beginning of its last
// column, and cut if there is no room for that. Columns have at least two blanks between them.
func Fit(text string, width int) string {
	if width <= 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, end := strings.CutSuffix(line, "\n")
		fit(&b, line, width)
		if end {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func fit(b *strings.Builder, line string, width int) {
	if utf8.RuneCountInString(line) <= width {
		b.WriteString(line)
		return
	}
	column := 0
	if at := strings.LastIndex(line, "  "); at >= 0 {
		column = utf8.RuneCountInString(line[:at+2])
	}
	runes := []rune(line)
	if width-column < leastColumn {
		b.WriteString(string(runes[:max(0, width-1)]) + "…")
		return
	}
	indent := strings.Repeat(" ", column)
	for len(runes) > width {
		end := width
		for end > column && runes[end] != ' ' {
			end--
		}
		rest := end + 1
		if end == column { // a word that is too long
			end, rest = width, width
		}
		b.WriteString(string(runes[:end]) + "\n")
		runes = append([]rune(indent), runes[rest:]...)
	}
	b.WriteString(string(runes))
}
