// Floods the log, and keeps all other rules.
#define BATCH for (int i = 0; i < 5000; i++) t2host_log("flood", 5);
#include "hostile.h"
