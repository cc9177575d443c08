package launcher

const (
	sysSeccomp  = 317
	sysExecveat = 322
)
