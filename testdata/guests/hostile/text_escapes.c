// Keeps all rules, but steers a terminal and hides text wherever it may say what it likes.
#define DESCRIBE                                                                                                           \
  return manifest("{\"abi\":2,\"plugins\":[{\"name\":\"hostile\",\"number\":990,\"version\":\"1.0.0\",\"doc\":\"counts "    \
                  "flows\\u001b]0;PWN\\u0007\\u001b[2J\\u009b31m\",\"settings\":[{\"name\":\"suffix\",\"kind\":\"text\","   \
                  "\"default\":\"_\\u202egnp.txt\",\"doc\":\"wh\\u001b[31mere\\tto \\\"it\\\"\"},{\"name\":\"mode\",\"kind\":\"choice\"," \
                  "\"choices\":[\"a\\\\b\\\"\",\"c\"],\"default\":\"c\",\"doc\":\"\\u007f\\u200bx\"}],\"packets\":{\"rows\":\"tcp\"," \
                  "\"fields\":[\"window\"]},\"ends\":{},\"columns\":[{\"name\":\"hostileX\",\"type\":\"u32\",\"doc\":\"low"  \
                  "\\u001b[31m\\u2028y\"}],\"outlets\":[{\"name\":\"lines\",\"kind\":\"file\",\"setting\":\"suffix\"}]}]}");
#define BATCH t2host_log("log\x1b[31m\nline\xff", 14);
#define FRAMES 0
#define PUT_FRAMES                                                            \
  if (h.flags & FLAG_FINAL) {                                 \
    counted(TAG_REPORT);                                                    \
    u64 s = begin_text();                                                     \
    put_string("rep\x1b[31m\nline\x1b]0;T\x07 \xe2\x80\xae" "fdp");            \
    end_text(s);                                                              \
  }
#include "hostile.h"
