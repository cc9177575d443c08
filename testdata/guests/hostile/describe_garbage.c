// Answers describe with no JSON.
#define DESCRIBE return manifest("plugin hostile, version 1");
#include "hostile.h"
