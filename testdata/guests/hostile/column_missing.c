// Leaves out its column.
#define COLUMNS
#include "hostile.h"
