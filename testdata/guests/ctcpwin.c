// ctcpwin.c: the plugin tcpwin (plugins/tcpwin) in C, as it is with tcpwin.every=0, and the same bytes:
// what another language needs of t2host is in this folder.
#include "text.h"

// tcpwin's manifest without its setting every, ticks and begins of flows, which windows that are still shut need.
static const char manifest[] =
    "{\"abi\":2,\"plugins\":[{\"name\":\"tcpwin\",\"number\":150,\"version\":\"1.0.0\","
    "\"doc\":\"finds the hosts that stop their peers by closing the TCP receive window\",\"settings\":["
    "{\"name\":\"threshold\",\"kind\":\"number\",\"unit\":\"bytes, raw\",\"min\":0,\"max\":65536,\"default\":\"1\","
    "\"doc\":\"a packet counts if its window, not scaled, is below\"},"
    "{\"name\":\"min_packets\",\"kind\":\"number\",\"unit\":\"packets\",\"min\":0,\"max\":4294967295,\"default\":\"50\","
    "\"doc\":\"TCP packets that a flow needs for the table\"},"
    "{\"name\":\"max_entries\",\"kind\":\"number\",\"unit\":\"sources\",\"min\":1,\"max\":16384,\"default\":\"100\","
    "\"doc\":\"size of the table\"},"
    "{\"name\":\"when_full\",\"kind\":\"choice\",\"choices\":[\"evict\",\"stop\"],\"default\":\"evict\","
    "\"doc\":\"evict makes room by the source that has gone longest without a qualifying flow, stop leaves a full table as it is (T2)\"},"
    "{\"name\":\"abort_after\",\"kind\":\"number\",\"unit\":\"packets\",\"min\":0,\"max\":4294967295,\"default\":\"0\","
    "\"doc\":\"end a flow after so many packets below the threshold in one direction; 0: never (TCPWIN_FLWPRG of T2)\"},"
    "{\"name\":\"suffix\",\"kind\":\"text\",\"default\":\"_tcpwin.txt\",\"doc\":\"the summary file is the output prefix and this\"}],"
    "\"packets\":{\"rows\":\"tcp\",\"fields\":[\"time\",\"window\",\"tcpFlags\"]},"
    "\"endRules\":[{\"field\":\"window\",\"is\":\"below\",\"valueSetting\":\"threshold\",\"countSetting\":\"abort_after\"}],\"ends\":{\"fields\":[\"lastSeen\",\"srcIP\",\"dstIP\"]},"
    "\"columns\":["
    "{\"name\":\"tcpWinStat\",\"type\":\"h8\",\"doc\":\"window size threshold status: 0x01 undershot\"},"
    "{\"name\":\"tcpWinThCnt\",\"type\":\"u32\",\"doc\":\"packets below the window size threshold\",\"unit\":\"packets\",\"alarm\":true},"
    "{\"name\":\"tcpWinShutTime\",\"type\":\"duration\",\"doc\":\"time with the window below the threshold\"},"
    "{\"name\":\"tcpWinShutMax\",\"type\":\"duration\",\"doc\":\"longest time with the window below the threshold\"},"
    "{\"name\":\"tcpWinRstCnt\",\"type\":\"u32\",\"doc\":\"resets among the packets below the window size threshold\",\"unit\":\"packets\"}],"
    "\"exports\":[{\"name\":\"tcpwin.lowWindows\",\"key\":[{\"name\":\"ip\",\"type\":\"ip\"}],\"row\":["
    "{\"name\":\"pktTcpCnt\",\"type\":\"u32\",\"merge\":\"with winRelThCnt\"},{\"name\":\"winRelThCnt\",\"type\":\"f32\",\"merge\":\"max\"},"
    "{\"name\":\"tcpWinShutTime\",\"type\":\"duration\",\"merge\":\"sum\"},{\"name\":\"tcpWinShutMax\",\"type\":\"duration\",\"merge\":\"max\"},"
    "{\"name\":\"peer\",\"type\":\"ip\",\"merge\":\"with tcpWinShutMax\"},{\"name\":\"when\",\"type\":\"time\",\"merge\":\"with tcpWinShutMax\"},"
    "{\"name\":\"tcpWinThCnt\",\"type\":\"u64\",\"merge\":\"sum\"},{\"name\":\"tcpWinRstCnt\",\"type\":\"u64\",\"merge\":\"sum\"},"
    "{\"name\":\"waiting\",\"type\":\"ip\",\"merge\":\"with since\"},{\"name\":\"since\",\"type\":\"time\",\"merge\":\"max\"}]}],"
    "\"outlets\":[{\"name\":\"summary\",\"kind\":\"file\",\"setting\":\"suffix\"}],\"state\":48}]}";

