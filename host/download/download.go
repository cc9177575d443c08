// Package download copies what a web server has.
package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// IsURL reports whether a word names something at a web server.
func IsURL(word string) bool {
	return strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://")
}

// Fetch copies what is at a URL into a new file, at most max bytes. Its errors name the URL.
func Fetch(ctx context.Context, url, path string, max int64) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: the server answers %s", url, answer.Status)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(answer.Body, max+1))
	if err == nil && n > max {
		err = fmt.Errorf("%s: more than %d MiB", url, max>>20)
	}
	return errors.Join(err, f.Close())
}
