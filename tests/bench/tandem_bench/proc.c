#include "proc.h"

#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct proc proc_parse(const char *text) {
    struct proc p = {0};
    const char *eq = strchr(text, '=');
    if (!eq || eq == text || (size_t)(eq - text) >= sizeof p.name || atoi(eq + 1) <= 0)
        die("%s: expected name=pid", text);
    memcpy(p.name, text, (size_t)(eq - text));
    p.pid = atoi(eq + 1);
    return p;
}

int64_t proc_cpu_us(int pid) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        die("process %d is gone", pid);
    char *ok = fgets(line, sizeof line, f);
    fclose(f);
    /* The name, in parentheses, may hold blanks; utime and stime are the 14th and 15th fields. */
    char *p = ok ? strrchr(line, ')') : NULL;
    for (int field = 2; p && field < 14; field++)
        p = strchr(p + 1, ' ');
    if (!p)
        die("%s: cannot be read", path);
    int64_t user = strtoll(p, &p, 10), system = strtoll(p, NULL, 10);
    return (user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

int64_t proc_rss_bytes(int pid) {
    char path[64], line[256];
    long long kb = -1;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "re");
    while (f && kb < 0 && fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtoll(line + 6, NULL, 10);
    if (f)
        fclose(f);
    if (kb < 0)
        die("process %d is gone", pid);
    return kb * 1024;
}
