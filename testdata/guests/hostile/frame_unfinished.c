// Begins a frame in a piece and never ends it.
#define BATCH begin_piece(); begin_section(TAG_FRAMES), set_count(1); put16(0), put16(2), put32(4), put32(0); send_piece();
#include "hostile.h"
