// Sends whole frames without end.
#define BATCH for (;;) { begin_piece(); begin_section(TAG_FRAMES), set_count(1); put16(0), put16(0), put32(1 << 16); grow(1 << 16); send_piece(); }
#include "hostile.h"
