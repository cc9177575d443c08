// portbytes.c: a plugin in C for t2host. It adds up the TCP payload that was sent to each
// port and writes a file with a line for each.
#include "manifest.h"
#include "text.h"

enum { NUMBER = 211 };
static const u64 starts_read = 1ull << START_DST_PORT, packets_read = 1ull << PACKET_L7_LEN;

EXPORT(t2host_abi) u32 abi(void) { return ABI_VERSION; }
EXPORT(t2host_in) u32 room(u32 size) { return room_for(size); }
EXPORT(t2host_close) u64 close_plugin(void) { return nothing(); }

EXPORT(t2host_describe) u64 describe(void) {
  manifest_begin("portBytes", NUMBER, "0.1.0", "adds up the TCP payload that was sent to each port");
  manifest_text("suffix", "_ports.txt", "the file is the output prefix and this");
  manifest_starts(starts_read);
  manifest_packets("tcp", packets_read, 0);
  manifest_file("ports", "suffix");
  manifest_state(sizeof(u16));
  return manifest_end();
}

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
  static rows_of sent, starts;
  read_packets(&r, &sent, packets_read);
  read_starts(&r, &starts, starts_read);
  if (!at_end(&r)) return refuse("batch is malformed");

  // All begins are read first: a packet touches the state of its own flow only.
  for (u32 i = 0; i < starts.n; i++) set_port(slot_of(&starts, i), start_dstPort(&starts, i));
  for (u32 i = 0; i < sent.n; i++) {
    u32 s = slot_of(&sent, i);
    if (2 * (u64)s >= ports.length) return refuse("a packet's flow has not begun");
    u16 to = get16(ports.data + 2 * s);
    packets[to]++, bytes[to] += packet_l7Len(&sent, i);
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
