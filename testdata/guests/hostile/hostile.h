// hostile.h: a small plugin that keeps every rule but the one that the file
// including it breaks, by a macro.
#pragma once
#include "../t2host.h"

#define MANIFEST_OF(version)                                                                                     \
  "{\"abi\":2,\"plugins\":[{\"name\":\"hostile\",\"number\":990,\"version\":\"" version                          \
  "\",\"doc\":\"breaks a rule\",\"settings\":[{\"name\":\"suffix\",\"kind\":\"text\",\"default\":\"_hostile.txt\"," \
  "\"doc\":\"suffix\"}],\"packets\":{\"rows\":\"tcp\",\"fields\":[\"window\"]},\"ends\":{\"fields\":[\"flowInd\"]}," \
  "\"columns\":[{\"name\":\"hostileX\",\"type\":\"u32\"}],\"exports\":[{\"name\":\"hostile.t\",\"key\":[{"         \
  "\"name\":\"k\",\"type\":\"u32\"}],\"row\":[{\"name\":\"r\",\"type\":\"u32\"}]}],\"outlets\":[{\"name\":"         \
  "\"lines\",\"kind\":\"file\",\"setting\":\"suffix\"}]}]}"

#ifndef DESCRIBE
#define DESCRIBE return manifest(MANIFEST_OF("1.0.0"));
#endif
#ifndef OPEN
#define OPEN
#endif
#ifndef BATCH
#define BATCH
#endif
#ifndef CLOSE
#define CLOSE
#endif
#ifndef IN
#define IN
#endif
#ifndef INITIALIZE
#define INITIALIZE
#endif
#ifndef VERSION
#define VERSION ABI_VERSION
#endif
// What the answer to a batch claims, and what it holds.
#ifndef ENDS
#define ENDS ends
#endif
#ifndef DELTAS
#define DELTAS 0
#define PUT_DELTAS
#endif
#ifndef FRAMES
#define FRAMES 0
#define PUT_FRAMES
#endif
#ifndef COLUMNS
#define COLUMNS for (u32 i = 0; i < ends; i++) put32(i);
#endif

static inline u64 manifest(const char *text) { return result(text, length_of(text)); }

__attribute__((import_module("t2host"), import_name("log"))) void t2host_log(const void *text, u32 length);

EXPORT(_initialize) void initialize(void) { INITIALIZE }
EXPORT(t2host_abi) u32 abi(void) { return VERSION; }
EXPORT(t2host_in) u32 in(u32 size) {
  IN
  return room_for(size);
}
EXPORT(t2host_describe) u64 describe(void) { DESCRIBE }
EXPORT(t2host_open) u64 open_plugin(u32 size) {
  OPEN
  return nothing();
}
EXPORT(t2host_batch) u64 batch(u32 size) {
  reader r = read_message(size, KIND_BATCH);
  batch_header h = read_header(&r);
  enter_section(&r, TAG_PACKETS), r.at = r.limit, leave_section(&r);
  u32 ends = rows(&r, TAG_ENDS);
  if (ends == 0) return nothing();
  BATCH
  begin_answer(ENDS);
  COLUMNS
  if (DELTAS) begin_section(TAG_CHANGES), set_count(DELTAS);
  PUT_DELTAS
  if (FRAMES) begin_section(TAG_FRAMES), set_count(FRAMES);
  PUT_FRAMES
  return end_answer();
}
EXPORT(t2host_close) u64 close_plugin(void) {
  CLOSE
  return nothing();
}
