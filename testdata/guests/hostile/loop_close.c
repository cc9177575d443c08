// Loops for ever at its end.
#define CLOSE for (volatile int i = 0;; i++) ;
#include "hostile.h"