enum { IP_SIZE = 17, ROW_SIZE = 90, WORST = 10, CELLS = 6, RST = 0x04 };

static u32 threshold = 1, min_packets = 50, max_entries = 100;
static int opened, stop_when_full;

// A flow is the state of one direction; it stands in its slot.
typedef struct {
  u32 packets, below, resets; // TCP packets; of them, with a window below the threshold; of these, resets
  u32 shut;           // the last window seen was below, in no reset
  i64 since;          // while shut: since when
  i64 shut_time, shut_max; // nanoseconds
  i64 when;           // when the longest began
} flow;

static buffer flows; // of all slots so far
static const u8 nobody[IP_SIZE + 8]; // who waits, since when
static u64 below, packets, evicted; // of all ended flows
static u8 status;

static flow *flow_of(u32 slot) {
  u64 end = ((u64)slot + 1) * sizeof(flow);
  if (end > flows.length) reserve(&flows, end), flows.length = end;
  return (flow *)flows.data + slot;
}

// open_window ends the time shut at t. Packet time may go backwards.
static void open_window(flow *f, i64 t) {
  i64 d = (i64)((u64)t - (u64)f->since);
  if (d < 0) d = 0;
  f->shut = 0;
  f->shut_time = (i64)((u64)f->shut_time + (u64)d);
  if (d > f->shut_max) f->shut_max = d, f->when = f->since;
}

// The table: sources in the order of their first entry, and in that of their
// last qualifying flow. Source 0 is head and tail of both rings.
enum { BY_ENTRY, BY_USE, ORDERS };
typedef struct {
  u8 ip[IP_SIZE], peer[IP_SIZE]; // who waited at the longest time shut
  u32 packets;                   // of its worst flow
  float ratio;                   // of them, the share below the threshold
  i64 shut_time, shut_max, when;       // over all qualifying flows; the longest time shut; since when
  u64 below, resets;                   // packets below the threshold, over all qualifying flows; of them, resets
  u32 before[ORDERS], after[ORDERS];
  u32 next; // in its bucket; of a free one, the next free one
} source;

static buffer sources, buckets;
static u32 entries, used = 1, free_one; // in the table; ever in use, with source 0; the first that is free

static source *at(u32 i) { return (source *)sources.data + i; }

static void unlink(u32 i, int order) {
  source *s = at(i);
  at(s->before[order])->after[order] = s->after[order];
  at(s->after[order])->before[order] = s->before[order];
}
static void link_last(u32 i, int order) {
  u32 last = at(0)->before[order];
  at(i)->before[order] = last, at(i)->after[order] = 0;
  at(last)->after[order] = at(0)->before[order] = i;
}

static int same(const u8 *a, const u8 *b) {
  return get64(a) == get64(b) && get64(a + 8) == get64(b + 8) && a[16] == b[16];
}

static u32 *bucket_of(const u8 *ip) {
  u32 hash = 2166136261u; // FNV-1a
  for (u32 i = 0; i < IP_SIZE; i++) hash = (hash ^ ip[i]) * 16777619u;
  return (u32 *)buckets.data + (hash & (u32)(buckets.length / 4 - 1));
}

static u32 find(const u8 *ip) {
  u32 i = buckets.length ? *bucket_of(ip) : 0;
  while (i && !same(at(i)->ip, ip)) i = at(i)->next;
  return i;
}

// spread makes as many buckets as there are sources, by powers of two.
static void spread(void) {
  u64 size = buckets.length ? 2 * buckets.length : 4 * 256;
  buckets.length = 0; // nothing of it is kept
  reserve(&buckets, size);
  buckets.length = size;
  for (u64 k = 0; k < size / 4; k++) ((u32 *)buckets.data)[k] = 0;
  for (u32 i = at(0)->after[BY_ENTRY]; i; i = at(i)->after[BY_ENTRY]) {
    u32 *bucket = bucket_of(at(i)->ip);
    at(i)->next = *bucket, *bucket = i;
  }
}

