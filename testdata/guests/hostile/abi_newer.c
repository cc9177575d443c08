// Speaks a later version of the ABI.
#define VERSION 2
#include "hostile.h"
