#include "config/zone.h"

#include "config/zone_rule.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 65536, TIMES_MAX = 2000, TYPES_MAX = 256, SHIFTS_MAX = 400, HEADER = 44 };

/* ---- the file's bytes ---- */

struct header {
    int version;
    uint32_t isut, isstd, leap, times, types, chars;
};

static uint32_t be32(const char *p) {
    const unsigned char *b = (const unsigned char *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t be64(const char *p) {
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool take_header(struct td_str *s, struct header *h) {
    if (s->n < HEADER || memcmp(s->p, "TZif", 4) != 0)
        return false;
    h->version = s->p[4] ? s->p[4] - '0' : 1;
    h->isut = be32(s->p + 20);
    h->isstd = be32(s->p + 24);
    h->leap = be32(s->p + 28);
    h->times = be32(s->p + 32);
    h->types = be32(s->p + 36);
    h->chars = be32(s->p + 40);
    *s = (struct td_str){s->p + HEADER, s->n - HEADER};
    return h->times <= TIMES_MAX && h->types && h->types <= TYPES_MAX && h->chars <= 1000 &&
           h->leap <= 1000 && h->isut <= TYPES_MAX && h->isstd <= TYPES_MAX;
}

static size_t body_bytes(const struct header *h, size_t time_bytes) {
    return h->times * (time_bytes + 1) + h->types * 6 + h->chars + h->leap * (time_bytes + 4) +
           h->isstd + h->isut;
}

struct zone_file {
    struct header h;
    const char *times, *indices, *types; /* 64-bit times */
    struct zone_rule rule;
    bool has_rule;
};

static int64_t time_at(const struct zone_file *f, size_t i) {
    return be64(f->times + 8 * i);
}

/* Offset of a type; of type 0 before the first transition (RFC 8536 §3.2). */
static bool offset_of_type(const struct zone_file *f, size_t type, int32_t *out) {
    if (type >= f->h.types)
        return false;
    *out = (int32_t)be32(f->types + 6 * type);
    return *out > -100000 && *out < 100000;
}

static bool open_file(struct td_str s, struct zone_file *f) {
    if (!take_header(&s, &f->h) || f->h.version < 2) /* version 1 ends in 2037: nobody makes it */
        return false;
    size_t skip = body_bytes(&f->h, 4);
    if (s.n < skip)
        return false;
    s = (struct td_str){s.p + skip, s.n - skip};
    if (!take_header(&s, &f->h))
        return false;
    size_t body = body_bytes(&f->h, 8);
    if (s.n < body)
        return false;
    f->times = s.p;
    f->indices = s.p + 8 * (size_t)f->h.times;
    f->types = f->indices + f->h.times;
    s = (struct td_str){s.p + body, s.n - body};
    /* newline, rule, newline; the rule may be empty */
    const char *end = s.n > 1 && s.p[0] == '\n' ? memchr(s.p + 1, '\n', s.n - 1) : NULL;
    if (!end)
        return false;
    struct td_str rule = {s.p + 1, (size_t)(end - s.p - 1)};
    f->has_rule = rule.n > 0;
    return !f->has_rule || zone_rule_parse(rule, &f->rule);
}

/* ---- its shifts ---- */

struct collect {
    struct zone_shifts *out;
    int64_t from_ms, to_ms;
    bool full;
};

/* Shifts come in ascending order; those before the window only set what it begins with. */
static void add(struct collect *c, int64_t at_s, int32_t offset_s) {
    struct zone_shifts *out = c->out;
    if (at_s >= c->to_ms / 1000)
        return;
    /* Some files begin with "the beginning of time". */
    int64_t at_ms = at_s < c->from_ms / 1000 ? c->from_ms : at_s * 1000;
    if (at_ms <= c->from_ms) {
        out->v[0].offset_s = offset_s;
        return;
    }
    if (out->v[out->n - 1].offset_s == offset_s)
        return; /* another name for the same offset */
    if (out->n == SHIFTS_MAX) {
        c->full = true;
        return;
    }
    out->v[out->n++] = (struct zone_shift){at_ms, offset_s};
}

static bool add_table(const struct zone_file *f, struct collect *c) {
    int32_t offset;
    for (size_t i = 0; i < f->h.times; i++) {
        if ((i && time_at(f, i) <= time_at(f, i - 1)) ||
            !offset_of_type(f, (unsigned char)f->indices[i], &offset))
            return false;
        add(c, time_at(f, i), offset);
    }
    return true;
}

static void add_rule(const struct zone_file *f, struct collect *c) {
    int64_t after = f->h.times ? time_at(f, f->h.times - 1) : INT64_MIN;
    if (after >= c->to_ms / 1000)
        return;
    int64_t first = c->from_ms / 1000 > after ? c->from_ms / 1000 : after;
    int to = zone_year_of(c->to_ms / 1000) + 1;
    if (!f->rule.has_summer) {
        if (!f->h.times)
            add(c, INT64_MIN, f->rule.standard_s);
        return; /* the last transition led there */
    }
    for (int year = zone_year_of(first) - 1; year <= to; year++) {
        int64_t begins = zone_rule_shift(&f->rule, year, true);
        int64_t ends = zone_rule_shift(&f->rule, year, false);
        bool north = begins < ends;
        int64_t at[2] = {north ? begins : ends, north ? ends : begins};
        int32_t offset[2] = {north ? f->rule.summer_s : f->rule.standard_s,
                             north ? f->rule.standard_s : f->rule.summer_s};
        for (int i = 0; i < 2; i++)
            if (at[i] > after)
                add(c, at[i], offset[i]);
    }
}

int zone_parse(struct td_arena *a, struct td_str tzif, int64_t from_ms, int64_t to_ms,
               struct zone_shifts *out, struct td_error *err) {
    struct zone_file f = {0};
    int32_t offset;
    out->v = TD_ARENA_ARRAY(a, struct zone_shift, SHIFTS_MAX);
    out->n = 1;
    if (!open_file(tzif, &f) || !offset_of_type(&f, 0, &offset))
        return td_error_set(err, TD_EPARSE, "not a zone file (TZif, version 2 or later)");
    out->v[0] = (struct zone_shift){from_ms, offset};
    struct collect c = {out, from_ms, to_ms, false};
    if (!add_table(&f, &c))
        return td_error_set(err, TD_EPARSE, "the zone file contradicts itself");
    if (f.has_rule)
        add_rule(&f, &c);
    return c.full ? td_error_set(err, TD_ELIMIT, "more than 400 shifts") : TD_OK;
}

static bool is_name(struct td_str s) {
    if (!s.n || s.n > 64 || s.p[0] == '/' || s.p[0] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (!word && !strchr("/_+-", c))
            return false;
    }
    return true;
}

static int read_file(const char *path, char *bytes, size_t size, size_t *n) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return TD_ENOTFOUND;
    struct stat st;
    int rc = fstat(fd, &st) || !S_ISREG(st.st_mode) ? TD_ENOTFOUND : TD_OK;
    *n = 0;
    while (!rc && *n < size) {
        ssize_t got = read(fd, bytes + *n, size - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            rc = TD_EIO;
        if (got <= 0)
            break;
        *n += (size_t)got;
    }
    close(fd);
    return rc;
}

int zone_load(struct td_arena *a, struct td_str name, int64_t from_ms, int64_t to_ms,
              struct zone_shifts *out, struct td_error *err) {
    if (td_str_eqz(name, "UTC")) {
        out->v = TD_ARENA_NEW(a, struct zone_shift);
        out->n = 1;
        out->v[0] = (struct zone_shift){from_ms, 0};
        return TD_OK;
    }
    char path[160], bytes[FILE_MAX];
    size_t n;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%.*s", TD_FMT(name));
    if (!is_name(name) || read_file(path, bytes, sizeof(bytes), &n))
        return td_error_set(err, TD_ENOTFOUND,
                            "no time zone of that name (as in the package tzdata)");
    return zone_parse(a, (struct td_str){bytes, n}, from_ms, to_ms, out, err);
}
