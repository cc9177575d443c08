// Sends a piece from beyond its memory.
#define BATCH t2host_piece((void *)0x7fffffff, 64);
#include "hostile.h"
