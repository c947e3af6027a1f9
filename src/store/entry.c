#include "store/entry.h"

int packed_put(struct buf *b, struct td_str item) {
    int rc = buf_put_varint(b, item.n);
    return rc ? rc : buf_put_str(b, item);
}

bool packed_next(struct td_str *rest, struct td_str *item) {
    struct td_str s = *rest;
    uint64_t n;
    if (s.n == 0 || !str_get_varint(&s, &n) || n > s.n)
        return false;
    *item = (struct td_str){s.p, (size_t)n};
    *rest = (struct td_str){s.p + n, s.n - (size_t)n};
    return true;
}

size_t packed_count(struct td_str list) {
    size_t n = 0;
    for (struct td_str item; packed_next(&list, &item);)
        n++;
    return n;
}

bool stream_entry_of(const struct redis_reply *r, struct stream_entry *out) {
    *out = (struct stream_entry){.id = redis_str(redis_at(r, 0))};
    const struct redis_reply *fields = redis_at(r, 1);
    if (out->id.n == 0 || !redis_is(fields, R_ARRAY))
        return false;
    for (size_t i = 0; i + 1 < fields->n; i += 2) {
        struct td_str name = redis_str(fields->v[i]), value = redis_str(fields->v[i + 1]);
        if (name.n != 1)
            continue;
        switch (name.p[0]) {
        case 'b':
            out->b = value;
            break;
        case 't':
            out->t = value;
            break;
        case 'm':
            out->m = value;
            break;
        case 's':
            td_str_to_u64(value, &out->s);
            break;
        case 'f':
            td_str_to_u64(value, &out->f);
            break;
        default: /* of a newer version */
            break;
        }
    }
    return true;
}

const struct redis_reply *stream_entries_of(const struct redis_reply *xread) {
    const struct redis_reply *entries = redis_at(redis_at(xread, 0), 1);
    return redis_is(entries, R_ARRAY) && entries->n ? entries : NULL;
}

static bool take_number(struct td_str *s, const char *stops, uint64_t *out) {
    size_t n = 0;
    while (n < s->n && !strchr(stops, s->p[n]))
        n++;
    if (!td_str_to_u64((struct td_str){s->p, n}, out))
        return false;
    size_t skip = n < s->n ? n + 1 : n;
    *s = (struct td_str){s->p + skip, s->n - skip};
    return true;
}

bool stream_id_parse(struct td_str s, struct stream_id *out, uint64_t *index) {
    if (!take_number(&s, "-", &out->ms) || !take_number(&s, "-:", &out->seq))
        return false;
    if (index)
        *index = 0;
    return s.n == 0 || (index && take_number(&s, "", index));
}

int stream_id_cmp(struct stream_id a, struct stream_id b) {
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}
