// Package nearest returns the known word that an unknown one was probably
// meant to be.
package nearest

import "strings"

// Of returns the known word nearest to word, or "" if none is near: at most a third of its
// letters, and at least one, may be wrong.
func Of(word string, known []string) string {
	best, bestDistance := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// Hint returns `, did you mean X?` for the nearest word, or "".
func Hint(word string, known []string) string {
	if k := Of(word, known); k != "" {
		return ", did you mean " + k + "?"
	}
	return ""
}

// distance counts the letters to insert, delete, replace or swap with their neighbour (optimal
// string alignment).
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
