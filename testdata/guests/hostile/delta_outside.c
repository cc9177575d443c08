// Changes its table behind the last flow end.
#define DELTAS 1
#define PUT_DELTAS put32(0x7fffffff), put16(0), put16(0), put32(4), put32(4), put32(1), put32(1);
#include "hostile.h"
