// Imports a function that no plugin gets.
#define BATCH evil(ends);
__attribute__((import_module("env"), import_name("system"))) void evil(unsigned);
#include "hostile.h"
