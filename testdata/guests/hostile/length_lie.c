// Its message says another length than it has.
#define BATCH begin_answer(ends, 0, 0, 0, 0, 0); pad(8); COLUMNS end_answer(); *(u32 *)out_buffer = 32; return result(out_buffer, out_length);
#include "hostile.h"
