/* buf.h: a growing byte buffer with a mandatory maximum.
 *
 * A put that would pass the maximum changes nothing, returns TD_ELIMIT and marks the buffer; later
 * puts fail too, so a long build may check `buf_rc` once at its end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <string.h>
#include <tandem/str.h>

struct buf {
    char *p;
    size_t n, cap, max;
    int rc; /* sticky: TD_OK or TD_ELIMIT */
};

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);                             /* fine on a zeroed struct */
void buf_reset(struct buf *b);                            /* empties, clears rc, keeps the memory */
int buf_grow_put(struct buf *b, const void *p, size_t n); /* buf_put where it has no room */
/* Inline because everything that is stored or sent goes through them. */
static inline int buf_put(struct buf *b, const void *p, size_t n) {
    if (b->rc || n > b->cap - b->n)
        return buf_grow_put(b, p, n);
    if (p && n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    return b->rc;
}
static inline int buf_putc(struct buf *b, char c) {
    return buf_put(b, &c, 1);
}
static inline int buf_put_str(struct buf *b, struct td_str s) {
    return buf_put(b, s.p, s.n);
}
int buf_puts(struct buf *b, const char *cstr);
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n bytes at the end, to be written by the caller and then counted with buf_commit. NULL
 * over the maximum. */
char *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);
/* Drops n bytes from the front. */
void buf_consume(struct buf *b, size_t n);
/* Takes the bytes away: *out is malloced, the caller frees; a NUL follows them; the buffer is
 * empty after, its rc stays. */
char *buf_take(struct buf *b, size_t *n);
static inline struct td_str buf_str(const struct buf *b) {
    return (struct td_str){b->p, b->n};
}
static inline int buf_rc(const struct buf *b) {
    return b->rc;
}

/* LEB128 variable-length integers, at most 10 bytes. */
static inline int buf_put_varint(struct buf *b, uint64_t v) {
    char bytes[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        bytes[n++] = (char)(0x80 | (v & 0x7f));
    bytes[n++] = (char)v;
    return buf_put(b, bytes, n);
}
/* Reads one from *s and advances it. false: truncated or too long. */
bool str_get_varint(struct td_str *s, uint64_t *v);

#endif
