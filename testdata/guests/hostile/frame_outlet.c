// Sends through an outlet that it did not declare.
#define FRAMES 1
#define PUT_FRAMES put32(9), put32(4), put32(0);
#include "hostile.h"
