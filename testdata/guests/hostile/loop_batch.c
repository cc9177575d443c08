// Loops for ever in a batch.
#define BATCH for (volatile int i = 0;; i++) ;
#include "hostile.h"
