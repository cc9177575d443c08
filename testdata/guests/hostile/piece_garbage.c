// Sends a piece that is none.
#define BATCH begin_piece(); set_count(COUNT_FRAMES, 7); send_piece();
#include "hostile.h"
