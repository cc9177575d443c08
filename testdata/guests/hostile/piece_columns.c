// Sends a piece with what only the end of an answer may have.
#define BATCH begin_message(KIND_PIECE, 1); put32(0); send_piece();
#include "hostile.h"
