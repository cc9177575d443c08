// Answers with a pointer behind its memory.
#define BATCH return result((void *)0x7fffffff, 64);
#include "hostile.h"
