package launcher

const (
	sysSeccomp  = 277
	sysExecveat = 281
)
