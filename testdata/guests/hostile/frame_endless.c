// Sends one frame in parts without end.
#define BATCH for (;;) { begin_piece(); begin_section(TAG_FRAMES), set_count(1); put16(0), put16(2), put32(1 << 19); grow(1 << 19); send_piece(); }
#include "hostile.h"
