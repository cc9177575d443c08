// Gives its table a row of a wrong size.
#define DELTAS 1
#define PUT_DELTAS put32(0), put16(0), put16(0), put32(4), put32(8), put32(1), put64(1);
#include "hostile.h"
