// Calls itself without end.
static unsigned deeper(volatile unsigned n) { volatile unsigned char room[4096]; room[n % 4096] = (unsigned char)n; return deeper(n + 1) + room[0]; }
#define BATCH put32(deeper(1));
#include "hostile.h"
