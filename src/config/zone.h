/* zone.h: the UTC offsets of a time zone, from the system's zone files.
 *
 * Reads TZif (RFC 8536) itself: the C library knows one zone per process, and setting TZ would
 * change it under everybody. What comes after a file's last transition follows its POSIX rule
 * ("CET-1CEST,M3.5.0,M10.5.0/3"). */
#ifndef CONFIG_ZONE_H
#define CONFIG_ZONE_H

#include "model/policy.h"
#include <tandem/arena.h>
#include <tandem/error.h>

struct zone_shifts {
    struct zone_shift *v; /* ms since 1970 and seconds east of UTC, ascending */
    size_t n;
};

/* The shifts in [from_ms, to_ms), the first at from_ms itself with what is in force there. The name
 * is an IANA one ("Europe/Berlin"); "UTC" needs no file. TD_ENOTFOUND, TD_EPARSE, TD_ELIMIT. */
int zone_load(struct td_arena *a, struct td_str name, int64_t from_ms, int64_t to_ms,
              struct zone_shifts *out, struct td_error *err);
/* The same from the bytes of a zone file. */
int zone_parse(struct td_arena *a, struct td_str tzif, int64_t from_ms, int64_t to_ms,
               struct zone_shifts *out, struct td_error *err);

#endif
