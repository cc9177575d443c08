// Has its room for messages behind its memory.
#define IN return 0xffff0000u;
#include "hostile.h"
