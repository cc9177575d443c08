// Counts more frames than it gives.
#define FRAMES 0x7fffffff
#define PUT_FRAMES
#include "hostile.h"