static u32 insert(const u8 *ip) {
  u32 i = free_one;
  if (i) {
    free_one = at(i)->next;
  } else {
    i = used++;
    reserve(&sources, used * (u64)sizeof(source));
    sources.length = used * (u64)sizeof(source);
  }
  if (entries >= buckets.length / 4) spread();
  *at(i) = (source){0};
  __builtin_memcpy(at(i)->ip, ip, IP_SIZE);
  u32 *bucket = bucket_of(ip);
  at(i)->next = *bucket, *bucket = i;
  link_last(i, BY_ENTRY), link_last(i, BY_USE);
  entries++;
  return i;
}

static void put_change(u32 at, u16 flags, u32 row) {
  counted(TAG_CHANGES);
  put32(at), put16(0), put16(flags), put32(IP_SIZE), put32(row);
}

// evict makes room by the source that has gone longest without a qualifying flow.
static void evict(u32 at_event) {
  u32 i = at(0)->after[BY_USE];
  if (!i) return;
  u32 *link = bucket_of(at(i)->ip);
  while (*link != i) link = &at(*link)->next;
  *link = at(i)->next;
  unlink(i, BY_ENTRY), unlink(i, BY_USE);
  put_change(at_event, FLAG_DELETED, 0);
  put_bytes(at(i)->ip, IP_SIZE), pad(4);
  at(i)->next = free_one, free_one = i;
  entries--, evicted++;
}

// enter takes a qualifying flow into the table.
static void enter(u32 at_event, const u8 *src, const u8 *dst, const flow *f) {
  int full = entries >= max_entries;
  if (full && stop_when_full) return;
  u32 i = find(src);
  if (full && !i) evict(at_event);
  if (!i) i = insert(src);
  unlink(i, BY_USE), link_last(i, BY_USE);
  source *s = at(i);
  float ratio = (float)f->below / (float)f->packets;
  if (ratio > s->ratio) s->packets = f->packets, s->ratio = ratio;
  s->below += f->below, s->resets += f->resets;
  s->shut_time = (i64)((u64)s->shut_time + (u64)f->shut_time);
  if (f->shut_max > s->shut_max) {
    s->shut_max = f->shut_max, s->when = f->when;
    __builtin_memcpy(s->peer, dst, IP_SIZE);
  }
  put_change(at_event, 0, ROW_SIZE);
  put_bytes(s->ip, IP_SIZE);
  put32(s->packets), put_bytes(&s->ratio, 4), put64((u64)s->shut_time), put64((u64)s->shut_max);
  put_bytes(s->peer, IP_SIZE), put64((u64)s->when), put64(s->below), put64(s->resets);
  put_bytes(nobody, sizeof nobody); // no window is still shut
  pad(4);
}

// The end report.

// begin_line begins a line of a kind, TAG_SUMMARY or TAG_REPORT, which ends with end_text.
static u64 begin_line(u32 kind, const char *begins) {
  counted(kind);
  u64 start = begin_text();
  put_string(begins);
  return start;
}

// worse says whether a comes before b: by time shut, longest time, ratio.
static int worse(const source *a, const source *b) {
  if (a->shut_time != b->shut_time) return a->shut_time > b->shut_time;
  if (a->shut_max != b->shut_max) return a->shut_max > b->shut_max;
  return a->ratio > b->ratio;
}

// A cell of the list of the worst hosts.
typedef struct {
  u8 text[48]; // the longest is an address: 45
  u32 length;
} cell;
static cell cells[WORST + 1][CELLS];

// keep makes a cell of what was put behind start, and takes that back.
static void keep(cell *c, u64 start) {
  c->length = (u32)(answer.length - start);
  __builtin_memcpy(c->text, answer.data + start, c->length);
  answer.length = start;
}

static void fill(cell *row, const source *s) {
  u64 start = answer.length;
  put_ip(s->ip), keep(row, start);
  if (s->shut_max > 0) put_ip(s->peer);
  else put8('-');
  keep(row + 1, start);
  put_fixed((double)s->shut_max / 1e9, 3), put_string(" s"), keep(row + 2, start);
  if (s->shut_max > 0) put_time(s->when);
  else put8('-');
  keep(row + 3, start);
  put_fixed((double)s->shut_time / 1e9, 3), put_string(" s"), keep(row + 4, start);
  put_uint(s->resets), put_string(" of "), put_uint(s->below), keep(row + 5, start);
}

