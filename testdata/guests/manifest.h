// manifest.h: the manifest of a plugin, and rows of packets, begins and ends with the fields that it declares. Fields are sets, as
// 1ull << PACKET_WINDOW | 1ull << PACKET_TCP_FLAGS.
#pragma once
#include "t2host.h"

// rows_of are rows of a section, with the columns of the fields that were declared.
typedef struct {
  u32 n;                                // of rows
  const u8 *slot, *before, *place;      // u32 each; packets have a slot only
  const u8 *of[64];                     // by field; of one without a fixed width the lengths, u32 each
  const u8 *bytes[64];                  // and of such a one what follows them
} rows_of;

#include "fields.h"

// slot_of returns the flow of a row.
static inline u32 slot_of(const rows_of *rows, u32 row) { return get32(rows->slot + 4 * row); }

// read_rows reads the section with a tag: rows with these fields, of the table that widths is.
static inline void read_rows(reader *r, rows_of *to, u16 tag, u64 fields, const u8 *widths, int events) {
  to->n = rows(r, tag);
  to->slot = column(r, to->n, 4);
  if (events) to->before = column(r, to->n, 4), to->place = column(r, to->n, 4);
  for (u32 f = 0; f < 64; f++) {
    if (!(fields >> f & 1)) continue;
    u32 width = widths[f];
    to->of[f] = column(r, to->n, width ? width : 4);
    if (width) continue;
    u64 length = 0;
    for (u32 i = 0; i < to->n && !r->bad; i++) length += get32(to->of[f] + 4 * i);
    to->bytes[f] = take(r, length);
  }
  leave_section(r);
}
static inline void read_packets(reader *r, rows_of *to, u64 fields) { read_rows(r, to, TAG_PACKETS, fields, packet_widths, 0); }
static inline void read_starts(reader *r, rows_of *to, u64 fields) { read_rows(r, to, TAG_STARTS, fields, start_widths, 1); }
static inline void read_ends(reader *r, rows_of *to, u64 fields) { read_rows(r, to, TAG_ENDS, fields, end_widths, 1); }

// A manifest is built in the answer: manifest_begin, then members in any order, but those of one list one after the other, then manifest_end.
static const char *manifest_list; // that is open

static void put_quoted(const char *s) {
  put8('"');
  for (; *s; s++) {
    if (*s == '"' || *s == '\\') put8('\\');
    put8((u8)*s);
  }
  put8('"');
}
static void put_decimal(u64 v) {
  u8 digits[20];
  u32 n = 0;
  do digits[n++] = (u8)('0' + v % 10);
  while (v /= 10);
  while (n) put8(digits[--n]);
}
static void member_begin(const char *name) {
  if (manifest_list) put8(']');
  manifest_list = 0;
  put8(','), put_quoted(name), put8(':');
}
static void member_of(const char *list) {
  if (manifest_list == list) put8(',');
  else member_begin(list), put8('['), manifest_list = list;
}
static void member_text(const char *name, const char *text) { put8(','), put_quoted(name), put8(':'), put_quoted(text); }
static void member_number(const char *name, u64 v) { put8(','), put_quoted(name), put8(':'), put_decimal(v); }

static const char settings_list[] = "settings", outlets_list[] = "outlets", columns_list[] = "columns", requires_list[] = "requires";

// The version of a plugin is semantic; sinks have numbers from 900 on.
static inline void manifest_begin(const char *name, u32 number, const char *version, const char *doc) {
  answer.length = body = 0, manifest_list = 0;
  put_string("{\"abi\":"), put_decimal(ABI_VERSION), put_string(",\"plugins\":[{\"name\":"), put_quoted(name);
  member_number("number", number), member_text("version", version), member_text("doc", doc);
}
static inline void manifest_text(const char *name, const char *value, const char *doc) {
  member_of(settings_list);
  put_string("{\"kind\":\"text\""), member_text("name", name), member_text("default", value), member_text("doc", doc), put8('}');
}
static inline void manifest_number(const char *name, u64 value, u64 min, u64 max, const char *unit, const char *doc) {
  member_of(settings_list);
  put_string("{\"kind\":\"number\""), member_text("name", name), put_string(",\"default\":\""), put_decimal(value), put8('"');
  member_number("min", min), member_number("max", max), member_text("unit", unit), member_text("doc", doc), put8('}');
}
static inline void manifest_requires(const char *name, const char *versions) {
  member_of(requires_list);
  put_string("{\"name\":"), put_quoted(name), member_text("versions", versions), put8('}');
}
static inline void manifest_file(const char *outlet, const char *setting) {
  member_of(outlets_list);
  put_string("{\"kind\":\"file\""), member_text("name", outlet), member_text("setting", setting), put8('}');
}
static inline void manifest_column(const char *name, const char *type, const char *doc) {
  member_of(columns_list);
  put_string("{\"name\":"), put_quoted(name), member_text("type", type), member_text("doc", doc), put8('}');
}
static void manifest_fields(u64 fields, const char *const *names) {
  put_string("\"fields\":[");
  for (u32 f = 0, n = 0; f < 64; f++) {
    if (!(fields >> f & 1)) continue;
    if (n++) put8(',');
    put_quoted(names[f]);
  }
  put8(']');
}
// rows: "tcp" or "all". payload: how many bytes of it are read, if that field is, else 0.
static inline void manifest_packets(const char *rows, u64 fields, u32 payload) {
  member_begin("packets");
  put_string("{\"rows\":"), put_quoted(rows), put8(','), manifest_fields(fields, packet_names);
  if (payload) member_number("payload", payload);
  put8('}');
}
static inline void manifest_starts(u64 fields) { member_begin("starts"), put8('{'), manifest_fields(fields, start_names), put8('}'); }
static inline void manifest_ends(u64 fields) { member_begin("ends"), put8('{'), manifest_fields(fields, end_names), put8('}'); }
// bytes that the plugin keeps of each live flow.
static inline void manifest_state(u32 bytes) { member_begin("state"), put_decimal(bytes); }

static inline u64 manifest_end(void) {
  if (manifest_list) put8(']');
  put_string("}]}");
  return result(answer.data, (u32)answer.length);
}
