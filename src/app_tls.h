/* app_tls.h: a renewed certificate is taken up without a signal.
 *
 * Its file is looked at once a minute (renewal replaces it by rename, so watching the inode would
 * lose it). One that does not load is logged and the old one stays. */
#ifndef APP_TLS_H
#define APP_TLS_H

#include "io/web.h"

#include <sys/stat.h>

struct app_tls {
    struct loop_timer timer;
    struct web *web;
    char path[4096];
    struct timespec changed;
    ino_t inode;
};
/* Nothing happens without a path. */
void app_tls_start(struct app_tls *t, struct loop *l, struct web *w, struct td_str certificate);
void app_tls_stop(struct app_tls *t);

#endif
