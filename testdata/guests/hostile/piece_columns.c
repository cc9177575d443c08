// Sends a piece with what only the end of an answer may have.
#define BATCH begin_piece(); begin_section(TAG_COLUMNS), set_count(1); put32(0); send_piece();
#include "hostile.h"
