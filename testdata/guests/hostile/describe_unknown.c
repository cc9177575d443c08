// Declares what no host of this version knows.
#define DESCRIBE return manifest("{\"abi\":1,\"plugins\":[{\"name\":\"hostile\",\"root\":true}]}");
#include "hostile.h"
