// Traps when it is opened.
#define OPEN __builtin_trap();
#include "hostile.h"
