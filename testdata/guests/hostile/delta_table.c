// Changes a table that it did not declare.
#define DELTAS 1
#define PUT_DELTAS put32(0), put16(7), put16(0), put32(4), put32(4), put32(1), put32(1);
#include "hostile.h"
