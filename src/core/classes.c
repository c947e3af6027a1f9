#include "core/classes.h"

#include "base/buf.h"
#include "base/mem.h"
#include "core/queues.h"
#include "core/ready.h"
#include "core/select.h"

enum { CLASS_KEY_MAX = 1 << 20 };

/* What an item asks for, as bytes: kind, step, lateness where it counts, each skill and level. */
static struct td_str key_of(struct core *c, const struct queue *q, const struct work_rt *rt) {
    const struct work *w = rt->w;
    struct buf *b = &c->class_key;
    bool late = rt->late && q->policy && q->policy->reserve;
    if (!b->max)
        buf_init(b, CLASS_KEY_MAX);
    buf_reset(b);
    buf_put_varint(b, w->channel_kind);
    buf_put_varint(b, select_steps(q, w));
    buf_put_varint(b, late);
    for (size_t i = 0; i < w->skills.n; i++) {
        buf_put_varint(b, w->skills.v[i].level);
        buf_put_varint(b, w->skills.v[i].skill.n);
        buf_put_str(b, w->skills.v[i].skill);
    }
    return buf_str(b);
}

static struct skill_need *skills_dup(const struct work *w) {
    struct skill_need *v = w->skills.n ? mem_alloc(w->skills.n * sizeof *v) : NULL;
    for (size_t i = 0; i < w->skills.n; i++) {
        struct td_str s = w->skills.v[i].skill;
        v[i] = (struct skill_need){{mem_dup(s.p, s.n), s.n}, w->skills.v[i].level};
    }
    return v;
}

static bool heap_before(const struct heap_node *a, const struct heap_node *b) {
    return select_before_in_queue(CONTAINER_OF(a, struct place, node)->of,
                                  CONTAINER_OF(b, struct place, node)->of);
}

static struct wclass *class_new(struct core *c, struct queue *q, const struct work_rt *rt,
                                struct td_str key) {
    struct wclass *cls = MEM_NEW(struct wclass);
    cls->queue = q;
    cls->key = (struct td_str){mem_dup(key.p, key.n), key.n};
    cls->kind = rt->w->channel_kind;
    cls->relaxed = select_steps(q, rt->w);
    cls->late = rt->late && q->policy && q->policy->reserve;
    cls->packs = select_packs(q, cls->kind);
    cls->skills = skills_dup(rt->w);
    cls->n_skills = rt->w->skills.n;
    heap_init(&cls->waiting, heap_before);
    list_init(&cls->idle);
    ptrs_push(&q->classes, cls);
    map_put(&q->class_ids, cls->key, cls);
    ready_open(c, cls);
    return cls;
}

struct wclass *classes_of(struct core *c, struct queue *q, const struct work_rt *rt) {
    struct td_str key = key_of(c, q, rt);
    struct wclass *cls = map_get(&q->class_ids, key);
    return cls ? cls : class_new(c, q, rt, key);
}

void classes_free(struct core *c, struct wclass *cls) {
    classes_wake(c, cls);
    ready_close(cls);
    heap_fini(&cls->waiting);
    for (size_t i = 0; i < cls->n_skills; i++)
        mem_free((void *)(uintptr_t)cls->skills[i].skill.p);
    mem_free(cls->skills);
    mem_free((void *)(uintptr_t)cls->key.p);
    mem_free(cls);
}

static void drop(struct core *c, struct wclass *cls) {
    struct ptrs *all = &cls->queue->classes;
    map_del(&cls->queue->class_ids, cls->key);
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i] == cls) {
            all->v[i] = all->v[--all->n];
            break;
        }
    classes_free(c, cls);
}

void classes_rest(struct core *c, struct wclass *cls) {
    list_push(&c->idle_classes, &cls->idle);
    cls->idle_posts = cls->posts.n + 1;
    c->idle_posts += cls->idle_posts;
    size_t most = c->agents.n * POSTS_IDLE_PER_AGENT + POSTS_IDLE_LEAST;
    while (c->idle_posts > most)
        drop(c, CONTAINER_OF(c->idle_classes.next, struct wclass, idle));
}

void classes_wake(struct core *c, struct wclass *cls) {
    if (list_empty(&cls->idle))
        return;
    list_del(&cls->idle);
    c->idle_posts -= cls->idle_posts;
}
