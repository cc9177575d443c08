// Loops for ever when it is asked what it is.
#define DESCRIBE for (volatile int i = 0;; i++) ;
#include "hostile.h"
