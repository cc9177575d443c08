// Declares a setting whose name steers a terminal.
#define DESCRIBE                                                                                                       \
  return manifest("{\"abi\":2,\"plugins\":[{\"name\":\"hostile\",\"number\":990,\"version\":\"1.0.0\",\"doc\":\"breaks a " \
                  "rule\",\"settings\":[{\"name\":\"su\\u001b[31mf\",\"kind\":\"text\",\"default\":\"_e.txt\",\"doc\":\"x\"}]}]}");
#include "hostile.h"
