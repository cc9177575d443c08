// Changes a table a million times in a batch.
#define BATCH for (int n = 0; n < 100; n++) { begin_piece(); begin_section(TAG_CHANGES), set_count(30000); for (int i = 0; i < 30000; i++) put32(0), put16(0), put16(0), put32(4), put32(4), put32(n * 30000 + i), put32(i); send_piece(); }
#include "hostile.h"
