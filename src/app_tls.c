#include "app_tls.h"

#include "base/list.h"

#include <stdio.h>
#include <tandem/log.h>

enum { LOOK_MS = 60000 };

/* true: another file, or another content, than at the last look. */
static bool has_changed(struct app_tls *t) {
    struct stat st;
    if (stat(t->path, &st)) /* in the middle of a renewal: the next look finds it */
        return false;
    bool changed = st.st_ino != t->inode || st.st_mtim.tv_sec != t->changed.tv_sec ||
                   st.st_mtim.tv_nsec != t->changed.tv_nsec;
    t->inode = st.st_ino;
    t->changed = st.st_mtim;
    return changed;
}

static void look(struct loop_timer *timer) {
    struct app_tls *t = CONTAINER_OF(timer, struct app_tls, timer);
    struct td_error err = {0};
    if (!has_changed(t))
        return;
    if (web_reload_tls(t->web, &err))
        td_log(TD_ERROR, "app", "the renewed certificate does not load, the old one stays",
               "why=\"%s\"", err.text);
    else
        td_log(TD_INFO, "app", "the renewed certificate is in use", "file=\"%s\"", t->path);
}

void app_tls_start(struct app_tls *t, struct loop *l, struct web *w, struct td_str certificate) {
    if (!certificate.n || certificate.n >= sizeof t->path)
        return;
    t->web = w;
    snprintf(t->path, sizeof t->path, "%.*s", TD_FMT(certificate));
    has_changed(t);
    loop_timer_start(l, &t->timer, LOOK_MS, LOOK_MS, look);
}

void app_tls_stop(struct app_tls *t) {
    loop_timer_stop(&t->timer);
}
