// Loops for ever before it is asked anything.
#define INITIALIZE for (volatile int i = 0;; i++) ;
#include "hostile.h"
