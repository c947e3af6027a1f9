#include "io/redis_reply.h"

#include "base/mem.h"

#include <hiredis/hiredis.h>
#include <tandem/arena.h>

#if HIREDIS_MAJOR >= 1
typedef size_t array_length;
#else
typedef int array_length;
#endif

/* hiredis gives the buffer back when it is empty and larger than this; a megabyte holds any batch.
 */
#define KEEP_BUFFER_BYTES (1024 * 1024)

struct reply_reader {
    redisReader *reader;
    struct td_arena *arena;
    bool used; /* the arena holds a reply that was handed out */
};

static struct redis_reply *make(const redisReadTask *task, enum redis_type type) {
    struct reply_reader *r = task->privdata;
    struct redis_reply *x = TD_ARENA_NEW(r->arena, struct redis_reply);
    x->type = type;
    if (task->parent) {
        struct redis_reply *parent = task->parent->obj;
        /* v is const for those who read a finished reply. */
        const struct redis_reply **v = (const struct redis_reply **)(uintptr_t)parent->v;
        v[task->idx] = x;
    }
    return x;
}

static void *make_string(const redisReadTask *task, char *p, size_t n) {
    enum redis_type type = task->type == REDIS_REPLY_ERROR    ? R_ERROR
                           : task->type == REDIS_REPLY_STATUS ? R_STATUS
                                                              : R_STR;
    struct reply_reader *r = task->privdata;
    struct redis_reply *x = make(task, type);
    x->s = td_arena_dup(r->arena, (struct td_str){p, n});
    return x;
}

static void *make_array(const redisReadTask *task, array_length n) {
    struct reply_reader *r = task->privdata;
    struct redis_reply *x = make(task, R_ARRAY);
    x->n = n > 0 ? (size_t)n : 0;
    x->v = TD_ARENA_ARRAY(r->arena, const struct redis_reply *, x->n);
    return x;
}

static void *make_integer(const redisReadTask *task, long long i) {
    struct redis_reply *x = make(task, R_INT);
    x->i = i;
    return x;
}

static void *make_nil(const redisReadTask *task) {
    return make(task, R_NIL);
}

static void free_object(void *x) {
    (void)x; /* the arena does */
}

#if HIREDIS_MAJOR >= 1
/* RESP3 is never asked for. Should it come all the same, its types become those of RESP2. */
static void *make_double(const redisReadTask *task, double value, char *p, size_t n) {
    (void)value;
    return make_string(task, p, n);
}

static void *make_bool(const redisReadTask *task, int b) {
    return make_integer(task, b);
}
#endif

static redisReplyObjectFunctions functions = {
    .createString = make_string,
    .createArray = make_array,
    .createInteger = make_integer,
    .createNil = make_nil,
    .freeObject = free_object,
#if HIREDIS_MAJOR >= 1
    .createDouble = make_double,
    .createBool = make_bool,
#endif
};

struct reply_reader *reply_reader_new(void) {
    struct reply_reader *r = MEM_NEW(struct reply_reader);
    r->reader = redisReaderCreateWithFunctions(&functions);
    r->reader->privdata = r;
    r->reader->maxbuf = KEEP_BUFFER_BYTES;
    r->arena = td_arena_new();
    return r;
}

void reply_reader_free(struct reply_reader **r) {
    if (!*r)
        return;
    redisReaderFree((*r)->reader);
    td_arena_free(&(*r)->arena);
    mem_free(*r);
    *r = NULL;
}

int reply_reader_feed(struct reply_reader *r, struct td_str bytes) {
    return redisReaderFeed(r->reader, bytes.p, bytes.n) == REDIS_OK ? TD_OK : TD_EPARSE;
}

int reply_reader_next(struct reply_reader *r, const struct redis_reply **out) {
    *out = NULL;
    /* A reply that is only half there lives in the arena too: it may be emptied only in between. */
    if (r->used)
        td_arena_reset(r->arena);
    r->used = false;
    void *reply = NULL;
    if (redisReaderGetReply(r->reader, &reply) != REDIS_OK)
        return TD_EPARSE;
    if (reply) {
        r->used = true;
        *out = reply;
    }
    return TD_OK;
}
