// Traps at its end.
#define CLOSE __builtin_trap();
#include "hostile.h"
