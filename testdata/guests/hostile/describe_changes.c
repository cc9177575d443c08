// Opens as a plugin, but describes itself as another version than its manifest.
#define DESCRIBE return manifest(MANIFEST_OF("1.0.1"));
#include "hostile.h"
