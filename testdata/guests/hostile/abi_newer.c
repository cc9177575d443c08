// Speaks a later version of the ABI.
#define VERSION 3
#include "hostile.h"
