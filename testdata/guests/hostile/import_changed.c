// Imports a function of the list as another type.
#define BATCH sleep(ends);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("sched_yield"))) void sleep(unsigned);
#include "hostile.h"
