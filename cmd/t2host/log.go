package main

import (
	"log/slog"
	"slices"

	"github.com/t2host/t2host/host/lines"
)

// levels are the words of --log-level.
var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// checkLog returns an error unless --log-format and --log-level have words that exist.
func (o *options) checkLog() error {
	if !slices.Contains([]string{"text", "json"}, o.logFormat) {
		format := o.logFormat
		o.logFormat = "text"
		return usagef("--log-format %s: want text or json", format)
	}
	if _, ok := levels[o.logLevel]; !ok {
		return usagef("--log-level %s: want debug, info, warn or error", o.logLevel)
	}
	return nil
}

// logger returns the log, in which t2host says what it does and what is wrong.
func (o *options) logger() *slog.Logger {
	level := levels[o.logLevel]
	if o.quiet {
		level = max(level, lines.Alert)
	}
	if o.logFormat == "json" {
		return slog.New(lines.JSON(o.stderr, level))
	}
	return slog.New(lines.New(o.stderr, level, o.logLevel == "debug"))
}

// tell says what the user should know, and is no problem.
func (o *options) tell(line string) { o.logger().Info(line) }
