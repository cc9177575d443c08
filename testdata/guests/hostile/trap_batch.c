// Traps in a batch.
#define BATCH __builtin_trap();
#include "hostile.h"
