#include "store/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place { /* where a pid means something */
    char boot[64], pids[64];
};

static void read_place(struct place *p) {
    *p = (struct place){0};
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, p->boot, sizeof p->boot - 1);
        p->boot[n > 0 ? n : 0] = '\0';
        p->boot[strcspn(p->boot, "\n")] = '\0';
        close(fd);
    }
    ssize_t n = readlink("/proc/self/ns/pid", p->pids, sizeof p->pids - 1);
    p->pids[n > 0 ? n : 0] = '\0';
}

/* Field 22 of /proc/<pid>/stat, in ticks since boot; 0: no such process. It tells a pid that was
 * given away again from the one that we mean. */
static unsigned long long start_of(long pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    /* The name in parentheses may hold anything: count from the last one. */
    const char *p = strrchr(text, ')');
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    return p ? strtoull(p, NULL, 10) : 0;
}

void holder_self(char out[HOLDER_MAX], const char *process) {
    struct place here;
    read_place(&here);
    snprintf(out, HOLDER_MAX, "%.100s|%s/%s/%ld/%llu", process, here.boot, here.pids,
             (long)getpid(), start_of(getpid()));
}

bool holder_is_dead(struct td_str holder) {
    char text[HOLDER_MAX], prefix[160];
    if (holder.n >= sizeof text)
        return false;
    memcpy(text, holder.p, holder.n);
    text[holder.n] = '\0';
    struct place here;
    read_place(&here);
    if (!here.boot[0] || !here.pids[0])
        return false;
    int n = snprintf(prefix, sizeof prefix, "|%s/%s/", here.boot, here.pids);
    const char *at = strstr(text, prefix);
    if (!at)
        return false; /* of another machine or container: only time tells */
    char *end;
    long pid = strtol(at + n, &end, 10);
    if (pid <= 0 || *end != '/')
        return false;
    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        return true;
    unsigned long long then = strtoull(end + 1, NULL, 10), now = start_of(pid);
    return then != 0 && now != 0 && then != now;
}
