// Its message says another length than it has.
#define BATCH begin_answer(ends); COLUMNS end_answer(); *(u32 *)answer.data = 32; return result(answer.data, (u32)answer.length);
#include "hostile.h"
