#include "engine/dead.h"

#include "store/inbox.h"

#include <tandem/log.h>

void dead_begin(struct dead_list *d, struct td_arena *a, int64_t now, size_t most) {
    *d = (struct dead_list){.arena = a, .now = now};
    d->letters = TD_ARENA_ARRAY(a, struct dead_letter, most);
    d->events = TD_ARENA_ARRAY(a, struct td_str, 2 * most);
}

static struct td_str pack(struct dead_list *d, const struct record *r, const void *obj) {
    struct buf packed;
    buf_init(&packed, COMMAND_MAX_BYTES);
    struct td_str bytes = {0};
    if (record_pack(&packed, r, obj) == TD_OK)
        bytes = td_arena_dup(d->arena, buf_str(&packed));
    buf_fini(&packed);
    return bytes;
}

static void tell(struct dead_list *d, struct event ev, const struct record *r, const void *body) {
    ev.at = d->now;
    ev.body = pack(d, r, body);
    d->events[d->n_events++] = pack(d, &rec_event, &ev);
}

void dead_add(struct dead_list *d, const struct queued *q, const char *why) {
    char id[80];
    reader_id(q, id);
    td_log(TD_ERROR, "engine", "dead-lettered a command", "id=%s kind=%u why=\"%s\"", id,
           q->cmd.kind, why);
    struct td_str own_id = td_arena_dup(d->arena, td_str_of(id));
    d->letters[d->n++] = (struct dead_letter){own_id, td_str_of(why), q->bytes};
    struct fact fact = {.name = TD_STR("dead"),
                        .text = td_arena_printf(d->arena, "%s: %s", id, why)};
    tell(d, (struct event){.kind = EV_ALARM, .staff = true}, &rec_fact, &fact);
    if (q->rc == TD_EPARSE || q->cmd.sender.n == 0)
        return;
    struct result result = {.id = q->cmd.id,
                            .error = TD_STR("dead"),
                            .text = TD_STR("It could not be handled; the administrators know.")};
    tell(d, (struct event){.kind = EV_RESULT, .sender = q->cmd.sender}, &rec_result, &result);
}
