// mysink.c: a plugin in C for t2host. As it is, it adds up the TCP payload that was sent to each port, and writes a file with a line
// for each. What crosses its border is described in the ABI of t2host; t2host.h has its letters and numbers.
#include "text.h"

static const char manifest[] =
    "{\"abi\":2,\"plugins\":[{\"name\":\"mySink\",\"number\":900,\"version\":\"0.1.0\","
    "\"doc\":\"adds up the TCP payload that was sent to each port\","
    "\"settings\":[{\"name\":\"suffix\",\"kind\":\"text\",\"default\":\"_ports.txt\",\"doc\":\"the file is the output prefix and this\"}],"
    "\"starts\":{\"fields\":[\"dstPort\"]},\"packets\":{\"rows\":\"tcp\",\"fields\":[\"l7Len\"]},"
    "\"outlets\":[{\"name\":\"ports\",\"kind\":\"file\",\"setting\":\"suffix\"}],\"state\":2}]}";

EXPORT(t2host_abi) u32 abi(void) { return ABI_VERSION; }
EXPORT(t2host_describe) u64 describe(void) { return result(manifest, sizeof manifest - 1); }
EXPORT(t2host_in) u32 room(u32 size) { return room_for(size); }
EXPORT(t2host_close) u64 close_plugin(void) { return nothing(); }

static u64 packets[1 << 16], bytes[1 << 16]; // by port
static buffer ports;                         // of all slots so far, a u16 each: where the flow leads

static void set_port(u32 slot, u16 port) {
  u64 end = ((u64)slot + 1) * sizeof(u16);
  if (end > ports.length) reserve(&ports, end), ports.length = end;
  __builtin_memcpy(ports.data + 2 * slot, &port, 2);
}

EXPORT(t2host_open) u64 open_plugin(u32 size) {
  reader r = read_message(size, KIND_OPEN);
  return r.bad ? refuse("open message is malformed") : nothing(); // t2host acts on the setting
}

// put_ports puts the file: a line for each port that a packet was sent to.
static void put_ports(void) {
  put_string("# port\tpackets\tbytes\n");
  for (u32 port = 0; port < 1 << 16; port++) {
    if (!packets[port]) continue;
    put_uint(port), put8('\t');
    put_uint(packets[port]), put8('\t');
    put_uint(bytes[port]), put8('\n');
  }
}

EXPORT(t2host_batch) u64 batch(u32 size) {
  reader r = read_message(size, KIND_BATCH);
  batch_header h = read_header(&r);
  u32 rows_here = rows(&r, TAG_PACKETS);
  const u8 *slot = column(&r, rows_here, 4), *length = column(&r, rows_here, 4);
  leave_section(&r);
  u32 starts = rows(&r, TAG_STARTS);
  const u8 *started = column(&r, starts, 4);
  column(&r, starts, 4), column(&r, starts, 4); // packet rows before each, and its place: all begins are read first
  const u8 *port = column(&r, starts, 2);
  leave_section(&r);
  if (!at_end(&r)) return refuse("batch is malformed");

  for (u32 i = 0; i < starts; i++) set_port(get32(started + 4 * i), get16(port + 2 * i));
  for (u32 i = 0; i < rows_here; i++) {
    u32 s = get32(slot + 4 * i);
    if (2 * (u64)s >= ports.length) return refuse("a packet's flow has not begun");
    u16 to = get16(ports.data + 2 * s);
    packets[to]++, bytes[to] += get32(length + 4 * i);
  }

  begin_answer(0);
  if (h.flags & FLAG_FINAL) {
    counted(TAG_FRAMES);
    put16(0), put16(0); // the outlet, no flags
    u64 start = begin_text();
    put_ports();
    end_text(start);
    u32 used = 0;
    for (u32 p = 0; p < 1 << 16; p++) used += packets[p] > 0;
    counted(TAG_SUMMARY);
    start = begin_text();
    put_string("TCP ports that packets were sent to: ");
    put_count(used);
    end_text(start);
  }
  return end_answer();
}
