#include "base/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <tandem/arena.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
/* A gap after each allocation, so that AddressSanitizer sees a run past its end. */
#define GAP 16
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define GAP 0
#endif

#define ALIGN alignof(max_align_t)
#define FIRST_BLOCK 512
#define BLOCK_MIN 1024
#define BLOCK_MAX 65536

struct block {
    alignas(max_align_t) struct block *next; /* the one opened before */
    size_t n, cap;
    alignas(max_align_t) unsigned char data[];
};

struct td_arena {
    alignas(max_align_t) struct block *top; /* the one being filled */
    size_t used, next_size;
};

/* The first block lies right behind the arena: one malloc for an arena that stays small. */
static struct block *first_block(struct td_arena *a) {
    return (struct block *)(void *)(a + 1);
}

struct td_arena *td_arena_new(void) {
    struct td_arena *a = mem_alloc(sizeof *a + sizeof(struct block) + FIRST_BLOCK);
    a->next_size = BLOCK_MIN;
    a->top = first_block(a);
    a->top->cap = FIRST_BLOCK;
    ASAN_POISON_MEMORY_REGION(a->top->data, FIRST_BLOCK);
    return a;
}

static void free_block(struct block *b) {
    ASAN_UNPOISON_MEMORY_REGION(b->data, b->cap);
    mem_free(b);
}

static void free_all_but_first(struct td_arena *a) {
    struct block *first = first_block(a);
    for (struct block *b = a->top, *next; b; b = next) {
        next = b->next;
        if (b != first)
            free_block(b);
    }
}

void td_arena_free(struct td_arena **a) {
    if (!*a)
        return;
    free_all_but_first(*a);
    ASAN_UNPOISON_MEMORY_REGION(first_block(*a)->data, FIRST_BLOCK);
    mem_free(*a);
    *a = NULL;
}

void td_arena_reset(struct td_arena *a) {
    free_all_but_first(a);
    a->top = first_block(a);
    a->top->n = 0;
    a->top->next = NULL;
    a->used = 0;
    a->next_size = BLOCK_MIN;
    ASAN_POISON_MEMORY_REGION(a->top->data, FIRST_BLOCK);
}

static struct block *new_block(size_t cap) {
    struct block *b = mem_alloc(sizeof *b + cap);
    b->cap = cap;
    ASAN_POISON_MEMORY_REGION(b->data, cap);
    return b;
}

/* A block with room for size bytes. What would take more than half of the next block gets a block
 * of its own, behind the top one, which goes on being filled. */
static struct block *block_for(struct td_arena *a, size_t size) {
    if (size <= a->top->cap - a->top->n)
        return a->top;
    struct block *b;
    if (size > a->next_size / 2) {
        b = new_block(size);
        b->next = a->top->next;
        a->top->next = b;
    } else {
        b = new_block(a->next_size);
        b->next = a->top;
        a->top = b;
    }
    if (a->next_size < BLOCK_MAX)
        a->next_size *= 2;
    return b;
}

void *td_arena_alloc(struct td_arena *a, size_t n) {
    if (n > PTRDIFF_MAX / 2)
        return mem_alloc(SIZE_MAX); /* ends the process */
    size_t rounded = ((n ? n : 1) + ALIGN - 1) / ALIGN * ALIGN;
    struct block *b = block_for(a, rounded + GAP);
    void *p = b->data + b->n;
    b->n += rounded + GAP;
    a->used += rounded;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    if (n)
        memset(p, 0, n); /* the first block may have been used before a reset */
    return p;
}

struct td_str td_arena_dup(struct td_arena *a, struct td_str s) {
    char *p = td_arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    return (struct td_str){p, s.n};
}

struct td_str td_arena_printf(struct td_arena *a, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        n = 0;
    char *p = td_arena_alloc(a, (size_t)n + 1);
    va_start(ap, fmt);
    if (n)
        vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (struct td_str){p, (size_t)n};
}

size_t td_arena_used(const struct td_arena *a) {
    return a->used;
}
