#include "mail_peer.h"

#include "../support/http_peer.h"
#include "samples.h"

#include <stdbool.h>

static struct http_peer smtp;

static void say(int fd, const char *line) {
    if (write(fd, line, strlen(line)) < 0)
        return;
}

static void serve_mail(struct http_peer *p, int fd, unsigned connection) {
    (void)p, (void)connection;
    FILE *in = fdopen(dup(fd), "r");
    char line[2000];
    bool data = false;
    say(fd, "220 here\r\n");
    while (fgets(line, sizeof line, in)) {
        if (data) {
            data = strcmp(line, ".\r\n") != 0;
            if (!data)
                say(fd, "250 2.0.0 taken\r\n");
        } else if (strncmp(line, "EHLO", 4) == 0) {
            say(fd, "250-here\r\n250 AUTH PLAIN\r\n");
        } else if (strncmp(line, "AUTH", 4) == 0) {
            say(fd, "235 2.7.0 welcome\r\n");
        } else if (strncmp(line, "DATA", 4) == 0) {
            data = true;
            say(fd, "354 go on\r\n");
        } else if (strncmp(line, "QUIT", 4) == 0) {
            say(fd, "221 bye\r\n");
            break;
        } else {
            say(fd, "250 fine\r\n");
        }
    }
    fclose(in);
}

int mail_peer_open(void **state) {
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    peer_start(&smtp, serve_mail);
    snprintf(sample_smtp_port, sizeof sample_smtp_port, "%u", smtp.port);
    return 0;
}
int mail_peer_close(void **state) {
    (void)state;
    peer_stop(&smtp);
    return 0;
}
