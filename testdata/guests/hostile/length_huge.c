// Answers with a length that reaches behind its memory.
#define BATCH return result(out_buffer, 0xffffffffu);
#include "hostile.h"
