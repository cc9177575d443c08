// Sends a piece when it is opened.
#define OPEN begin_piece(); send_piece();
#include "hostile.h"
