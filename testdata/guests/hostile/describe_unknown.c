// Declares what no host of this version knows.
#define DESCRIBE return manifest("{\"abi\":2,\"plugins\":[{\"name\":\"hostile\",\"root\":true}]}");
#include "hostile.h"
