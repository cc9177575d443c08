// Logs what lies behind its memory, which is passed over; then traps.
#define BATCH t2host_log((void *)0x7fffffff, 100); t2host_log("last", 4); __builtin_trap();
#include "hostile.h"
