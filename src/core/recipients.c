#include "core/recipients.h"

#include <string.h>

enum { ADDRESS_MAX = 254, NAME_MAX = 200 };

bool recipients_address_ok(struct td_str s) {
    size_t ats = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch <= ' ' || ch >= 0x7f || memchr("<>()[],;:\\\"", ch, 11))
            return false;
        ats += ch == '@';
    }
    return ats == 1 && s.n >= 3 && s.n <= ADDRESS_MAX && s.p[0] != '@' && s.p[0] != '-' &&
           s.p[s.n - 1] != '@';
}

static bool is_line(struct td_str s, size_t max) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return s.n <= max;
}

bool recipients_subject_ok(struct td_str subject) {
    return is_line(subject, SUBJECT_MAX);
}

static char lower(char ch) {
    return ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
}

static bool same_address(struct td_str a, struct td_str b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

struct group {
    const char *name;
    const struct td_address *from;
    size_t n;
    struct td_address *v; /* checked, each once */
    size_t kept;
};

static bool has(const struct group *l, struct td_str addr) {
    for (size_t i = 0; i < l->kept; i++)
        if (same_address(l->v[i].addr, addr))
            return true;
    return false;
}

/* Nobody gets it twice: what stands in an earlier list, or is the customer, is left out here. */
static bool take(struct core *c, struct group *l, size_t at, const struct target *t) {
    struct group *self = &l[at];
    self->v = TD_ARENA_ARRAY(c->batch, struct td_address, self->n);
    for (size_t i = 0; i < self->n; i++) {
        struct td_address a = self->from[i];
        if ((a.type.n && !td_str_eqz(a.type, "email")) || !recipients_address_ok(a.addr)) {
            act_reject(c, "invalid", "%s: \"%.*s\" is no mail address.", self->name,
                       TD_FMT(td_str_cut(a.addr, 100)));
            return false;
        }
        if (!is_line(a.name, NAME_MAX)) {
            act_reject(c, "invalid", "%s: the name of %.*s has a control character or is too long.",
                       self->name, TD_FMT(a.addr));
            return false;
        }
        bool known = same_address(a.addr, t->conv->peer.addr);
        for (size_t k = 0; k <= at; k++)
            known |= has(&l[k], a.addr);
        a.type = TD_STR("email");
        if (!known)
            self->v[self->kept++] = a;
    }
    return true;
}

bool recipients_take(struct core *c, const struct act *act, const struct target *t,
                     struct td_message *m) {
    struct group l[] = {{"to", act->to.v, act->to.n, NULL, 0},
                        {"cc", act->cc.v, act->cc.n, NULL, 0},
                        {"bcc", act->bcc.v, act->bcc.n, NULL, 0}};
    if (!act->to.n && !act->cc.n && !act->bcc.n && !act->subject.n)
        return true;
    if (t->conv->kind != CK_MAIL) {
        act_reject(c, "invalid", "%s: only mail has it.",
                   act->to.n    ? "to"
                   : act->cc.n  ? "cc"
                   : act->bcc.n ? "bcc"
                                : "subject");
        return false;
    }
    if (!recipients_subject_ok(act->subject)) {
        act_reject(c, "invalid", "subject: it has a control character or more than %d bytes.",
                   SUBJECT_MAX);
        return false;
    }
    if (act->to.n + act->cc.n + act->bcc.n > RECIPIENTS_MAX) {
        act_reject(c, "invalid", "to: more than %d recipients in all.", RECIPIENTS_MAX);
        return false;
    }
    for (size_t i = 0; i < 3; i++)
        if (!take(c, l, i, t))
            return false;
    m->to.v = l[0].v, m->to.n = l[0].kept;
    m->cc.v = l[1].v, m->cc.n = l[1].kept;
    m->bcc.v = l[2].v, m->bcc.n = l[2].kept;
    if (act->subject.n)
        m->subject = act->subject;
    return true;
}
