// Answers with nothing at all.
#define BATCH return 0;
#include "hostile.h"
