// Ends itself in a batch.
#define BATCH leave(7);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) void leave(unsigned);
#include "hostile.h"
