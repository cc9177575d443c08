// Writes a column that it did not declare.
#define COLUMNS for (u32 k = 0; k < 2; k++) { pad(8); for (u32 i = 0; i < ends; i++) put32(i); }
#include "hostile.h"
