// t2host.h: what a t2host plugin in C needs, without a C library. The ABI is
// described in sdk/wire/ABI.md.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define EXPORT(name) __attribute__((export_name(#name)))
#define ABI_VERSION 1

// Messages: length, version and kind, then as ABI.md says.
enum { KIND_BATCH = 1, KIND_ANSWER = 2, KIND_OPEN = 3 };

// Buffers for what comes in and goes out; a batch takes at most 1 MiB.
#ifndef OUT_SIZE
#define OUT_SIZE (4 << 20)
#endif
static u8 in_buffer[1 << 20] __attribute__((aligned(8)));
static u8 out_buffer[OUT_SIZE] __attribute__((aligned(8)));
static u32 out_length;

static inline u64 result(const void *address, u32 length) {
  return (u64)length << 32 | (u32)(unsigned long)address;
}

static inline u16 get16(const u8 *p) { return *(const u16 *)p; }
static inline u32 get32(const u8 *p) { return *(const u32 *)p; }
static inline u64 get64(const u8 *p) { return *(const u64 *)p; }

static void put8(u8 v) { out_buffer[out_length++] = v; }
static void put16(u16 v) { put8((u8)v), put8((u8)(v >> 8)); }
static void put32(u32 v) { put16((u16)v), put16((u16)(v >> 16)); }
static void put64(u64 v) { put32((u32)v), put32((u32)(v >> 32)); }
static void put_bytes(const void *p, u32 n) {
  for (u32 i = 0; i < n; i++) put8(((const u8 *)p)[i]);
}
static void pad(u32 n) {
  while (out_length % n) put8(0);
}
static u32 length_of(const char *s) {
  u32 n = 0;
  while (s[n]) n++;
  return n;
}
static void put_text(const char *s) {
  put32(length_of(s));
  put_bytes(s, length_of(s));
  pad(4);
}

// begin_answer and end_answer stand around an answer's columns, deltas, frames
// and lines.
static void begin_answer(u32 ends, u32 deltas, u32 frames, u32 report, u32 logs, u32 problem) {
  out_length = 0;
  put32(0), put16(ABI_VERSION), put16(KIND_ANSWER);
  put32(ends), put32(deltas), put32(frames), put32(report), put32(logs), put32(problem);
}
static u64 end_answer(void) {
  pad(4);
  *(u32 *)out_buffer = out_length;
  return result(out_buffer, out_length);
}
static inline u64 nothing(void) {
  begin_answer(0, 0, 0, 0, 0, 0);
  return end_answer();
}
static inline u64 refuse(const char *why) {
  begin_answer(0, 0, 0, 0, 0, length_of(why));
  put_bytes(why, length_of(why));
  return end_answer();
}
