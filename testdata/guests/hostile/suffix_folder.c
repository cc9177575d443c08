// Declares an end of a file name that leads to another folder.
#define DESCRIBE return manifest(ELSEWHERE);
#define ELSEWHERE                                                                                               \
  "{\"abi\":2,\"plugins\":[{\"name\":\"hostile\",\"number\":990,\"version\":\"1.0.0\",\"doc\":\"breaks a rule\"," \
  "\"settings\":[{\"name\":\"suffix\",\"kind\":\"text\",\"default\":\"/../hostile_suffix\",\"doc\":\"x\"}],"       \
  "\"ends\":{\"fields\":[\"flowInd\"]},"                                                                         \
  "\"columns\":[{\"name\":\"hostileX\",\"type\":\"u32\"}],"                                                      \
  "\"outlets\":[{\"name\":\"lines\",\"kind\":\"file\",\"setting\":\"suffix\"}]}]}"
#include "hostile.h"
