// Keeps all rules: what the others are compared with.
#include "hostile.h"
