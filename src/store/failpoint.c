#include "store/failpoint.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum { UNREAD, OFF, ON } mode;
static const char *wanted;
static size_t wanted_n;
static long left;

static void read_variable(void) {
    const char *v = getenv("TANDEM_FAILPOINT");
    const char *colon = v ? strrchr(v, ':') : NULL;
    mode = OFF;
    if (!v || !*v)
        return;
    wanted = v;
    wanted_n = colon ? (size_t)(colon - v) : strlen(v);
    left = colon ? strtol(colon + 1, NULL, 10) : 1;
    mode = left > 0 ? ON : OFF;
}

bool failpoint_hit(const char *name) {
    if (mode == OFF)
        return false;
    if (mode == UNREAD) {
        read_variable();
        return failpoint_hit(name);
    }
    if (strlen(name) != wanted_n || memcmp(name, wanted, wanted_n) != 0)
        return false;
    return --left == 0;
}

void failpoint(const char *name) {
    if (failpoint_hit(name))
        kill(getpid(), SIGKILL);
}
