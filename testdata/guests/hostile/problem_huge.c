// Gives an error of a megabyte, with bytes that steer a terminal.
#define BATCH begin_answer(0); begin_section(TAG_ERROR); for (int i = 0; i < 1 << 20; i++) put8(27); return end_answer();
#include "hostile.h"