// put_cells puts the lines, all columns but the first two flush right.
static void put_cells(u32 rows) {
  u32 widths[CELLS] = {0};
  for (u32 r = 0; r < rows; r++)
    for (u32 c = 0; c < CELLS; c++)
      if (cells[r][c].length > widths[c]) widths[c] = cells[r][c].length;
  for (u32 r = 0; r < rows; r++) {
    u64 start = begin_line(TAG_SUMMARY, "");
    for (u32 c = 0; c < CELLS; c++) {
      u32 gap = widths[c] - cells[r][c].length;
      if (c) put_string("  ");
      for (u32 i = 0; c >= 2 && i < gap; i++) put8(' ');
      put_bytes(cells[r][c].text, cells[r][c].length);
      for (u32 i = 0; c < 2 && i < gap; i++) put8(' ');
    }
    end_text(start);
  }
}

// put_worst lists the hosts whose windows were shut for longest.
static void put_worst(void) {
  static const char *const heads[CELLS] = {"host", "blocked peer", "tcpWinShutMax", "when [UTC]", "tcpWinShutTime", "resets"};
  u32 worst[WORST + 1], n = 0;
  for (u32 i = at(0)->after[BY_ENTRY]; i; i = at(i)->after[BY_ENTRY]) {
    u32 k = n;
    for (; k && worse(at(i), at(worst[k - 1])); k--) worst[k] = worst[k - 1];
    worst[k] = i;
    if (n < WORST) n++;
  }
  if (!n) {
    u64 start = begin_line(TAG_SUMMARY, "no host closed its window in a flow of ");
    put_uint(min_packets), put_string(" packets or more"), end_text(start);
    return;
  }
  for (u32 c = 0; c < CELLS; c++) {
    u64 start = answer.length;
    put_string(heads[c]), keep(&cells[0][c], start);
  }
  for (u32 k = 0; k < n; k++) fill(cells[k + 1], at(worst[k]));
  put_cells(n + 1);
}

// put_summary sends the summary file.
static void put_summary(void) {
  counted(TAG_FRAMES);
  put32(0);
  u64 start = begin_text();
  put_string("# IP\tpktTcpCnt\twinRelThCnt\n");
  for (u32 i = at(0)->after[BY_ENTRY]; i; i = at(i)->after[BY_ENTRY]) {
    const source *s = at(i);
    put_ip(s->ip), put8('\t');
    put_uint(s->packets), put8('\t');
    put_fixed(s->ratio, 6), put8('\n');
  }
  end_text(start);
}

static void put_report(void) {
  put_summary();
  put_worst();
  u64 start = begin_line(TAG_REPORT, "Aggregated tcpWinStat=0x");
  put_hex(status, 1), end_text(start);
  if (below) {
    start = begin_line(TAG_REPORT, "Number of TCP packets below window size threshold: ");
    put_share(below, packets), end_text(start);
  }
  if (entries) {
    start = begin_line(TAG_REPORT, "Number of sources in the table: ");
    put_count(entries), end_text(start);
  }
  if (evicted) {
    start = begin_line(TAG_REPORT, "Number of table entries evicted: ");
    put_count(evicted), end_text(start);
  }
}

// Settings.

static int is(const u8 *text, u32 length, const char *word) {
  if (length != length_of(word)) return 0;
  for (u32 i = 0; i < length; i++)
    if (text[i] != (u8)word[i]) return 0;
  return 1;
}

static int number(const u8 *text, u32 length, u32 low, u32 high, u32 *value) {
  u64 v = 0;
  for (u32 i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9' || v > high) return 0;
    v = 10 * v + text[i] - '0';
  }
  *value = (u32)v;
  return length && v >= low && v <= high;
}

static int set(const u8 *name, u32 n, const u8 *value, u32 m) {
  if (is(name, n, "threshold")) return number(value, m, 0, 65536, &threshold);
  if (is(name, n, "min_packets")) return number(value, m, 0, 0xffffffff, &min_packets);
  if (is(name, n, "max_entries")) return number(value, m, 1, 1 << 20, &max_entries);
  if (is(name, n, "when_full")) return (stop_when_full = is(value, m, "stop")) || is(value, m, "evict");
  return is(name, n, "suffix") || is(name, n, "abort_after"); // the host's business
}

