// Has no room for a message.
#define IN return 0;
#include "hostile.h"
