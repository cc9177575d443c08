// Answers with a length that reaches behind its memory.
#define BATCH return result(answer.data, 0xffffffffu);
#include "hostile.h"
