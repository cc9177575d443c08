// Sends a piece that is none.
#define BATCH begin_piece(); begin_section(TAG_FRAMES), set_count(7); send_piece();
#include "hostile.h"
