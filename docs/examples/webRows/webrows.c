// webrows.c: a sink in C for t2host, over rows. It passes the record of each flow to the ports of
// web servers on: which flow ends is all that it says, the values never cross to it.
#include "t2host.h"

static const char manifest[] =
    "{\"abi\":2,\"plugins\":[{\"name\":\"webRows\",\"number\":943,\"version\":\"0.1.0\","
    "\"doc\":\"sends the records of flows to the ports of web servers\","
    "\"ends\":{\"fields\":[\"dstPort\"]},"
    "\"outlets\":[{\"name\":\"web\",\"kind\":\"rows\",\"pass\":[\"*\"]}]}]}";

EXPORT(t2host_abi) u32 abi(void) { return ABI_VERSION; }
EXPORT(t2host_describe) u64 describe(void) { return result(manifest, sizeof manifest - 1); }
EXPORT(t2host_in) u32 room(u32 size) { return room_for(size); }
EXPORT(t2host_open) u64 open_plugin(u32 size) { return nothing(); }
EXPORT(t2host_close) u64 close_plugin(void) { return nothing(); }

static int web(u16 port) { return port == 80 || port == 443 || port == 8000 || port == 8080; }

EXPORT(t2host_batch) u64 batch(u32 size) {
  reader r = read_message(size, KIND_BATCH);
  read_header(&r);
  u32 ends = rows(&r, TAG_ENDS), picked = 0;
  column(&r, ends, 4), column(&r, ends, 4), column(&r, ends, 4); // slot, packet rows before each, its place
  const u8 *port = column(&r, ends, 2);
  leave_section(&r);
  if (!at_end(&r)) return refuse("batch is malformed");

  for (u32 i = 0; i < ends; i++) picked += web(get16(port + 2 * i));
  begin_answer(0);
  if (picked) {
    counted(TAG_ROWS);
    pad(8), put16(0), put16(1 | 2), put32(picked); // the outlet; rows of flow ends, of those that follow
    for (u32 i = 0; i < ends; i++)
      if (web(get16(port + 2 * i))) put32(i);
  }
  return end_answer();
}
