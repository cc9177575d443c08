// Divides by zero.
#define BATCH { volatile u32 zero = 0; put32(ends / zero); }
#include "hostile.h"
