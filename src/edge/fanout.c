/* Happy path: tail → on_event → by kind: result → its sender; else one staff frame for all viewers
 * who see it and one visitor frame for the sockets of its visitor. Failure: a body that does not
 * decode makes no frame (the engine has raised the alarm); a reset makes every staff peer take a
 * snapshot. */
#include "edge/fanout.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "codec/frame_out.h"
#include "codec/json_out.h"
#include "edge/media.h"

enum { FRAME_MAX = 1 << 20, PLACES_MAX = 65536 };

struct place { /* where a conversation stands: the audience of hints about it */
    uint64_t conv, queue_hash;
    char *agent, *visitor;
};

struct fanout {
    struct edge *e;
    struct tail_sub sub;
    struct store_watch watch;
    struct list staff, visitors;
    size_t n_staff, n_visitors;
    struct map by_sender, by_visitor, places;
    struct td_arena *scratch;
    struct buf staff_frame, gone_frame, visitor_frame;
};

/* ---- places ---- */

static void place_free(struct place *p) {
    mem_free(p->agent);
    mem_free(p->visitor);
    mem_free(p);
}

static void places_clear(struct fanout *f) {
    struct place *p;
    for (size_t i = 0; (p = map_next(&f->places, &i));)
        place_free(p);
    map_fini(&f->places);
    map_init(&f->places, 7);
}

static void place_note(struct fanout *f, const struct event *ev) {
    if (!ev->conv)
        return;
    struct place *p = map_get_u64(&f->places, ev->conv);
    if (!p) {
        if (f->places.n >= PLACES_MAX) /* only hints suffer, and only until the next event */
            places_clear(f);
        p = MEM_NEW(struct place);
        p->conv = ev->conv;
        map_put_u64(&f->places, ev->conv, p);
    }
    if (ev->visitor.n && (!p->visitor || !td_str_eqz(ev->visitor, p->visitor))) {
        mem_free(p->visitor);
        p->visitor = mem_dup(ev->visitor.p, ev->visitor.n);
    }
    if (ev->staff) {
        mem_free(p->agent);
        p->agent = mem_dup(ev->agent.p, ev->agent.n);
        p->queue_hash = hash_str(ev->queue);
    }
}

static bool place_seen_by(const struct place *p, const struct viewer *v) {
    if (v->role != ROLE_AGENT || (p->agent && td_str_eqz(td_str_of(p->agent), v->id)))
        return true;
    for (size_t i = 0; i < v->n_queues; i++)
        if (v->queues[i] == p->queue_hash)
            return true;
    return false;
}

/* ---- events ---- */

struct td_str fanout_frame(struct fanout *f, struct td_str id, const struct event *ev,
                           const struct viewer *v) {
    enum sight sight = viewer_sees(v, ev);
    if (sight == SIGHT_NONE)
        return (struct td_str){0};
    struct buf *b = sight == SIGHT_GONE ? &f->gone_frame : &f->staff_frame;
    buf_reset(b);
    int rc = sight == SIGHT_GONE ? frame_gone(b, id, ev) : frame_staff(f->scratch, b, id, ev);
    td_arena_reset(f->scratch);
    if (rc)
        return (struct td_str){0};
    return buf_str(b);
}

static void tell_staff(struct fanout *f, struct td_str id, const struct event *ev) {
    int staff_rc = 1, gone_rc = 1; /* 1: not made yet */
    LIST_EACH_SAFE(x, next, &f->staff) {
        struct fanout_peer *p = CONTAINER_OF(x, struct fanout_peer, link);
        enum sight sight = viewer_sees(p->viewer, ev);
        if (sight == SIGHT_YES) {
            if (staff_rc == 1) {
                buf_reset(&f->staff_frame);
                staff_rc = frame_staff(f->scratch, &f->staff_frame, id, ev);
            }
            if (!staff_rc)
                p->frame(p, id, buf_str(&f->staff_frame));
        } else if (sight == SIGHT_GONE) {
            if (gone_rc == 1) {
                buf_reset(&f->gone_frame);
                gone_rc = frame_gone(&f->gone_frame, id, ev);
            }
            if (!gone_rc)
                p->frame(p, id, buf_str(&f->gone_frame));
        }
    }
}

/* Another process says that he is gone, as far as it can know. */
static bool is_question(struct fanout *f, const struct event *ev) {
    struct visit v;
    return ev->kind == EV_VISIT &&
           record_unpack(f->scratch, &rec_visit, ev->body, &v, NULL) == TD_OK && v.leaving;
}

