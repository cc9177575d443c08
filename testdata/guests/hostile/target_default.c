// Declares a file that nobody has named as the target of its stream.
#define DESCRIBE return manifest(TARGETED);
#define FRAMES 1
#define PUT_FRAMES put32(0), put32(4), put32(0);
#define TARGETED                                                                                                \
  "{\"abi\":2,\"plugins\":[{\"name\":\"hostile\",\"number\":990,\"version\":\"1.0.0\",\"doc\":\"breaks a rule\"," \
  "\"settings\":[{\"name\":\"to\",\"kind\":\"target\",\"default\":\"file:hostile_target\",\"doc\":\"where\"},"     \
  "{\"name\":\"on_absent\",\"kind\":\"choice\",\"choices\":[\"fail\",\"wait\"],\"default\":\"wait\",\"doc\":\"x\"}," \
  "{\"name\":\"drain\",\"kind\":\"number\",\"max\":3600,\"default\":\"1\",\"doc\":\"x\"},"                         \
  "{\"name\":\"queue\",\"kind\":\"number\",\"max\":1048576,\"default\":\"1048576\",\"doc\":\"x\"}],"               \
  "\"ends\":{\"fields\":[\"flowInd\"]},"                                                                         \
  "\"columns\":[{\"name\":\"hostileX\",\"type\":\"u32\"}],"                                                      \
  "\"outlets\":[{\"name\":\"lines\",\"kind\":\"stream\",\"setting\":\"to\"}]}]}"
#include "hostile.h"
