/* listing.h: conversations of an index, newest first, that one may see.
 *
 * A page ends between two times, never within one: whoever goes on with `before` = the time of the
 * last row misses nothing and sees nothing twice. So a page may hold a few rows more than asked
 * for. */
#ifndef API_LISTING_H
#define API_LISTING_H

#include "api/api.h"

struct listing {
    struct call *c;
    struct td_str index; /* of read_index */
    int64_t before;      /* 0: from the newest */
    size_t limit;
    void (*done)(struct listing *l); /* never after an error: that ends the call */
    /* found */
    struct buf rows; /* JSON objects, comma-separated; the one who asked calls buf_fini */
    size_t n;
    int64_t next; /* goes on below this; 0: there are no more */
    /* private */
    struct policy *policy;
    size_t scanned, ask, n_ids;
    struct listed {
        struct td_str id;
        int64_t score;
        struct td_str conv; /* as stored */
    } * ids;
    bool index_ended;
};
/* In the call's arena; zeroed but for c, index, before, limit, done. */
void listing_start(struct listing *l);

/* May he see it? work NULL: none is kept any more. Pure. */
bool listing_sees(const struct viewer *v, const struct policy *p, const struct conv *conv,
                  const struct work *work);
/* One row: the conversation's record, and its work as "work". */
void listing_put_row(struct json_out *j, const struct conv *conv, const struct work *work);

#endif