static void tell_visitor(struct fanout *f, struct td_str id, const struct event *ev) {
    struct fanout_peer *first = map_get(&f->by_visitor, ev->visitor);
    if (!first)
        return;
    if (is_question(f, ev)) {
        first->asked(first);
        return;
    }
    struct frame_links links = media_links(f->e);
    buf_reset(&f->visitor_frame);
    if (frame_visitor_event(f->scratch, &f->visitor_frame, ev, &links))
        return;
    struct list *x = &first->same;
    do {
        struct fanout_peer *p = CONTAINER_OF(x, struct fanout_peer, same);
        x = x->next;
        p->frame(p, id, buf_str(&f->visitor_frame));
    } while (x != &first->same);
}

static void tell_agent(struct fanout *f, const struct event *ev) {
    struct agent a;
    if (record_unpack(f->scratch, &rec_agent, ev->body, &a, NULL))
        return;
    LIST_EACH_SAFE(x, next, &f->staff) {
        struct fanout_peer *p = CONTAINER_OF(x, struct fanout_peer, link);
        if (td_str_eqz(ev->key, p->viewer->id))
            p->agent(p, &a);
    }
}

static void on_event(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    struct fanout *f = CONTAINER_OF(sub, struct fanout, sub);
    if (ev->kind == EV_RESULT) {
        struct fanout_peer *p = map_get(&f->by_sender, ev->sender);
        if (p)
            p->result(p, ev);
        return;
    }
    place_note(f, ev);
    if (ev->staff && f->n_staff)
        tell_staff(f, id, ev);
    if (ev->kind == EV_ENTITY && ev->entity == EK_AGENT)
        tell_agent(f, ev);
    if (ev->visitor.n)
        tell_visitor(f, id, ev);
    td_arena_reset(f->scratch);
}

static void on_reset(struct tail_sub *sub) {
    struct fanout *f = CONTAINER_OF(sub, struct fanout, sub);
    LIST_EACH_SAFE(x, next, &f->staff) {
        struct fanout_peer *p = CONTAINER_OF(x, struct fanout_peer, link);
        p->reset(p);
    }
    LIST_EACH_SAFE(y, after, &f->visitors) {
        struct fanout_peer *p = CONTAINER_OF(y, struct fanout_peer, link);
        p->reset(p);
    }
}

static void on_store(struct store_watch *w, bool up) {
    struct fanout *f = CONTAINER_OF(w, struct fanout, watch);
    struct list *const all[] = {&f->staff, &f->visitors};
    struct td_str json = up ? TD_STR("{\"t\":\"store\",\"up\":true}")
                            : TD_STR("{\"t\":\"store\",\"up\":false}");
    for (size_t i = 0; i < 2; i++)
        LIST_EACH_SAFE(x, next, all[i]) {
            struct fanout_peer *p = CONTAINER_OF(x, struct fanout_peer, link);
            p->frame(p, (struct td_str){0}, json);
        }
}

/* ---- hints ---- */

static void hint_staff(struct fanout *f, const struct hint *h, struct td_str json) {
    const struct place *place = map_get_u64(&f->places, h->conv);
    if (!place)
        return;
    LIST_EACH_SAFE(x, next, &f->staff) {
        struct fanout_peer *p = CONTAINER_OF(x, struct fanout_peer, link);
        if (!td_str_eq(p->sender, h->from) && place_seen_by(place, p->viewer))
            p->frame(p, (struct td_str){0}, json);
    }
}

static void on_hint(void *arg, struct td_str json) {
    struct fanout *f = arg;
    struct hint h;
    if (frame_hint(f->scratch, json, &h, NULL))
        return;
    struct json_out j;
    buf_reset(&f->staff_frame);
    json_begin(&j, &f->staff_frame);
    json_obj_begin(&j);
    json_key_str(&j, "t", h.t);
    json_key_u64(&j, "conv", h.conv);
    json_key_str(&j, "who", h.who);
    if (h.agent.n)
        json_key_str(&j, "agent", h.agent);
    json_obj_end(&j);
    hint_staff(f, &h, buf_str(&f->staff_frame));
    struct fanout_peer *first = map_get(&f->by_visitor, h.visitor);
    if (first && td_str_eqz(h.who, "agent") && td_str_eqz(h.t, "typing")) {
        buf_reset(&f->visitor_frame);
        json_begin(&j, &f->visitor_frame);
        json_obj_begin(&j);
        json_key_str(&j, "t", TD_STR("typing"));
        json_key_str(&j, "name", h.name);
        json_obj_end(&j);
        struct list *x = &first->same;
        do {
            struct fanout_peer *p = CONTAINER_OF(x, struct fanout_peer, same);
            x = x->next;
            p->frame(p, (struct td_str){0}, buf_str(&f->visitor_frame));
        } while (x != &first->same);
    }
    td_arena_reset(f->scratch);
}

