#include "place.h"

#include <poll.h>

struct ran ran;

enum { WORDS_MAX = 24 };

static void read_more(int fd, char *out, size_t size, size_t *n, bool *open) {
    char rest[4096];
    size_t room = size - 1 - *n;
    ssize_t got = read(fd, room ? out + *n : rest, room ? room : sizeof(rest));
    *open = got > 0;
    if (got > 0 && room)
        *n += (size_t)got;
    out[*n] = '\0';
}

static pid_t start(const char *dir, const char *const *words, int out[2], int err[2]) {
    const char *argv[WORDS_MAX + 4] = {"tandemctl", "--data", dir};
    for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
        argv[i + 3] = words[i];
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out[1], STDOUT_FILENO);
        if (err)
            dup2(err[1], STDERR_FILENO);
        if (!freopen("/dev/null", "r", stdin))
            _exit(126);
        execv(TANDEMCTL, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(out[1]);
    if (err)
        close(err[1]);
    return pid;
}

void run_in(const char *dir, const char *word, ...) {
    const char *words[WORDS_MAX + 1] = {word};
    va_list ap;
    va_start(ap, word);
    for (size_t i = 1; word && i < WORDS_MAX && (words[i] = va_arg(ap, const char *)); i++)
        ;
    va_end(ap);
    int out[2], err[2], status = 0;
    assert_int_equal(pipe(out) | pipe(err), 0);
    pid_t pid = start(dir, words, out, err);
    size_t n_out = 0, n_err = 0;
    bool open_out = true, open_err = true;
    while (open_out || open_err) {
        struct pollfd fds[2] = {{.fd = open_out ? out[0] : -1, .events = POLLIN},
                                {.fd = open_err ? err[0] : -1, .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[0].revents)
            read_more(out[0], ran.out, sizeof(ran.out), &n_out, &open_out);
        if (fds[1].revents)
            read_more(err[0], ran.err, sizeof(ran.err), &n_err, &open_err);
    }
    close(out[0]);
    close(err[0]);
    waitpid(pid, &status, 0);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t run_start(const char *dir, int *out, const char *const *words) {
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    *out = fds[0];
    return start(dir, words, fds, NULL);
}

static void assert_in(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s%s (code %d)", part, ran.out, ran.err, ran.code);
}

void assert_out(const char *part) {
    assert_in(ran.out, part);
}

void assert_err(const char *part) {
    assert_in(ran.err, part);
}

const char *ask(const struct redis_server *s, const char *fmt, ...) {
    char line[2000];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    return redis_server_ask(s, line);
}

long ask_number(const struct redis_server *s, const char *fmt, ...) {
    char line[2000];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    const char *answer = redis_server_ask(s, line);
    return *answer == ':' ? strtol(answer + 1, NULL, 10) : -1;
}
