// Answers to more flow ends than it was given.
#define ENDS (ends + 1)
#define COLUMNS for (u32 i = 0; i <= ends; i++) put32(i);
#include "hostile.h"
