#include "base/buf.h"

#include "base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <tandem/error.h>

#define FIRST_SIZE 64

void buf_init(struct buf *b, size_t max) {
    *b = (struct buf){.max = max};
}

void buf_fini(struct buf *b) {
    mem_free(b->p);
    b->p = NULL;
    b->n = b->cap = 0;
    b->rc = TD_OK;
}

void buf_reset(struct buf *b) {
    b->n = 0;
    b->rc = TD_OK;
}

/* The memory is one byte longer than cap, for the NUL that vsnprintf and buf_take write. */
char *buf_reserve(struct buf *b, size_t n) {
    if (b->rc)
        return NULL;
    if (n > b->max || b->n > b->max - n) {
        b->rc = TD_ELIMIT;
        return NULL;
    }
    size_t need = b->n + n;
    if (!b->p || need > b->cap) {
        size_t cap = b->cap > b->max / 2 ? b->max : b->cap * 2;
        if (cap < FIRST_SIZE)
            cap = FIRST_SIZE < b->max ? FIRST_SIZE : b->max;
        if (cap < need)
            cap = need;
        b->p = mem_realloc(b->p, cap == SIZE_MAX ? cap : cap + 1);
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_commit(struct buf *b, size_t n) {
    assert(n <= b->cap - b->n);
    b->n += n;
}

int buf_grow_put(struct buf *b, const void *p, size_t n) {
    char *to = buf_reserve(b, n);
    if (!to)
        return b->rc;
    if (n)
        memcpy(to, p, n);
    b->n += n;
    return TD_OK;
}

int buf_puts(struct buf *b, const char *cstr) {
    return buf_put_str(b, td_str_of(cstr));
}

int buf_printf(struct buf *b, const char *fmt, ...) {
    char *to = buf_reserve(b, 0);
    if (!to)
        return b->rc;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(to, b->cap - b->n + 1, fmt, ap);
    va_end(ap);
    if (n < 0)
        return b->rc = TD_ELIMIT; /* longer than INT_MAX */
    if ((size_t)n > b->cap - b->n) {
        to = buf_reserve(b, (size_t)n);
        if (!to)
            return b->rc;
        va_start(ap, fmt);
        vsnprintf(to, (size_t)n + 1, fmt, ap);
        va_end(ap);
    }
    b->n += (size_t)n;
    return TD_OK;
}

void buf_consume(struct buf *b, size_t n) {
    if (n > b->n)
        n = b->n;
    if (n == 0)
        return;
    b->n -= n;
    memmove(b->p, b->p + n, b->n);
}

char *buf_take(struct buf *b, size_t *n) {
    char *p = b->p ? b->p : mem_alloc(1);
    p[b->n] = '\0';
    if (n)
        *n = b->n;
    b->p = NULL;
    b->n = b->cap = 0;
    return p;
}

bool str_get_varint(struct td_str *s, uint64_t *v) {
    uint64_t value = 0;
    for (size_t i = 0; i < s->n && i < 10; i++) {
        uint64_t byte = (unsigned char)s->p[i];
        if (i == 9 && byte > 1)
            return false; /* past 64 bits */
        value |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            s->p += i + 1;
            s->n -= i + 1;
            *v = value;
            return true;
        }
    }
    return false;
}
