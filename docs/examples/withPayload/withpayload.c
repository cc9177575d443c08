// withpayload.c: a plugin in C for t2host. It adds to each flow the number of its
// packets that carry payload, of any protocol.
#include "text.h"

static const char manifest[] =
    "{\"abi\":2,\"plugins\":[{\"name\":\"withPayload\",\"number\":161,\"version\":\"0.1.0\","
    "\"doc\":\"counts the packets of each flow that carry payload\","
    "\"packets\":{\"rows\":\"all\",\"fields\":[\"l7Len\"]},\"ends\":{\"fields\":[]},"
    "\"columns\":[{\"name\":\"pktsWithPayload\",\"type\":\"u32\",\"doc\":\"packets with payload\"}],\"state\":4}]}";

EXPORT(t2host_abi) u32 abi(void) { return ABI_VERSION; }
EXPORT(t2host_describe) u64 describe(void) { return result(manifest, sizeof manifest - 1); }
EXPORT(t2host_in) u32 room(u32 size) { return room_for(size); }
EXPORT(t2host_close) u64 close_plugin(void) { return nothing(); }

static u64 packets, with; // of the run

static buffer counts; // of all slots so far, a u32 each

static u32 *count_of(u32 slot) {
  u64 end = ((u64)slot + 1) * sizeof(u32);
  if (end > counts.length) reserve(&counts, end), counts.length = end;
  return (u32 *)counts.data + slot;
}

EXPORT(t2host_open) u64 open_plugin(u32 size) {
  reader r = read_message(size, KIND_OPEN);
  return r.bad ? refuse("open message is malformed") : nothing(); // there are no settings
}

EXPORT(t2host_batch) u64 batch(u32 size) {
  reader r = read_message(size, KIND_BATCH);
  batch_header h = read_header(&r);
  u32 rows_here = rows(&r, TAG_PACKETS);
  const u8 *slot = column(&r, rows_here, 4), *length = column(&r, rows_here, 4);
  leave_section(&r);
  u32 ends = rows(&r, TAG_ENDS);
  const u8 *ended = column(&r, ends, 4);
  column(&r, ends, 4), column(&r, ends, 4); // packet rows before each end, and its place: a row touches its own flow only
  leave_section(&r);
  if (!at_end(&r)) return refuse("batch is malformed");

  for (u32 i = 0; i < rows_here; i++)
    if (get32(length + 4 * i)) ++*count_of(get32(slot + 4 * i)), with++;
  packets += rows_here;

  begin_answer(ends);
  for (u32 i = 0; i < ends; i++) {
    u32 *count = count_of(get32(ended + 4 * i));
    put32(*count);
    *count = 0; // the slot is another flow's next time
  }
  if (h.flags & FLAG_FINAL) {
    counted(TAG_SUMMARY);
    u64 start = begin_text();
    put_string("Number of packets with payload: ");
    put_share(with, packets);
    end_text(start);
  }
  return end_answer();
}