EXPORT(t2host_abi) u32 abi(void) { return ABI_VERSION; }
EXPORT(t2host_in) u32 room(u32 size) { return room_for(size); }
EXPORT(t2host_describe) u64 describe(void) { return result(manifest, sizeof manifest - 1); }

EXPORT(t2host_open) u64 open_plugin(u32 size) {
  reader r = read_message(size, KIND_OPEN);
  u32 n, m;
  enter_section(&r, TAG_RUN);
  take64(&r); // the time of day
  const u8 *name = take_text(&r, &n);
  take_text(&r, &m); // the host
  leave_section(&r);
  if (r.bad) return refuse("open message is malformed");
  if (!is(name, n, "tcpwin")) return refuse("this artefact holds tcpwin only");
  if (opened) return refuse("a plugin is open already");
  for (u32 settings = rows(&r, TAG_SETTINGS); settings && !r.bad; settings--) {
    name = take_text(&r, &n);
    const u8 *value = take_text(&r, &m);
    if (!r.bad && !set(name, n, value, m)) return refuse("a setting is unknown, or its value not allowed");
  }
  leave_section(&r);
  for (u32 plugins = rows(&r, TAG_PLUGINS); plugins && !r.bad; plugins--) take_text(&r, &m), take_text(&r, &m);
  leave_section(&r);
  if (!at_end(&r)) return refuse("open message is malformed");
  reserve(&sources, sizeof(source));
  sources.length = sizeof(source);
  opened = 1;
  return nothing();
}

EXPORT(t2host_batch) u64 batch(u32 size) {
  if (!opened) return refuse("no plugin is open");
  reader r = read_message(size, KIND_BATCH);
  batch_header h = read_header(&r);
  u32 packets_here = rows(&r, TAG_PACKETS);
  const u8 *slot = column(&r, packets_here, 4), *time = column(&r, packets_here, 8), *window = column(&r, packets_here, 4);
  const u8 *flags = column(&r, packets_here, 2);
  leave_section(&r);
  u32 ends = rows(&r, TAG_ENDS);
  const u8 *ended = column(&r, ends, 4);
  column(&r, ends, 4); // rows before the end: a row touches its own flow only
  const u8 *place = column(&r, ends, 4); // among the batch's events
  const u8 *last_seen = column(&r, ends, 8), *src = column(&r, ends, IP_SIZE), *dst = column(&r, ends, IP_SIZE);
  leave_section(&r);
  if (!at_end(&r)) return refuse("batch is malformed");

  for (u32 i = 0; i < packets_here; i++) {
    flow *f = flow_of(get32(slot + 4 * i));
    u32 w = get32(window + 4 * i);
    f->packets++;
    if (w < threshold) {
      f->below++;
      if (get16(flags + 2 * i) & RST) {
        f->resets++;
        if (f->shut) open_window(f, (i64)get64(time + 8 * i));
      } else if (!f->shut) f->shut = 1, f->since = (i64)get64(time + 8 * i);
    } else if (f->shut && w <= 0xffff) { // one that was cut off says nothing
      open_window(f, (i64)get64(time + 8 * i));
    }
  }

  begin_answer(ends);
  static const u32 widths[] = {1, 4, 8, 8, 4};
  u64 columns[5]; // offsets: the answer moves when it grows
  for (u32 c = 0; c < 5; c++) {
    pad(8);
    columns[c] = answer.length;
    grow(ends * widths[c]);
  }
  for (u32 i = 0; i < ends; i++) {
    flow *f = flow_of(get32(ended + 4 * i));
    if (f->shut) open_window(f, (i64)get64(last_seen + 8 * i));
    u8 undershot = f->below > 0;
    answer.data[columns[0] + i] = undershot;
    __builtin_memcpy(answer.data + columns[1] + 4 * i, &f->below, 4);
    __builtin_memcpy(answer.data + columns[2] + 8 * i, &f->shut_time, 8);
    __builtin_memcpy(answer.data + columns[3] + 8 * i, &f->shut_max, 8);
    __builtin_memcpy(answer.data + columns[4] + 4 * i, &f->resets, 4);
    status |= undershot, below += f->below, packets += f->packets;
    if (undershot && f->packets >= min_packets) enter(get32(place + 4 * i), src + IP_SIZE * i, dst + IP_SIZE * i, f);
    *f = (flow){0};
  }
  if (h.flags & FLAG_FINAL) put_report();
  return end_answer();
}

EXPORT(t2host_close) u64 close_plugin(void) { return nothing(); }