void fanout_hint(struct fanout *f, const struct hint *h) {
    struct buf b;
    struct json_out j;
    struct place *place = map_get_u64(&f->places, h->conv);
    struct td_str visitor = h->visitor;
    if (!visitor.n && place && place->visitor)
        visitor = td_str_of(place->visitor);
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "t", h->t);
    json_key_u64(&j, "conv", h->conv);
    json_key_str(&j, "who", h->who);
    json_key_str(&j, "agent", h->agent);
    json_key_str(&j, "name", h->name);
    json_key_str(&j, "visitor", visitor);
    json_key_str(&j, "from", h->from);
    json_obj_end(&j);
    if (!buf_rc(&b))
        tail_publish_hint(f->e->tail, buf_str(&b));
    buf_fini(&b);
}

/* ---- peers ---- */

void fanout_join(struct fanout *f, struct fanout_peer *p) {
    map_put(&f->by_sender, p->sender, p);
    list_init(&p->same);
    if (p->viewer) {
        list_push(&f->staff, &p->link);
        f->n_staff++;
        return;
    }
    list_push(&f->visitors, &p->link);
    f->n_visitors++;
    struct fanout_peer *first = map_get(&f->by_visitor, p->visitor);
    if (first)
        list_push(&first->same, &p->same);
    else
        map_put(&f->by_visitor, p->visitor, p);
}

void fanout_leave(struct fanout *f, struct fanout_peer *p) {
    map_del(&f->by_sender, p->sender);
    list_del(&p->link);
    if (p->viewer) {
        f->n_staff--;
        return;
    }
    f->n_visitors--;
    if (map_get(&f->by_visitor, p->visitor) == p) {
        map_del(&f->by_visitor, p->visitor);
        if (!list_empty(&p->same)) { /* another of his sockets stands for him now */
            struct fanout_peer *other = CONTAINER_OF(p->same.next, struct fanout_peer, same);
            map_put(&f->by_visitor, other->visitor, other);
        }
    }
    list_del(&p->same);
}

bool fanout_has_visitor(const struct fanout *f, struct td_str visitor) {
    return map_get(&f->by_visitor, visitor) != NULL;
}

size_t fanout_staff(const struct fanout *f) {
    return f->n_staff;
}
size_t fanout_visitors(const struct fanout *f) {
    return f->n_visitors;
}

struct fanout *fanout_new(struct edge *e) {
    struct fanout *f = MEM_NEW(struct fanout);
    uint64_t seed;
    loop_random(&seed, sizeof seed);
    f->e = e;
    f->scratch = td_arena_new();
    list_init(&f->staff);
    list_init(&f->visitors);
    map_init(&f->by_sender, seed);
    map_init(&f->by_visitor, seed);
    map_init(&f->places, seed);
    buf_init(&f->staff_frame, FRAME_MAX);
    buf_init(&f->gone_frame, FRAME_MAX);
    buf_init(&f->visitor_frame, FRAME_MAX);
    f->sub.on_event = on_event;
    f->sub.on_reset = on_reset;
    f->watch.cb = on_store;
    tail_subscribe(e->tail, &f->sub);
    store_watch(e->store, &f->watch);
    tail_on_hint(e->tail, on_hint, f);
    return f;
}

void fanout_free(struct fanout **fp) {
    struct fanout *f = *fp;
    if (!f)
        return;
    store_unwatch(f->e->store, &f->watch);
    tail_unsubscribe(f->e->tail, &f->sub);
    tail_on_hint(f->e->tail, NULL, NULL);
    places_clear(f);
    map_fini(&f->places);
    map_fini(&f->by_sender);
    map_fini(&f->by_visitor);
    buf_fini(&f->staff_frame);
    buf_fini(&f->gone_frame);
    buf_fini(&f->visitor_frame);
    td_arena_free(&f->scratch);
    mem_free(f);
    *fp = NULL;
}
