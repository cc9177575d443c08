// Answers with 200,000 empty lines of the report in a piece, 20 times a batch.
#define BATCH for (int n = 0; n < 20; n++) { begin_piece(); begin_section(TAG_REPORT), set_count(200000); for (int i = 0; i < 200000; i++) put32(0); send_piece(); }
#include "hostile.h"
