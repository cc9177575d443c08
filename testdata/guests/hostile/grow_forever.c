// Takes memory without end, and does not mind being refused.
#define BATCH for (int i = 0; i < 70000; i++) __builtin_wasm_memory_grow(0, 1);
#include "hostile.h"
