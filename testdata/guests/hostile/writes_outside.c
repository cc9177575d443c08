// Writes behind its memory.
#define BATCH *(volatile u32 *)0xfffffff0 = 1;
#include "hostile.h"
