// t2host.h: what a t2host plugin in C needs, without a C library: memory that
// grows, the messages that come in, the answers that go out. What they mean is
// in sdk/wire/ABI.md.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define EXPORT(name) __attribute__((export_name(#name)))
#define ABI_VERSION 1
enum { KIND_BATCH = 1, KIND_ANSWER = 2, KIND_OPEN = 3 };
enum { FLAG_FINAL = 1, FLAG_DELETED = 1 };

// Memory. A buffer grows and is never given back. Bytes between its length and
// its capacity are zero until they are written; its address changes when it grows.
typedef struct {
  u8 *data;
  u64 length, capacity;
} buffer;

extern u8 __heap_base; // the linker's: behind stack and static data
static u64 heap_end;   // what lies behind it is not used yet

// reserve gives b a capacity. Where the host refuses the memory it ends the
// plugin anyway and says how much was asked for.
__attribute__((noinline)) static void reserve(buffer *b, u64 capacity) {
  if (capacity <= b->capacity) return;
  if (capacity < 2 * b->capacity) capacity = 2 * b->capacity;
  capacity = (capacity + 7) & ~7ull;
  if (!heap_end) heap_end = ((u64)(unsigned long)&__heap_base + 7) & ~7ull;
  u64 start = (u64)(unsigned long)b->data;
  int last = b->data && start + b->capacity == heap_end; // then it grows where it is
  if (!last) start = heap_end;
  u64 end = start + capacity, have = (u64)__builtin_wasm_memory_size(0) << 16;
  if (end > have && (end > 0xffffffffull || __builtin_wasm_memory_grow(0, (u32)((end - have + 0xffff) >> 16)) == ~0ul))
    __builtin_trap();
  u8 *data = (u8 *)(unsigned long)start;
  if (!last) __builtin_memcpy(data, b->data, (u32)b->length);
  heap_end = end, b->data = data, b->capacity = capacity;
}

// Messages in. The host asks t2host_in for room before each.
static buffer message;

static inline u32 room_for(u32 size) {
  reserve(&message, size);
  return (u32)(unsigned long)message.data;
}

static inline u16 get16(const u8 *p) { u16 v; __builtin_memcpy(&v, p, 2); return v; }
static inline u32 get32(const u8 *p) { u32 v; __builtin_memcpy(&v, p, 4); return v; }
static inline u64 get64(const u8 *p) { u64 v; __builtin_memcpy(&v, p, 8); return v; }

// A reader walks a message. Once something was missing it is bad, and gives
// nothing more: look at bad before you use what it gave.
typedef struct {
  u32 length, at;
  int bad;
} reader;

static inline const u8 *take(reader *r, u64 n) {
  if (r->bad || n > r->length - r->at) return r->bad = 1, (const u8 *)0;
  r->at += (u32)n;
  return message.data + r->at - n;
}
static inline u32 take32(reader *r) { const u8 *p = take(r, 4); return p ? get32(p) : 0; }
static inline u64 take64(reader *r) { const u8 *p = take(r, 8); return p ? get64(p) : 0; }
static inline void align(reader *r, u32 n) { take(r, -r->at & (n - 1)); }

// column takes n values of size bytes each.
static inline const u8 *column(reader *r, u32 n, u32 size) {
  align(r, 8);
  return take(r, (u64)n * size);
}

// take_text takes a text, which ends at its length, not at a zero.
static inline const u8 *take_text(reader *r, u32 *length) {
  const u8 *p = take(r, *length = take32(r));
  align(r, 4);
  return p;
}

static inline reader read_message(u32 size, u16 kind) {
  reader r = {size, 0, size < 8 || size > message.capacity};
  const u8 *p = take(&r, 8);
  r.bad = r.bad || get32(p) != size || get16(p + 4) != ABI_VERSION || get16(p + 6) != kind;
  return r;
}

// A batch's header; its columns follow.
typedef struct {
  u64 number, first_frame, last_frame;
  i64 time; // nanoseconds since 1970 UTC
  u32 flags, packets, ends, changes;
} batch_header;

static inline batch_header read_header(reader *r) {
  batch_header h = {take64(r), take64(r), take64(r), (i64)take64(r), take32(r), take32(r), take32(r), take32(r)};
  return h;
}

// Answers out, in the order of the page: columns, changes, frames, lines.
static buffer answer;

// grow makes the answer longer by n bytes, which are to be written.
__attribute__((noinline)) static u8 *grow(u32 n) {
  reserve(&answer, answer.length + n);
  answer.length += n;
  return answer.data + answer.length - n;
}
__attribute__((noinline)) static void put_bytes(const void *p, u32 n) { __builtin_memcpy(grow(n), p, n); }
static void put8(u8 v) { *grow(1) = v; }
static void put16(u16 v) { put_bytes(&v, 2); }
static void put32(u32 v) { put_bytes(&v, 4); }
static void put64(u64 v) { put_bytes(&v, 8); }
static void pad(u32 n) {
  while (answer.length % n) put8(0);
}

static u32 length_of(const char *s) {
  u32 n = 0;
  while (s[n]) n++;
  return n;
}
static void put_string(const char *s) { put_bytes(s, length_of(s)); }

// begin_text and end_text stand around the bytes of a text, or of a frame.
static inline u64 begin_text(void) {
  put32(0);
  return answer.length;
}
static inline void end_text(u64 start) {
  u32 n = (u32)(answer.length - start);
  __builtin_memcpy(answer.data + start - 4, &n, 4);
  pad(4);
}

// Where an answer's counts stand.
enum { COUNT_CHANGES = 12, COUNT_FRAMES = 16, COUNT_REPORT = 20, COUNT_LOG = 24 };

static inline void counted(u32 count) {
  u32 n = get32(answer.data + count) + 1;
  __builtin_memcpy(answer.data + count, &n, 4);
}

static inline u64 result(const void *address, u32 length) { return (u64)length << 32 | (u32)(unsigned long)address; }

static void begin_answer(u32 ends, u32 changes, u32 frames, u32 report, u32 log, u32 problem) {
  answer.length = 0;
  put32(0), put16(ABI_VERSION), put16(KIND_ANSWER);
  put32(ends), put32(changes), put32(frames), put32(report), put32(log), put32(problem);
}
static u64 end_answer(void) {
  pad(4);
  u32 n = (u32)answer.length;
  __builtin_memcpy(answer.data, &n, 4);
  return result(answer.data, n);
}
static inline u64 nothing(void) {
  begin_answer(0, 0, 0, 0, 0, 0);
  return end_answer();
}
static inline u64 refuse(const char *why) {
  begin_answer(0, 0, 0, 0, 0, length_of(why));
  put_string(why);
  return end_answer();
}
